"""Every kind of markup that WordPress knows, and what it becomes; no database is asked."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from django.utils import translation

from news.wordpress import content, richtext
from news.wordpress.content import Surroundings
from news.wordpress.credits import Credit


@dataclass
class Pictures:
    """An album in which number 9 and every address that ends in `hafen.jpg` is picture 90."""

    credits: list[Credit] = field(default_factory=list)

    def find(self, key: str, url: str) -> int | None:
        if key in {"9", "10"}:
            return int(key) * 10
        return 90 if url.endswith("hafen.jpg") else None

    def has_credit(self, picture_id: int, credit: Credit) -> bool:
        self.credits.append(credit)
        return True

    def of_article(self) -> list[str]:
        return ["9", "10"]


def resolve(href: str) -> dict[str, str]:
    address = richtext.safe_address(href)
    return {"href": address} if address else {}


def surroundings(**blocks: str) -> Surroundings:
    return Surroundings(
        key="alt.example:1",
        resolve=resolve,
        pictures=Pictures(),
        reusable_block=lambda key: blocks.get(f"block_{key}", ""),
    )


def convert(markup: str, **blocks: str) -> content.Converted:
    with translation.override("en"):
        return content.convert(markup, surroundings(**blocks))


def body(markup: str, **blocks: str) -> list[tuple[str, Any]]:
    return [(block["type"], block["value"]) for block in convert(markup, **blocks).body]


def picture(number: int = 90, **more: Any) -> dict[str, Any]:
    value = {"image": number, "alternative_text": "", "caption": "", "layout": "full"}
    return value | more


TEXT = [
    # classic: a blank line parts paragraphs, one line end is a line break
    ("eins\nzwei\n\ndrei", "<p>eins<br/>zwei</p><p>drei</p>"),
    ("<p>eins</p>\n<p>zwei</p>", "<p>eins</p><p>zwei</p>"),
    ("<div>eins <em>zwei</em></div>", "<p>eins <i>zwei</i></p>"),
    ("<strong>a</strong> <b>b</b> <kbd>c</kbd> <del>d</del> H<sub>2</sub>O<sup>1</sup>",
     "<p><b>a</b> <b>b</b> <code>c</code> <s>d</s> H<sub>2</sub>O<sup>1</sup></p>"),
    ("<u>unter</u> <span style='color:red'>bunt</span> <mark>hell</mark>",
     "<p>unter bunt hell</p>"),
    ("<q>Zitat</q>", "<p>„Zitat“</p>"),
    ("<h3>klein</h3>Text", "<h3>klein</h3><p>Text</p>"),
    ("<h5>ganz klein</h5>", "<h3>ganz klein</h3>"),
    ("<ul><li>a<ul><li>b</li></ul></li><li><p>c</p></li></ul>",
     "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>"),
    ("<ol><li>a</li></ol>", "<ol><li>a</li></ol>"),
    ("<dl><dt>Wort</dt><dd>Sinn</dd></dl>", "<p><b>Wort</b></p><p>Sinn</p>"),
    ("<details><summary>Mehr</summary>Text</details>", "<p><b>Mehr</b></p><p>Text</p>"),
    ("<address>Straße 1</address>", "<p>Straße 1</p>"),
    ("a &amp; b &lt;c&gt;", "<p>a &amp; b &lt;c&gt;</p>"),
    ("Das [sic] bleibt", "<p>Das [sic] bleibt</p>"),
    ("[[caption]] als Wort", "<p>[caption] als Wort</p>"),
    ("eins<!--nextpage-->zwei", "<p>eins</p><p>zwei</p>"),
    # blocks
    ("<!-- wp:paragraph --><p>a &amp; b</p><!-- /wp:paragraph -->", "<p>a &amp; b</p>"),
    ("<!-- wp:list --><ul><!-- wp:list-item --><li>a</li><!-- /wp:list-item --></ul>"
     "<!-- /wp:list -->", "<ul><li>a</li></ul>"),
    ('<!-- wp:buttons --><div><!-- wp:button --><div><a href="https://a.example/">Kaufen</a></div>'
     "<!-- /wp:button --></div><!-- /wp:buttons -->",
     '<p><a href="https://a.example/">Kaufen</a></p>'),
    ("<!-- wp:columns --><div><!-- wp:column --><div><!-- wp:paragraph --><p>links</p>"
     "<!-- /wp:paragraph --></div><!-- /wp:column --><!-- wp:column --><div>"
     "<!-- wp:paragraph --><p>rechts</p><!-- /wp:paragraph --></div><!-- /wp:column --></div>"
     "<!-- /wp:columns -->", "<p>links</p><p>rechts</p>"),
    ("<!-- wp:group --><div><!-- wp:heading {\"level\":3} --><h3>H</h3><!-- /wp:heading --></div>"
     "<!-- /wp:group -->", "<h3>H</h3>"),
    ("<!-- wp:verse --><pre class=\"wp-block-verse\">eins\nzwei</pre><!-- /wp:verse -->",
     "<p>eins<br/>zwei</p>"),
    ("<!-- wp:spacer --><div style=\"height:9px\"></div><!-- /wp:spacer -->"
     "<!-- wp:paragraph --><p>a</p><!-- /wp:paragraph -->", "<p>a</p>"),
    ("<!-- wp:nextpage --><!--nextpage--><!-- /wp:nextpage --><!-- wp:html --><p>a</p>"
     "<!-- /wp:html -->", "<p>a</p>"),
    ("<!-- wp:fremd/kasten {\"a\":1} --><p>Inhalt</p><!-- /wp:fremd/kasten -->", "<p>Inhalt</p>"),
    ("<!-- wp:paragraph --><p>nicht zu Ende", "<p>nicht zu Ende</p>"),
]  # fmt: skip


@pytest.mark.parametrize(("markup", "html"), TEXT)
def test_text(markup: str, html: str) -> None:
    assert body(markup) == [("text", html)]


BLOCKS = [
    ("<h2>Titel &amp; mehr</h2>", [("subheading", "Titel & mehr")]),
    ("<!-- wp:heading --><h2>Titel</h2><!-- /wp:heading -->", [("subheading", "Titel")]),
    ("<blockquote><p>So.</p><p>Ja.</p><cite>— Jana B., Ministerin</cite></blockquote>",
     [("quotation", {"text": "So.\n\nJa.", "speaker": "Jana B.", "speaker_role": "Ministerin"})]),
    ('<!-- wp:quote --><blockquote class="wp-block-quote"><!-- wp:paragraph --><p>So.</p>'
     "<!-- /wp:paragraph --></blockquote><!-- /wp:quote -->",
     [("quotation", {"text": "So.", "speaker": "", "speaker_role": ""})]),
    ('<!-- wp:pullquote --><figure class="wp-block-pullquote"><blockquote><p>Kurz.</p>'
     "</blockquote></figure><!-- /wp:pullquote -->", [("pull_quote", {"text": "Kurz."})]),
    ("[pullquote]Kurz.[/pullquote]", [("pull_quote", {"text": "Kurz."})]),
    ("<table><caption>T</caption><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr>"
     "</table>",
     [("table", {"columns": [{"type": "text", "heading": "A"}, {"type": "text", "heading": "B"}],
                 "rows": [{"values": ["1", "2"]}], "caption": "T"})]),
    ('<!-- wp:table --><figure class="wp-block-table"><table><tbody><tr><td colspan="2">1</td>'
     "</tr><tr><td>2</td><td>3</td></tr></tbody></table><figcaption>T</figcaption></figure>"
     "<!-- /wp:table -->",
     [("table", {"columns": [{"type": "text", "heading": ""}, {"type": "text", "heading": ""}],
                 "rows": [{"values": ["1", ""]}, {"values": ["2", "3"]}], "caption": "T"})]),
    ("<!-- wp:code --><pre class=\"wp-block-code\"><code>if a &lt; b:\n    [x]</code></pre>"
     "<!-- /wp:code -->", [("code", {"title": "", "text": "if a < b:\n    [x]"})]),
    ("<!-- wp:preformatted --><pre class=\"wp-block-preformatted\">06:00<br>  07:00</pre>"
     "<!-- /wp:preformatted -->", [("code", {"title": "", "text": "06:00\n  07:00"})]),
    ("<pre>[caption]\n\n  b</pre>", [("code", {"title": "", "text": "[caption]\n\n  b"})]),
    ("[code]a = 1[/code]", [("code", {"title": "", "text": "a = 1"})]),
    ("eins<hr>zwei", [("text", "<p>eins</p>"), ("separator", None), ("text", "<p>zwei</p>")]),
    ('<!-- wp:separator --><hr class="wp-block-separator"/><!-- /wp:separator -->',
     [("separator", None)]),
    # pictures
    ('<img class="wp-image-9" src="/x.jpg" alt="Kran">',
     [("image", picture(alternative_text="Kran"))]),
    ('<p><a href="/hafen.jpg"><img src="/hafen.jpg"></a></p>', [("image", picture())]),
    ('Text <img class="alignright" src="/hafen.jpg"> weiter',
     [("text", "<p>Text</p>"), ("image", picture(layout="inset")), ("text", "<p>weiter</p>")]),
    ('<img role="presentation" src="/hafen.jpg" alt="">',
     [("image", picture(is_decorative=True))]),
    ('<!-- wp:media-text {"mediaId":9} --><div><figure><img src="/hafen.jpg"/></figure><div>'
     "<!-- wp:paragraph --><p>daneben</p><!-- /wp:paragraph --></div></div>"
     "<!-- /wp:media-text -->", [("image", picture()), ("text", "<p>daneben</p>")]),
    ('<!-- wp:cover {"url":"/hafen.jpg","id":9} --><div><img src="/hafen.jpg"/><div>'
     "<!-- wp:paragraph --><p>darauf</p><!-- /wp:paragraph --></div></div><!-- /wp:cover -->",
     [("image", picture()), ("text", "<p>darauf</p>")]),
    ("[gallery]", [("gallery", {"title": "", "pictures": [picture(90), picture(100)]})]),
    ('[gallery ids="9"]', [("image", picture())]),
    # embeds
    ("https://www.youtube.com/watch?v=abcdefghijk&t=1",
     [("embed", {"url": "https://www.youtube.com/watch?v=abcdefghijk", "title": "youtube.com"})]),
    ("[youtube https://youtu.be/abcdefghijk]",
     [("embed", {"url": "https://www.youtube.com/watch?v=abcdefghijk", "title": "youtube.com"})]),
    ("[embed]https://vimeo.com/1[/embed]",
     [("embed", {"url": "https://vimeo.com/1", "title": "vimeo.com"})]),
    ('<!-- wp:embed {"url":"https://vimeo.com/1"} --><figure class="wp-block-embed"><div>\n'
     "https://vimeo.com/1\n</div><figcaption>Film</figcaption></figure><!-- /wp:embed -->",
     [("embed", {"url": "https://vimeo.com/1", "title": "Film"})]),
    ('<iframe src="https://player.vimeo.com/video/7" title="F"></iframe>',
     [("embed", {"url": "https://vimeo.com/7", "title": "F"})]),
    ('<blockquote class="twitter-tweet"><p>Wort</p><a href="https://twitter.com/a/status/1">x</a>'
     "</blockquote>", [("embed", {"url": "https://twitter.com/a/status/1", "title": "Wortx"})]),
    ('[audio mp3="https://a.example/ton.mp3"]',
     [("text", '<p><a href="https://a.example/ton.mp3">ton.mp3</a></p>')]),
    # a block that is used in several places
    ('<!-- wp:block {"ref":3} /-->', [("text", "<p>geteilt</p>")]),
]  # fmt: skip


@pytest.mark.parametrize(("markup", "blocks"), BLOCKS)
def test_blocks(markup: str, blocks: list[tuple[str, Any]]) -> None:
    found = body(markup, block_3="<!-- wp:paragraph --><p>geteilt</p><!-- /wp:paragraph -->")

    for _kind, value in found:
        if isinstance(value, dict) and "pictures" in value:
            value["pictures"] = [item["value"] for item in value["pictures"]]
    assert found == blocks


@pytest.mark.parametrize(
    ("markup", "teaser", "blocks"),
    [
        ("Kurz.<!--more-->Rest", "Kurz.", [("text", "<p>Rest</p>")]),
        ("<!-- wp:paragraph --><p>Kurz.</p><!-- /wp:paragraph -->"
         "<!-- wp:more --><!--more--><!-- /wp:more -->"
         "<!-- wp:paragraph --><p>Rest</p><!-- /wp:paragraph -->",
         "Kurz.", [("text", "<p>Rest</p>")]),
        ("Eins.\n\nZwei.<!--more Weiter-->Rest", "",
         [("text", "<p>Eins.</p><p>Zwei.</p><p>Rest</p>")]),
        ('<a href="https://a.example/">Verweis</a><!--more-->Rest', "",
         [("text", '<p><a href="https://a.example/">Verweis</a></p><p>Rest</p>')]),
    ],
)  # fmt: skip
def test_what_stands_before_more(markup: str, teaser: str, blocks: list[tuple[str, Any]]) -> None:
    assert (convert(markup).teaser, body(markup)) == (teaser, blocks)


@pytest.mark.parametrize(
    ("markup", "loss"),
    [
        ("<script>alert(1)</script>a", "<script> was dropped"),
        ("<object data='x'></object>a", "<object> was dropped"),
        ("<form><input></form>a", "<form> was dropped"),
        ('<iframe src="javascript:alert(1)"></iframe>a', "<iframe> was dropped"),
        ('[contact-form to="x@y.example"]a', "[contact-form] was dropped"),
        ("<img src='/weg.jpg'>a", "picture not found: /weg.jpg"),
        ("<table><tr><td><a href='/x'>a</a></td><td>b</td></tr></table>",
         "links in a table became text"),
        ("<blockquote><a href='/x'>a</a></blockquote>", "links in a quotation became text"),
        ('<!-- wp:block {"ref":4} /-->', "a reusable block is missing in the export"),
        ("<!-- wp:latest-posts /-->", "block “latest-posts” has no content of its own"),
        ('<!-- wp:redaktion/note {"kind":"x"} /-->', "block “redaktion/note” is damaged"),
    ],
)  # fmt: skip
def test_what_is_lost_is_told(markup: str, loss: str) -> None:
    assert convert(markup).losses == [loss]


def test_equal_markup_gives_equal_blocks() -> None:
    markup = "<h2>A</h2>b<hr>[gallery]"

    assert convert(markup) == convert(markup)


def test_a_page_has_text_and_pictures_and_tells_the_rest() -> None:
    stream = convert(
        "<h2>A</h2>b<hr>[gallery]<blockquote>So.</blockquote>"
        "<pre>x\n  y</pre><table><tr><td>1</td><td>2</td></tr></table>"
    ).body

    with translation.override("en"):
        blocks, losses = content.for_standard_page(stream)

    assert [(block["type"], block["value"]) for block in blocks] == [
        ("text", "<h2>A</h2><p>b</p>"),
        ("image", picture(90)),
        ("image", picture(100)),
        ("text", "<p>„So.“</p><p><code>x<br/>\xa0\xa0y</code></p><p>1 | 2</p>"),
    ]
    assert losses == [
        "a line between parts has no place on a page",
        "a table on a page became lines of text",
    ]
