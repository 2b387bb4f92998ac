"""Exports that nobody thought of: made by hypothesis, well-formed and broken."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, Revision

from home.models import StandardPage
from news.comments.models import ReaderComment
from news.models import ArticlePage, Author, SectionPage, Tag
from news.wordpress import importing, reading
from news.wordpress.models import ImportedItem
from news.wordpress.records import ExportRefused
from tests.factories import make_home
from tests.news.wordpress import wxr
from tests.news.wordpress.conftest import NOW
from tests.news.wordpress.test_content import convert

ACTIVE = {"script", "style", "iframe", "object", "embed", "form", "input", "svg", "link", "meta"}
SCHEMES = {"", "http", "https", "mailto", "tel"}

# Everything that XML can carry; the parser sees to the rest.
texts = st.text(
    st.characters(
        exclude_categories=("Cs", "Cc"), include_characters="\n\t", max_codepoint=0x2FFFF
    ),
    max_size=30,
)
attacks = st.sampled_from(
    [
        "<script>alert(1)</script>",
        "<SCRIPT SRC=//boese.example/x.js></SCRIPT >",
        "<scr<script>ipt>alert(1)</scr</script>ipt>",
        '<img src=x onerror="alert(1)">',
        "<img src='javascript:alert(1)'>",
        '<a href="javascript:alert(1)">a</a>',
        '<a href=" java\nscript:alert(1)">a</a>',
        '<a href="&#106;avascript:alert(1)">a</a>',
        '<a href="data:text/html,<script>alert(1)</script>">a</a>',
        '<a href="https://a.example/" onclick="alert(1)" style="x:expression(1)">a</a>',
        '<a href="https://a.example/&quot; onmouseover=&quot;alert(1)">a</a>',
        '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
        '<iframe src="data:text/html,alert(1)"></iframe>',
        "<svg onload=alert(1)><script>alert(1)</script></svg>",
        "<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>",
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
        "<!--><script>alert(1)</script>-->",
        "<![CDATA[<script>alert(1)</script>]]>",
        "<?php system('x') ?>",
        "<form action=https://boese.example/><input name=a><button>b</button></form>",
        "<object data='javascript:alert(1)'></object><embed src='javascript:alert(1)'>",
        "<base href=https://boese.example/><meta http-equiv=refresh content='0;javascript:1'>",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "<blockquote><script>alert(1)</script>a</blockquote>",
        "<table><tr><td onclick=alert(1)><script>alert(1)</script>b</td><td>c</td></tr></table>",
        "<h2 onclick=alert(1)>H<script>alert(1)</script></h2>",
        "<pre><script>alert(1)</script>\n&lt;script&gt;</pre>",
        '[caption caption="<script>alert(1)</script>"]<img src=/x.jpg>[/caption]',
        '[embed]javascript:alert(1)[/embed][youtube "><script>alert(1)</script>]',
        '[video mp4="javascript:alert(1)"]',
        '<!-- wp:embed {"url":"javascript:alert(1)"} --><figure>x</figure><!-- /wp:embed -->',
        '<!-- wp:html --><script>alert(1)</script><!-- /wp:html -->',
        '<!-- wp:redaktion/fact-box {"title":"<script>","text":"<p onclick=a>b</p><script>"} /-->',
        '<!-- wp:redaktion/code {"title":"<script>","text":"<script>alert(1)</script>"} /-->',
        '<!-- wp:redaktion/table {"columns":[{"type":"text","heading":"<script>"}],'
        '"rows":[{"values":["<img src=x onerror=alert(1)>"]}]} /-->',
        '<!-- wp:redaktion/note {"kind":"update","noted_at":"2024-01-01T00:00:00Z",'
        '"text":"<a href=javascript:alert(1)>a</a>"} /-->',
    ]
)  # fmt: skip
pieces = st.sampled_from(
    [
        "<p>", "</p>", "<b>", "</b>", "<ul><li>", "</li></ul>", "<ol>", "<dl><dt>", "<blockquote>",
        "</blockquote>", "<h2>", "</h2>", "<table><tr><td>", "</td></tr></table>", "<pre>",
        "</pre>", "<hr>", "<br>", "<figure>", "<figcaption>", "</figure>", "'>", "</a>",
        "<img src=/x.jpg class=wp-image-1>", "[caption]", "[/caption]", "[gallery]",
        "[gallery ids='1,2']", "[x y=z]", "[/x]", "[[y]]", "<!--more-->", "<!--nextpage-->",
        "<!-- wp:group -->", "<!-- /wp:group -->", "<!-- wp:columns -->", "<!-- wp:paragraph -->",
        "<!-- /wp:paragraph -->", '<!-- wp:block {"ref":1} /-->', "<!-- wp:gallery -->",
        '<!-- wp:image {"id":1} -->', "<!-- wp:quote -->", "<!-- /wp:quote -->", "<!--", "-->",
        "https://youtu.be/abcdefghijk", "https://[", "http://a.example:x/", "&nbsp;", "&#0;",
        "\n\n", "\n", "<q>", "<details><summary>", "<div><div><div>", "<li>", "<td colspan=999>",
        f"<a href='{wxr.URL}/?p=2'>zwei</a>", "<a href='/?p=1'>eins</a>", "<a href='",
    ]
)  # fmt: skip
scalars = st.none() | st.integers() | texts
blocks = st.builds(
    lambda name, value: f"<!-- wp:{name} {json.dumps(value)} /-->",
    st.sampled_from(["gallery", "embed", "image", "block", "redaktion/table", "redaktion/note",
                     "redaktion/read-also", "redaktion/fact-box", "fremd/x"]),
    st.dictionaries(
        st.sampled_from(["ids", "id", "url", "ref", "columns", "rows", "text", "kind", "title"]),
        scalars | st.lists(scalars, max_size=2),
        max_size=4,
    ),
)  # fmt: skip
markups = st.lists(attacks | pieces | texts | blocks, max_size=12).map("".join)
dates = st.sampled_from(
    ["2020-05-01 12:30:00", "0000-00-00 00:00:00", "", "9999-12-31 23:59:59",
     "0001-01-01 00:00:00", "gestern", "2035-01-01 00:00:00"]
)  # fmt: skip
words = st.sampled_from(
    ["", "a", "haushalt", "haushalt-2", "feed", "admin", "%c3%bc-%25", "x" * 300]
)


@st.composite
def comments(draw: st.DrawFn, number: int) -> str:
    return wxr.comment(
        number,
        draw(markups),
        author=draw(texts),
        approved=draw(st.sampled_from(["1", "0", "spam", "trash", "post-trashed", ""])),
        type=draw(st.sampled_from(["", "comment", "pingback", "review"])),
        parent=draw(st.integers(0, 12)),
        date_gmt=draw(dates),
    )


@st.composite
def items(draw: st.DrawFn, number: int) -> str:
    slug = draw(words)
    terms = st.tuples(
        st.sampled_from(["category", "post_tag", "author", "format"]),
        st.sampled_from(["politik", "kommunal", "kreis", "neu", "%e4%b8%ad"]),
        texts,
    )
    return wxr.item(
        draw(st.sampled_from([number, number, number, 1])),
        draw(texts) or "Titel",
        draw(markups),
        slug=slug,
        link=draw(st.sampled_from([f"{wxr.URL}/{slug}/", f"{wxr.URL}/?p={number}", "", "http://["])),
        type=draw(st.sampled_from(["post"] * 3 + ["page", "attachment", "wp_block", "x"])),
        status=draw(st.sampled_from(["publish"] * 2 + ["draft", "future", "private", "trash"])),
        excerpt=draw(markups),
        date=draw(dates),
        date_gmt=draw(dates),
        modified_gmt=draw(dates),
        parent=draw(st.integers(0, 4)),
        password=draw(st.sampled_from(["", "", "", "sesam"])),
        sticky=draw(st.sampled_from([0, 0, 1])),
        creator=draw(st.sampled_from(["jana", "", "ünbekannt"])),
        attachment_url=draw(st.sampled_from(["", f"{wxr.URL}/wp-content/uploads/x.jpg", "http://["])),
        terms=draw(st.lists(terms, max_size=3)),
        meta=draw(
            st.dictionaries(
                st.sampled_from(
                    ["_thumbnail_id", "_wp_old_slug", "_yoast_wpseo_title", "_redaktion_kicker",
                     "_yoast_wpseo_canonical", "_redaktion_significantly_updated_at", "credit",
                     "_wp_attachment_metadata"]
                ),
                texts | st.sampled_from(["1", "javascript:alert(1)"]),
                max_size=3,
            )
        ),
        comments=[draw(comments(number * 10 + n)) for n in range(draw(st.integers(0, 2)))],
    )  # fmt: skip


@st.composite
def exports(draw: st.DrawFn) -> list[str]:
    head = [
        wxr.writer("jana", draw(texts)),
        wxr.category("politik", draw(texts), parent=draw(st.sampled_from(["", "kommunal"]))),
        wxr.category("kommunal", parent="politik", id=2, text=draw(markups)),
        wxr.category("kreis", parent="kreis", id=3),
        wxr.tag("neu", draw(texts)),
    ]
    return head + [draw(items(number)) for number in range(1, draw(st.integers(2, 5)))]


def assert_harmless(html: str) -> None:
    """Hold that a browser would run nothing of this and send nothing anywhere."""
    for element in BeautifulSoup(f"<div>{html}</div>", "html.parser").find_all(True):
        assert element.name not in ACTIVE, html
        for name, value in element.attrs.items():
            assert not name.startswith("on"), html
            assert name not in {"style", "srcdoc", "formaction"}, html
            if name in {"href", "src", "action"}:
                assert urlsplit(str(value)).scheme.lower() in SCHEMES, html


def rich_texts(value: Any, kind: str = "") -> Iterator[str]:
    """Yield everything in a body that is shown as HTML; the rest is escaped by its template."""
    if isinstance(value, list):
        for part in value:
            yield from rich_texts(part)
    elif isinstance(value, dict) and "type" in value and "value" in value:
        yield from rich_texts(value["value"], value["type"])
    elif isinstance(value, dict) and kind in {"fact_box", "note"}:
        yield value["text"]
    elif kind == "text":
        yield value


@settings(max_examples=150, deadline=None)
@given(markups)
@example("https://youtu.be/x")
@example("bild.jpg")
@example('<?xml version="1.0"?><p>a</p>')
def test_any_markup_becomes_harmless_blocks(markup: str) -> None:
    converted = convert(markup)

    for html in rich_texts(converted.body):
        assert_harmless(html)
    for block in converted.body:
        if block["type"] == "embed":
            assert urlsplit(block["value"]["url"]).scheme in {"http", "https"}
    assert convert(markup) == converted
    json.dumps(converted.body)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_file_is_read_or_refused(data: st.DataObject) -> None:
    text = wxr.document(wxr.category("politik"), wxr.item(5, comments=[wxr.comment(1)])).encode()
    at = data.draw(st.integers(0, len(text)))
    end = at + data.draw(st.integers(0, 40))
    damaged = text[:at] + data.draw(st.binary(max_size=20)) + text[end:]

    try:
        list(reading.read([damaged]))
    except ExportRefused as error:
        assert str(error)


@contextmanager
def nothing_remains() -> Iterator[None]:
    class Undo(Exception):
        pass

    try:
        with transaction.atomic():
            yield
            raise Undo
    except Undo:
        pass


def everything() -> dict[str, list[Any]]:
    models = (Page, ArticlePage, StandardPage, SectionPage, Author, Tag, ReaderComment, Redirect,
              Revision, ImportedItem)  # fmt: skip
    return {m.__name__: list(m.objects.order_by("pk").values()) for m in models}


@pytest.mark.django_db
@settings(
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(export=exports())
def test_any_export_is_imported_once(tmp_path: Path, client: Client, export: list[str]) -> None:
    path = wxr.write(tmp_path, *export)
    records = [r for r in reading.read([path.read_bytes()]) if isinstance(r, reading.Item)]
    with nothing_remains():
        make_home()
        options = importing.Options(path=path)

        report = importing.run(options, now=NOW)

        assert [list(problems) for problems in Page.find_problems()] == [[], [], [], [], []]
        counts = report.as_counts()
        for kind in ("post", "page"):
            there = Counter(r.type for r in records)[kind]
            assert sum(counts.get(kind, {}).values()) == there, (kind, counts)
        told = sum(counts.get("comment", {}).values())
        assert told <= sum(len(r.remarks) for r in records)
        assert counts.get("comment", {}).get("imported", 0) == ReaderComment.objects.count()
        for article in ArticlePage.objects.all():
            for html in rich_texts(list(article.body.get_prep_value())):
                assert_harmless(html)
            if article.live:
                response = client.get(article.get_url())
                assert response.status_code in {200, 302}
                soup = BeautifulSoup(response.content, "html.parser")
                for script in soup.find_all("script"):
                    assert "alert" not in (script.string or "") or "json" in script.get("type", "")
                assert not soup.find_all(
                    lambda tag: any(name.startswith("on") for name in tag.attrs)
                )
                assert not soup.find_all(href=lambda href: href and "script:" in href.lower())

        before = everything()
        again = importing.run(options, now=NOW)

        assert everything() == before
        for kind, outcomes in again.as_counts().items():
            assert set(outcomes) <= {"unchanged", "skipped"}, kind
