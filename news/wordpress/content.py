"""An article's text in WordPress, classic or in blocks, becomes the blocks of an article here."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from html import escape, unescape
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

from bs4 import Tag
from bs4.element import Comment, PageElement, PreformattedString
from django.utils.translation import gettext as _

from news.wordpress import blockmarkup, credits, richtext, shortcodes
from news.wordpress.blockmarkup import Block
from news.wordpress.credits import Credit
from news.wordpress.richtext import InlineWriter, parsed, plain, safe_address, trimmed

Stream = list[dict[str, Any]]

BLOCK_IDS = uuid.UUID("6c3a2f60-5d0c-4f3e-9b55-0d3f1f2a9c11")
HEADING_LENGTH, PULL_QUOTE_LENGTH, CAPTION_LENGTH, TITLE_LENGTH = 120, 200, 300, 150
TEASER_LENGTH = 400
DEEPEST = 50
PARAGRAPHS = re.compile(r"\n[ \t\r]*\n\s*")
PLAIN_PARAGRAPH = re.compile(r"\s*<p>([^<]*)</p>\s*")
BLANKS = re.compile(r"[ \t\n\r\f]+")
ADDRESS = re.compile(r"https?://[^\s<>\"]+")
PICTURE_CLASS = re.compile(r"wp-image-(\d+)")
MORE = re.compile(r"<!--more\b.*?-->", re.S)
PAGE_BREAKS = re.compile(r"<!--(?:nextpage|noteaser)-->")
YOUTUBE = re.compile(
    r"https?://(?:www\.|m\.)?(?:youtube(?:-nocookie)?\.com/(?:embed/|shorts/|v/|live/)|youtu\.be/)"
    r"([\w-]{6,20})"
)
VIMEO_PLAYER = re.compile(r"https?://player\.vimeo\.com/video/(\d+)")
# What a bare address in a line of its own becomes a box for, as WordPress did.
EMBEDDED_HOSTS = {
    "youtube.com", "youtu.be", "vimeo.com", "twitter.com", "x.com", "instagram.com",
    "facebook.com", "tiktok.com", "soundcloud.com", "open.spotify.com", "dailymotion.com",
    "flickr.com", "reddit.com", "ted.com", "tumblr.com", "mixcloud.com", "speakerdeck.com",
    "scribd.com", "slideshare.net", "issuu.com", "bsky.app", "mastodon.social",
}  # fmt: skip
INLINE = {
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "br", "cite", "code", "data", "del", "dfn",
    "em", "font", "i", "ins", "kbd", "label", "mark", "q", "ruby", "rt", "rp", "s", "samp",
    "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr", "nobr",
}  # fmt: skip
# An inline element with one of these inside is taken apart.
NOT_INLINE = {
    "img", "iframe", "figure", "p", "div", "table", "ul", "ol", "blockquote", "video", "audio",
    "h1", "h2", "h3", "h4", "h5", "h6", "pre", "hr",
}  # fmt: skip
# Blocks that only arrange what is in them.
CONTAINERS = {"columns", "column", "group", "buttons", "cover", "media-text", "row", "stack"}


class Pictures(Protocol):
    """Where the pictures of the old site are found among ours."""

    def find(self, key: str, url: str) -> int | None:
        """Return the id of the picture with a WordPress id or address."""

    def has_credit(self, picture_id: int, credit: Credit) -> bool:
        """Take a credit for a picture that has none; return whether the picture carries it."""

    def of_article(self) -> list[str]:
        """Return the WordPress ids of the pictures uploaded with this article."""


@dataclass(slots=True)
class Surroundings:
    """What the text of one article refers to."""

    key: str
    resolve: Callable[[str], dict[str, str]]
    pictures: Pictures
    reusable_block: Callable[[str], str]


@dataclass(slots=True)
class Converted:
    """The blocks, the teaser before "more" if that is short text, and what was lost."""

    body: Stream = field(default_factory=list)
    teaser: str = ""
    losses: list[str] = field(default_factory=list)


def convert(markup: str, surroundings: Surroundings) -> Converted:
    """Return the article's blocks; equal input gives equal blocks, their ids included."""
    markup = markup.replace("\r\n", "\n").replace("\r", "\n")
    teaser, markup = _take_teaser(markup, surroundings)
    writer = _Writer(surroundings)
    writer.markup(PAGE_BREAKS.sub("\n\n", MORE.sub("\n\n", markup)))
    return Converted(writer.finished(), teaser, list(dict.fromkeys(writer.losses)))


def _take_teaser(markup: str, surroundings: Surroundings) -> tuple[str, str]:
    """Split off what stands before "more" if it can be a standfirst: nothing but short text."""
    match = MORE.search(markup)
    if not match:
        return "", markup
    before, after = markup[: match.start()], markup[match.end() :]
    # The block around the mark is cut in half by it.
    before = re.sub(r"<!--\s+wp:more\b[^>]*-->\s*$", "", before)
    after = re.sub(r"^\s*<!--\s+/wp:more\s+-->", "", after)
    writer = _Writer(surroundings)
    writer.markup(before)
    blocks = writer.finished()
    if [block["type"] for block in blocks] == ["text"] and not writer.losses:
        html = blocks[0]["value"]
        text = plain(parsed(html))
        if html.count("<p>") == 1 and "<a" not in html and 0 < len(text) <= TEASER_LENGTH:
            return text, after
    return "", f"{before}\n\n{after}"


class _Writer:
    """Collects paragraphs into text blocks and puts everything else between them."""

    def __init__(self, surroundings: Surroundings, depth: int = 0) -> None:
        self.losses: list[str] = []
        self._around = surroundings
        self._inline = InlineWriter(surroundings.resolve, self._dropped)
        self._stream: Stream = []
        self._text: list[str] = []
        self._paragraph: list[str] = []
        self._hint = ""
        self._depth = depth

    def markup(self, markup: str) -> None:
        if blockmarkup.has_blocks(markup):
            for block in blockmarkup.parse(markup):
                self.block(block)
        else:
            self._classic(markup)

    def finished(self) -> Stream:
        self._end_text()
        return self._stream

    # Blocks

    def block(self, block: Block) -> None:
        handler = BLOCKS.get(block.name)
        self._end_paragraph()
        if handler:
            handler(self, block)
        elif block.blocks or block.name in CONTAINERS:
            self._container(block)
        elif block.html.strip():
            self._html(block.html)
        else:
            self.losses.append(
                _("block “%(name)s” has no content of its own") % {"name": block.name}
            )

    def _container(self, block: Block) -> None:
        own = "".join(part for part in block.parts if isinstance(part, str))
        if "<img" in own or "<video" in own:
            self._html(own)
        for inner in block.blocks:
            self.block(inner)

    def _classic_block(self, block: Block) -> None:
        self._classic(block.html)

    def _picture_block(self, block: Block) -> None:
        self._hint = str(block.attributes.get("id", ""))
        self._html(block.html)
        self._hint = ""

    def _gallery_block(self, block: Block) -> None:
        soup = parsed(block.html)
        if soup.find("img"):
            self._gallery_of(soup)
        else:
            ids = block.attributes.get("ids")
            keys = ids if isinstance(ids, list) else []
            self._gallery([(str(key), "", "", "") for key in keys])

    def _embed_block(self, block: Block) -> None:
        url = str(block.attributes.get("url", "")) or plain(parsed(block.html))
        caption = parsed(block.html).find("figcaption")
        self._embed(url, plain(caption) if caption else "")

    def _quote_block(self, block: Block) -> None:
        for element in parsed(block.html).find_all("blockquote", limit=1):
            self._quotation(element, is_pull_quote=block.name == "pullquote")

    def _reusable_block(self, block: Block) -> None:
        markup = self._around.reusable_block(str(block.attributes.get("ref", "")))
        if not markup or self._depth > 5:
            self.losses.append(_("a reusable block is missing in the export"))
            return
        self._depth += 1
        self.markup(markup)
        self._depth -= 1

    def _nothing(self, block: Block) -> None:
        pass

    def _own_block(self, block: Block) -> None:
        """Blocks that only this program has, as its own export writes them."""
        from news.wordpress import ownblocks

        value = ownblocks.read(block, self._rich_html, self._around)
        if value is None:
            self.losses.append(_("block “%(name)s” is damaged") % {"name": block.name})
        else:
            self._add(block.name.partition("/")[2].replace("-", "_"), value)

    def _rich_html(self, html: str) -> str:
        writer = _Writer(self._around)
        writer._html(html)
        return "".join(part["value"] for part in writer.finished() if part["type"] == "text")

    # HTML

    def _classic(self, markup: str) -> None:
        self._walk(parsed(shortcodes.expand(markup, self._dropped)), breaks=True)
        self._end_paragraph()

    def _html(self, markup: str) -> None:
        if match := PLAIN_PARAGRAPH.fullmatch(markup):
            # Most of a newspaper: worth not being parsed.
            words = richtext.CONTROL.sub("", unescape(match[1]))
            self._paragraph.append(escape(BLANKS.sub(" ", words), quote=False))
            self._end_paragraph()
            return
        self._walk(parsed(markup), breaks=False)
        self._end_paragraph()

    def _walk(self, parent: Tag, *, breaks: bool, depth: int = 0) -> None:
        if depth > DEEPEST:
            self._paragraph.append(escape(plain(parent), quote=False))
            return
        for child in parent.children:
            if not isinstance(child, Tag):
                self._string(child, breaks)
            elif child.name in INLINE and _is_inline(child):
                self._paragraph.append(self._inline.write(child, breaks=breaks))
            elif child.name in richtext.ACTIVE:
                self._dropped(f"<{child.name}>")
            else:
                self._element(child, breaks=breaks, depth=depth + 1)

    def _string(self, child: PageElement, breaks: bool) -> None:
        if isinstance(child, Comment):
            return
        if not breaks:
            self._paragraph.append(self._inline.write(child))
            return
        first, *others = PARAGRAPHS.split(str(child))
        self._paragraph.append(self._inline.write(type(child)(first), breaks=True))
        for text in others:
            self._end_paragraph()
            self._paragraph.append(self._inline.write(type(child)(text), breaks=True))

    def _element(self, element: Tag, *, breaks: bool, depth: int) -> None:
        self._end_paragraph()
        handler = ELEMENTS.get(element.name)
        if handler:
            handler(self, element)
        elif "wp-block-file__button" not in _classes(element):
            self._walk(element, breaks=breaks, depth=depth)
            self._end_paragraph()

    def _paragraph_element(self, element: Tag) -> None:
        self._walk(element, breaks=False, depth=1)
        self._end_paragraph()

    def _heading(self, element: Tag) -> None:
        text = plain(element)
        if text and element.name in {"h1", "h2"} and len(text) <= HEADING_LENGTH:
            self._end_text()
            self._add("subheading", text)
        elif text:
            self._text.append(f"<h3>{trimmed(self._inline.write(element))}</h3>")
        self._pictures_in(element)

    def _list(self, element: Tag) -> None:
        items = self._list_html(element, 0)
        if items:
            self._text.append(items)
        self._pictures_in(element)

    def _list_html(self, element: Tag, depth: int) -> str:
        items = []
        for item in element.find_all(["li", "ul", "ol"], recursive=False):
            if item.name == "li":
                inner, nested = self._item_html(item, depth)
                if inner or nested:
                    items.append(f"<li>{inner}{nested}</li>")
            elif depth < DEEPEST and (nested := self._list_html(item, depth + 1)):
                items.append(f"<li>{nested}</li>")
        return f"<{element.name}>{''.join(items)}</{element.name}>" if items else ""

    def _item_html(self, item: Tag, depth: int) -> tuple[str, str]:
        nested, parts = [], []
        for child in item.children:
            if isinstance(child, Tag) and child.name in {"ul", "ol"} and depth < DEEPEST:
                nested.append(self._list_html(child, depth + 1))
            elif isinstance(child, Tag) and child.name in {"p", "div"}:
                parts += ["<br/>", self._inline.write(child), "<br/>"]
            else:
                parts.append(self._inline.write(child))
        html = re.sub(r"(?:<br/>\s*)+", "<br/>", "".join(parts))
        return trimmed(html), "".join(nested)

    def _definitions(self, element: Tag) -> None:
        for entry in element.find_all(["dt", "dd"]):
            html = trimmed(self._inline.write(entry))
            if html:
                self._text.append(
                    f"<p><b>{html}</b></p>" if entry.name == "dt" else f"<p>{html}</p>"
                )

    def _blockquote(self, element: Tag) -> None:
        classes = " ".join(_classes(element))
        addresses = [str(link.get("href", "")) for link in element.find_all("a")]
        if re.search(r"twitter-tweet|twitter-video|instagram-media|tiktok-embed|bluesky", classes):
            url = element.get("cite") or element.get("data-instgrm-permalink")
            if url := str(url or (addresses[-1] if addresses else "")):
                self._embed(url, plain(element)[:TITLE_LENGTH])
                return
        self._quotation(element, is_pull_quote="pullquote" in classes)

    def _quotation(self, element: Tag, *, is_pull_quote: bool) -> None:
        speaker = ""
        for cite in element.find_all(["cite", "footer"], limit=1):
            speaker = plain(cite).lstrip("—–- ")
            cite.extract()
        if element.find("a"):
            self.losses.append(_("links in a quotation became text"))
        text = _paragraphs_of(element)
        if not text:
            return self._pictures_in(element)
        self._end_text()
        if is_pull_quote and len(text) <= PULL_QUOTE_LENGTH and not speaker:
            self._add("pull_quote", {"text": text})
        else:
            name, _comma, role = speaker.partition(", ")
            value = {"text": text, "speaker": name[:120], "speaker_role": role[:120]}
            self._add("quotation", value)
        return self._pictures_in(element)

    def _preformatted(self, element: Tag) -> None:
        for line_break in element.find_all("br"):
            line_break.replace_with("\n")
        text = "".join(
            str(part)
            for part in element.find_all(string=True)
            if not isinstance(part, PreformattedString)
        )
        text = richtext.CONTROL.sub("", text).strip("\n")
        if not text.strip():
            return
        if "wp-block-verse" in _classes(element):
            lines = "<br/>".join(escape(line, quote=False) for line in text.split("\n"))
            self._text.append(f"<p>{lines}</p>")
        else:
            self._add("code", {"title": "", "text": text})

    def _rule(self, _element: Tag) -> None:
        self._add("separator", None)

    def _summary(self, element: Tag) -> None:
        if html := trimmed(self._inline.write(element)):
            self._text.append(f"<p><b>{html}</b></p>")

    def _figure(self, element: Tag) -> None:
        if element.has_attr("data-gallery"):
            keys = [key for key in str(element["data-gallery"]).split(",") if key]
            keys = keys or self._around.pictures.of_article()
            self._gallery([(key, "", "", "") for key in keys])
        elif len(element.find_all("img")) > 1:
            self._gallery_of(element)
        elif element.find("img"):
            self._figure_with_picture(element)
        elif element.find("table"):
            self._table(element.find("table"), _caption_of(element))  # type: ignore[arg-type]
        elif element.find("blockquote"):
            quote = element.find("blockquote")
            self._quotation(
                quote,  # type: ignore[arg-type]
                is_pull_quote="wp-block-pullquote" in _classes(element),
            )
        elif element.find(["iframe", "video", "audio"]):
            self._player(element.find(["iframe", "video", "audio"]), _caption_of(element))  # type: ignore[arg-type]
        elif "wp-block-embed" in _classes(element) and ADDRESS.search(plain(element)):
            self._embed(ADDRESS.search(plain(element))[0], _caption_of(element))  # type: ignore[index]
        else:
            self._walk(element, breaks=False, depth=1)
            self._end_paragraph()

    def _figure_with_picture(self, element: Tag) -> None:
        picture = element.find("img")
        assert isinstance(picture, Tag)
        # Shortcodes for caption and credit stand in each other, either way round.
        frames = [element, *element.find_all("figure")]
        caption, align, key, credit = "", "", "", ""
        for frame in frames:
            is_shortcode = frame.has_attr("data-caption")
            caption = caption or (plain(frame) if is_shortcode else _caption_of(frame))
            align += " ".join(_classes(frame))
            key = key or str(frame.get("data-attachment", ""))
            credit = credit or str(frame.get("data-credit", ""))
        if credit and not credits.split(caption)[1]:
            caption = f"{caption} Foto: {credit}"
        self._picture(key or _picture_key(picture) or self._hint, picture, caption, align=align)

    def _picture_element(self, element: Tag) -> None:
        self._picture(_picture_key(element) or self._hint, element, "", align="")

    def _picture(self, key: str, element: Tag, caption: str, *, align: str) -> None:
        value = self._picture_value(
            key, _address_of(element), str(element.get("alt", "")), caption
        )
        if value:
            if element.get("role") in {"presentation", "none"}:
                value["is_decorative"] = True
            align += " ".join(_classes(element))
            if "alignleft" in align or "alignright" in align:
                value["layout"] = "inset"
            self._end_text()
            self._add("image", value)

    def _picture_value(
        self, key: str, url: str, alternative_text: str, caption: str
    ) -> dict[str, Any] | None:
        pictures = self._around.pictures
        picture_id = pictures.find(key, url)
        if picture_id is None:
            name = url or key
            self.losses.append(_("picture not found: %(name)s") % {"name": name[:200]})
            return None
        words, credit = credits.split(caption)
        if credit and not pictures.has_credit(picture_id, credit):
            words = " ".join(caption.split())
        if len(words) > CAPTION_LENGTH:
            self.losses.append(_("a caption was too long and was cut"))
        return {
            "image": picture_id,
            "alternative_text": " ".join(alternative_text.split())[:250],
            "caption": cut(words, CAPTION_LENGTH),
            "layout": "full",
        }

    def _pictures_in(self, element: Tag) -> None:
        for picture in element.find_all("img"):
            self._picture_element(picture)

    def _gallery_of(self, element: Tag) -> None:
        pictures = []
        for picture in element.find_all("img"):
            holder = picture.find_parent(["figure", "li", "dl"])
            own = holder is not None and len(holder.find_all("img")) == 1
            caption = _caption_of(holder) if own and holder else ""
            key = _picture_key(picture)
            pictures.append((key, _address_of(picture), str(picture.get("alt", "")), caption))
        title = next(
            (
                plain(c)
                for c in element.find_all("figcaption")
                if "blocks-gallery-caption" in _classes(c)
            ),
            "",
        )
        self._gallery(pictures, title)

    def _gallery(self, pictures: list[tuple[str, str, str, str]], title: str = "") -> None:
        found = [self._picture_value(*picture) for picture in pictures]
        values = [value for value in found if value]
        self._end_text()
        if len(values) == 1:
            self._add("image", values[0])
        elif values:
            number = len(self._stream)
            items = [
                {"type": "item", "value": value, "id": self._id(f"{number}:{place}")}
                for place, value in enumerate(values)
            ]
            self._add("gallery", {"title": cut(title, HEADING_LENGTH), "pictures": items})

    def _table_element(self, element: Tag) -> None:
        caption = element.find("caption")
        self._table(element, plain(caption) if caption else "")

    def _table(self, element: Tag, caption: str) -> None:
        rows = [row for row in element.find_all("tr") if row.find_parent("table") is element]
        grid = [_cells(row) for row in rows]
        width = max((len(cells) for cells in grid), default=0)
        if (width == 1 and len(grid) == 1) or not any(any(cells) for cells in grid):
            # A frame, not a table.
            for cell in element.find_all(["td", "th"], limit=1):
                self._walk(cell, breaks=False, depth=1)
                self._end_paragraph()
            return
        if element.find("a"):
            self.losses.append(_("links in a table became text"))
        has_head = bool(rows) and not rows[0].find("td")
        head = grid.pop(0) if has_head else []
        head = [*head, *[""] * (width - len(head))]
        value = {
            "columns": [{"type": "text", "heading": heading} for heading in head],
            "rows": [{"values": [*cells, *[""] * (width - len(cells))]} for cells in grid],
            "caption": caption,
        }
        self._end_text()
        self._add("table", value)
        self._pictures_in(element)

    def _player_element(self, element: Tag) -> None:
        self._player(element, str(element.get("title", "")))

    def _player(self, element: Tag, title: str) -> None:
        url = _address_of(element)
        if not url and (source := element.find("source")):
            url = _address_of(source)  # type: ignore[arg-type]
        if not safe_address(url) and not url.startswith("/"):
            self._dropped(f"<{element.name}>")
            return
        if element.name == "iframe":
            self._embed(url, title)
        else:
            attributes = self._around.resolve(url)
            self._link(attributes, title or url.rpartition("/")[2])

    def _embed(self, url: str, title: str) -> None:
        url = _player_page(safe_address(unescape(url.strip())))
        if not url.startswith("http") or len(url) > 200:
            self._link(self._around.resolve(url), title or url) if url else None
            return
        self._end_text()
        host = (urlsplit(url).hostname or "").removeprefix("www.")
        self._add("embed", {"url": url, "title": cut(title or host, TITLE_LENGTH)})

    def _link(self, attributes: dict[str, str], text: str) -> None:
        written = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
        words = escape(text, quote=False)
        if words:
            self._text.append(f"<p><a{written}>{words}</a></p>" if written else f"<p>{words}</p>")

    # Text

    def _end_paragraph(self) -> None:
        html = trimmed("".join(self._paragraph))
        self._paragraph = []
        words = re.sub(r"<[^>]*>", "", html)
        if not words.strip("\xa0 \n\t"):
            return
        address = unescape(words.strip())
        if ADDRESS.fullmatch(address) and _is_embedded(address):
            self._embed(address, "")
        else:
            self._text.append(f"<p>{html}</p>")

    def _end_text(self) -> None:
        self._end_paragraph()
        if self._text:
            html, self._text = "".join(self._text), []
            self._add("text", html)

    def _add(self, kind: str, value: Any) -> None:
        self._end_text()
        self._stream.append({"type": kind, "value": value, "id": self._id(len(self._stream))})

    def _id(self, place: object) -> str:
        return str(uuid.uuid5(BLOCK_IDS, f"{self._around.key}:{place}"))

    def _dropped(self, what: str) -> None:
        self.losses.append(_("%(what)s was dropped") % {"what": what})


BLOCKS: dict[str, Callable[[_Writer, Block], None]] = {
    "freeform": _Writer._classic_block,
    "shortcode": _Writer._classic_block,
    "image": _Writer._picture_block,
    "gallery": _Writer._gallery_block,
    "embed": _Writer._embed_block,
    "quote": _Writer._quote_block,
    "pullquote": _Writer._quote_block,
    "block": _Writer._reusable_block,
    "list": lambda writer, block: writer._html(block.html),
    "table": lambda writer, block: writer._html(block.html),
    "more": _Writer._nothing,
    "nextpage": _Writer._nothing,
    "spacer": _Writer._nothing,
    "redaktion/code": _Writer._own_block,
    "redaktion/fact-box": _Writer._own_block,
    "redaktion/note": _Writer._own_block,
    "redaktion/read-also": _Writer._own_block,
    "redaktion/table": _Writer._own_block,
}
ELEMENTS: dict[str, Callable[[_Writer, Tag], None]] = {
    "p": _Writer._paragraph_element,
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), _Writer._heading),
    "ul": _Writer._list,
    "ol": _Writer._list,
    "dl": _Writer._definitions,
    "blockquote": _Writer._blockquote,
    "pre": _Writer._preformatted,
    "hr": _Writer._rule,
    "summary": _Writer._summary,
    "figure": _Writer._figure,
    "img": _Writer._picture_element,
    "table": _Writer._table_element,
    "iframe": _Writer._player_element,
    "video": _Writer._player_element,
    "audio": _Writer._player_element,
}


def for_standard_page(stream: Iterable[dict[str, Any]]) -> tuple[Stream, list[str]]:
    """Return the blocks as a standard page has them: text, pictures, fact boxes; and losses."""
    result: Stream = []
    losses: list[str] = []
    for block in stream:
        for kind, value in _standard(block, losses):
            if kind == "text" and result and result[-1]["type"] == "text":
                result[-1]["value"] += value
            else:
                result.append({"type": kind, "value": value, "id": block["id"]})
    return result, list(dict.fromkeys(losses))


def _standard(block: dict[str, Any], losses: list[str]) -> list[tuple[str, Any]]:
    kind, value = block["type"], block["value"]
    if kind in {"text", "image", "fact_box"}:
        return [(kind, value)]
    if kind == "subheading":
        return [("text", f"<h2>{escape(value, quote=False)}</h2>")]
    if kind == "gallery":
        return [("image", item["value"]) for item in value["pictures"]]
    if kind == "embed":
        title = escape(value["title"], quote=False)
        return [("text", f'<p><a href="{escape(value["url"])}">{title}</a></p>')]
    if kind in {"quotation", "pull_quote"}:
        speaker = value.get("speaker", "")
        text = f"„{value['text']}“" + (f" — {speaker}" if speaker else "")
        return [("text", f"<p>{escape(text, quote=False)}</p>".replace("\n", "<br/>"))]
    if kind == "code":
        lines = "<br/>".join(_code_line(line) for line in value["text"].split("\n"))
        return [("text", f"<p><code>{lines}</code></p>")]
    if kind == "separator":
        losses.append(_("a line between parts has no place on a page"))
        return []
    if kind == "table":
        losses.append(_("a table on a page became lines of text"))
        rows = [[column["heading"] for column in value["columns"]]]
        rows += [row["values"] for row in value["rows"]]
        lines = [" | ".join(str(cell) for cell in row) for row in rows if any(row)]
        return [("text", "".join(f"<p>{escape(line, quote=False)}</p>" for line in lines))]
    losses.append(_("block “%(name)s” has no place on a page") % {"name": kind})
    return []


def cut(text: str, length: int) -> str:
    """Return the text, shortened at a blank if it is longer than `length`."""
    if len(text) <= length:
        return text
    head = text[: length - 1]
    return (head.rpartition(" ")[0] or head).rstrip(",;:– ") + "…"


def _is_inline(element: Tag) -> bool:
    return not any(
        isinstance(inner, Tag) and inner.name in NOT_INLINE for inner in element.descendants
    )


def _classes(element: Tag) -> list[str]:
    value = element.get("class") or []
    return value.split() if isinstance(value, str) else list(value)


def _picture_key(picture: Tag) -> str:
    match = PICTURE_CLASS.search(" ".join(_classes(picture)))
    return match[1] if match else str(picture.get("data-id", ""))


def _address_of(element: Tag) -> str:
    for name in ("data-src", "data-lazy-src", "data-orig-file", "data-full-url", "src"):
        value = str(element.get(name, "")).strip()
        if value and not value.startswith("data:"):
            return value
    return ""


def _caption_of(element: Tag) -> str:
    caption = element.find(["figcaption", "dd"]) or element.find(class_="wp-caption-text")
    return plain(caption) if caption else ""


def _paragraphs_of(element: Tag) -> str:
    for line_break in element.find_all("br"):
        line_break.replace_with("\n")
    parts = element.find_all(["p", "li", "h2", "h3", "h4"]) or [element]
    texts = []
    for part in parts:
        words = "".join(
            str(text)
            for text in part.find_all(string=True)
            if not isinstance(text, Comment)
            and not any(parent.name in richtext.ACTIVE for parent in text.parents)
        )
        for paragraph in PARAGRAPHS.split(richtext.CONTROL.sub("", words)):
            lines = (" ".join(line.split()) for line in paragraph.split("\n"))
            texts.append("\n".join(line for line in lines if line))
    return "\n\n".join(text for text in texts if text)


def _code_line(line: str) -> str:
    """Escape a line of program text; blanks at its beginning would fold into one."""
    line = richtext.CONTROL.sub("", line).replace("\t", "    ")
    stripped = line.lstrip(" ")
    return "\xa0" * (len(line) - len(stripped)) + escape(stripped, quote=False)


def _cells(row: Tag) -> list[str]:
    cells: list[str] = []
    for cell in row.find_all(["td", "th"], recursive=False):
        span = str(cell.get("colspan", "1"))
        width = int(span) if span.isdigit() and span.isascii() and len(span) < 3 else 1
        cells += [plain(cell), *[""] * (max(width, 1) - 1)]
    return cells


def _player_page(url: str) -> str:
    """Return the page of a video whose player's address is given."""
    if match := YOUTUBE.match(url):
        return f"https://www.youtube.com/watch?v={match[1]}"
    if match := VIMEO_PLAYER.match(url):
        return f"https://vimeo.com/{match[1]}"
    parts = urlsplit(url)
    if (parts.hostname or "").endswith("youtube.com") and parts.path == "/watch":
        video = parse_qs(parts.query).get("v", [""])[0]
        return f"https://www.youtube.com/watch?v={video}" if video else url
    return url


def _is_embedded(url: str) -> bool:
    try:
        host = (urlsplit(url).hostname or "").removeprefix("www.").removeprefix("m.")
    except ValueError:
        return False
    return host in EMBEDDED_HOSTS
