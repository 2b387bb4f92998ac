"""An article's blocks as Gutenberg markup: the way back to WordPress."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any

from bs4 import Tag

from news.wordpress.richtext import parsed

# What HTML comments and WordPress's own parser would stumble over.
UNSAFE = {"--": "\\u002d\\u002d", "<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}
BLOCK_OF_TAG = {"p": "paragraph", "ul": "list", "ol": "list", "hr": "separator"}


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where pages, pictures and documents are found by their ids."""

    page: Callable[[int], str]
    picture: Callable[[int], tuple[int, str] | None]
    document: Callable[[int], str]


def write(stream: list[dict[str, Any]], addresses: Addresses) -> str:
    """Return the markup of all blocks; what WordPress does not know keeps its values in it."""
    return "\n\n".join(
        filter(None, (_WRITERS[block["type"]](block["value"], addresses) for block in stream))
    )


def _wrap(name: str, html: str, attributes: dict[str, Any] | None = None) -> str:
    written = f" {_json(attributes)}" if attributes else ""
    return f"<!-- wp:{name}{written} -->\n{html}\n<!-- /wp:{name} -->"


def _json(attributes: dict[str, Any]) -> str:
    text = json.dumps(attributes, ensure_ascii=False)
    for unsafe, safe in UNSAFE.items():
        text = text.replace(unsafe, safe)
    return text


def rich_text(html: str, addresses: Addresses) -> str:
    """Return stored rich text with addresses in the place of our ids."""
    soup = parsed(html)
    for link in soup.find_all("a"):
        kind, pk = link.get("linktype"), str(link.get("id", ""))
        if kind and pk.isdigit():
            find = addresses.page if kind == "page" else addresses.document
            link.attrs = {"href": find(int(pk))}
    return str(soup)


def _text(value: str, addresses: Addresses) -> str:
    soup = parsed(rich_text(value, addresses))
    blocks = []
    for child in soup.children:
        if not isinstance(child, Tag):
            if str(child).strip():
                blocks.append(_wrap("paragraph", f"<p>{child}</p>"))
        elif re.fullmatch("h[1-6]", child.name):
            blocks.append(_wrap("heading", str(child), {"level": int(child.name[1])}))
        else:
            blocks.append(_wrap(BLOCK_OF_TAG.get(child.name, "html"), str(child)))
    return "\n\n".join(blocks)


def _subheading(value: str, _addresses: Addresses) -> str:
    return _wrap("heading", f"<h2>{_escape(value)}</h2>")


def _quotation(value: dict[str, Any], _addresses: Addresses) -> str:
    speaker = ", ".join(filter(None, (value.get("speaker"), value.get("speaker_role"))))
    cite = f"<cite>{_escape(speaker)}</cite>" if speaker else ""
    return _wrap(
        "quote",
        f'<blockquote class="wp-block-quote">{_paragraphs(value["text"])}{cite}</blockquote>',
    )


def _pull_quote(value: dict[str, Any], _addresses: Addresses) -> str:
    text = _paragraphs(value["text"])
    return _wrap(
        "pullquote",
        f'<figure class="wp-block-pullquote"><blockquote>{text}</blockquote></figure>',
    )


def _image(value: dict[str, Any], addresses: Addresses) -> str:
    found = addresses.picture(int(value["image"])) if value.get("image") else None
    if not found:
        return ""
    key, url = found
    align = " alignleft" if value.get("layout") == "inset" else ""
    caption = value.get("caption")
    caption = f"<figcaption>{_escape(caption)}</figcaption>" if caption else ""
    is_decorative = value.get("is_decorative")
    words = "" if is_decorative else value.get("alternative_text") or ""
    role = ' role="presentation"' if is_decorative else ""
    picture = f'<img src="{escape(url)}" alt="{escape(words)}"{role} class="wp-image-{key}"/>'
    html = f'<figure class="wp-block-image{align}">{picture}{caption}</figure>'
    return _wrap("image", html, {"id": key})


def _gallery(value: dict[str, Any], addresses: Addresses) -> str:
    pictures = "\n".join(_image(item["value"], addresses) for item in value["pictures"])
    title = value.get("title")
    title = (
        f'<figcaption class="blocks-gallery-caption">{_escape(title)}</figcaption>'
        if title
        else ""
    )
    return _wrap("gallery", f'<figure class="wp-block-gallery">{pictures}{title}</figure>')


def _embed(value: dict[str, Any], _addresses: Addresses) -> str:
    html = (
        f'<figure class="wp-block-embed"><div class="wp-block-embed__wrapper">\n'
        f"{_escape(value['url'])}\n</div><figcaption>{_escape(value['title'])}</figcaption></figure>"
    )
    return _wrap("embed", html, {"url": value["url"]})


def _table(value: dict[str, Any], _addresses: Addresses) -> str:
    columns, rows = value.get("columns", []), value.get("rows", [])
    heads = "".join(f"<th>{_escape(column['heading'])}</th>" for column in columns)
    has_heads = any(column["heading"] for column in columns)
    cells = "".join(
        "<tr>" + "".join(f"<td>{_escape(cell)}</td>" for cell in row["values"]) + "</tr>"
        for row in rows
    )
    caption = value.get("caption")
    html = (
        '<figure class="wp-block-table"><table>'
        + (f"<thead><tr>{heads}</tr></thead>" if has_heads else "")
        + f"<tbody>{cells}</tbody></table>"
        + (f"<figcaption>{_escape(caption)}</figcaption>" if caption else "")
        + "</figure>"
    )
    return _wrap("redaktion/table", html, json.loads(json.dumps(value, default=str)))


def _fact_box(value: dict[str, Any], addresses: Addresses) -> str:
    text = rich_text(value["text"], addresses)
    html = f"<div><p><strong>{_escape(value['title'])}</strong></p>{text}</div>"
    return _wrap("redaktion/fact-box", html, {"title": value["title"], "text": text})


def _note(value: dict[str, Any], addresses: Addresses) -> str:
    text = rich_text(value["text"], addresses)
    attributes = {"kind": value["kind"], "noted_at": str(value["noted_at"]), "text": text}
    return _wrap("redaktion/note", f"<div>{text}</div>", attributes)


def _read_also(value: dict[str, Any], addresses: Addresses) -> str:
    url = addresses.page(int(value["article"])) if value.get("article") else ""
    if not url:
        return ""
    html = f'<p><a href="{escape(url)}">{escape(url)}</a></p>'
    return _wrap("redaktion/read-also", html, {"url": url})


def _code(value: dict[str, Any], _addresses: Addresses) -> str:
    lines = f'<pre class="wp-block-code"><code>{_escape(value["text"])}</code></pre>'
    title = value.get("title")
    if not title:
        return _wrap("code", lines)
    html = f"<div><p><strong>{_escape(title)}</strong></p>{lines}</div>"
    return _wrap("redaktion/code", html, {"title": title, "text": value["text"]})


def _separator(_value: None, _addresses: Addresses) -> str:
    return _wrap("separator", '<hr class="wp-block-separator"/>')


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{_escape(part)}</p>".replace("\n", "<br/>") for part in text.split("\n\n"))


def _escape(value: Any) -> str:
    return escape("" if value is None else str(value), quote=False)


_WRITERS: dict[str, Callable[[Any, Addresses], str]] = {
    "text": _text,
    "subheading": _subheading,
    "quotation": _quotation,
    "pull_quote": _pull_quote,
    "image": _image,
    "gallery": _gallery,
    "embed": _embed,
    "table": _table,
    "fact_box": _fact_box,
    "note": _note,
    "read_also": _read_also,
    "separator": _separator,
    "code": _code,
}
