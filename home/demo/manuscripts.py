"""Reads the demo's texts: files with a header and a body in a small markup.

A header line is `name: value`; the header ends at the first empty line. The body knows
paragraphs, `- ` and `1. ` lists, `### ` in the text, `**bold**`, `*italic*`, `[text](address)`,
`## ` for a subheading block, `> ` for a quotation with `> -- speaker, role`, and the other
blocks between `::: name argument` and `:::`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent / "articles"
PAGES = Path(__file__).parent / "pages"


@dataclass(frozen=True)
class Manuscript:
    """One text with its header; `slug` is the file's name."""

    slug: str
    language: str
    header: dict[str, str]
    body: str

    def __getitem__(self, name: str) -> str:
        return self.header.get(name, "")

    def words(self, name: str) -> list[str]:
        """Return a header of several values, separated by commas."""
        return [word.strip() for word in self[name].split(",") if word.strip()]

    @cached_property
    def parts(self) -> list[tuple[str, str, str]]:
        """The body as (block, argument, content)."""
        return list(_split(self.body))


def read(path: Path) -> Manuscript:
    """Return the text in `path`; its folder names the language."""
    head, _, body = path.read_text(encoding="utf-8").partition("\n\n")
    header = {}
    for line in head.splitlines():
        name, colon, value = line.partition(":")
        if not colon:
            raise ValueError(f"{path.name}: no header line: {line!r}")
        header[name.strip()] = value.strip()
    return Manuscript(path.stem, path.parent.name, header, body.strip())


def articles(language: str) -> list[Manuscript]:
    """Return the articles in a language, oldest first."""
    texts = [read(path) for path in sorted((ROOT / language).glob("*.md"))]
    return sorted(texts, key=lambda text: -age_of(text["published"]).total_seconds())


def standard_pages(language: str) -> list[Manuscript]:
    return [read(path) for path in sorted((PAGES / language).glob("*.md"))]


def age_of(words: str) -> timedelta:
    """Return how long before the seed something happened: `3h`, `40m`, `5d 4h`."""
    units = {"d": "days", "h": "hours", "m": "minutes"}
    age = timedelta()
    for word in words.split():
        age += timedelta(**{units[word[-1]]: int(word[:-1])})
    return age


def moment(words: str, now: datetime) -> datetime | None:
    """Return the moment that lies `words` before `now`, to the minute."""
    if not words:
        return None
    return (now - age_of(words)).replace(second=0, microsecond=0)


def _split(body: str) -> Iterator[tuple[str, str, str]]:
    """Yield the body's blocks; neighbouring paragraphs stay one text."""
    text: list[str] = []
    for chunk in _chunks(body):
        kind = _kind(chunk)
        if kind == "text":
            text.append(chunk)
            continue
        if text:
            yield "text", "", "\n\n".join(text)
            text = []
        yield _part(kind, chunk)
    if text:
        yield "text", "", "\n\n".join(text)


def _chunks(body: str) -> Iterator[str]:
    """Yield paragraphs, and what stands between `:::` as one."""
    for match in re.finditer(
        r"^::: .*?^:::$|^\S.*?(?=\n\s*\n|\Z)", body, re.MULTILINE | re.DOTALL
    ):
        yield match[0].strip()


def _kind(chunk: str) -> str:
    if chunk.startswith("::: "):
        return "block"
    if chunk.startswith("## "):
        return "subheading"
    return "quotation" if chunk.startswith("> ") else "text"


def _part(kind: str, chunk: str) -> tuple[str, str, str]:
    if kind == "subheading":
        return kind, "", chunk[3:].strip()
    if kind == "quotation":
        lines = [line[2:].strip() for line in chunk.splitlines()]
        speaker = next((line[3:] for line in lines if line.startswith("-- ")), "")
        return kind, speaker, " ".join(line for line in lines if not line.startswith("-- "))
    first, _, rest = chunk.partition("\n")
    name, _, argument = first[4:].partition(" ")
    return name, argument.strip(), rest.removesuffix(":::").strip()


def html(text: str) -> str:
    """Return rich text as Wagtail stores it."""
    return "".join(_element(part.strip()) for part in re.split(r"\n\s*\n", text) if part.strip())


def _element(part: str) -> str:
    lines = part.splitlines()
    if part.startswith("### "):
        return f"<h3>{_inline(part[4:])}</h3>"
    if part.startswith("#### "):
        return f"<h2>{_inline(part[5:])}</h2>"
    for mark, tag in ((r"- ", "ul"), (r"\d+\. ", "ol")):
        if re.match(mark, part):
            items = "".join(f"<li>{_inline(re.sub(f'^{mark}', '', line))}</li>" for line in lines)
            return f"<{tag}>{items}</{tag}>"
    return f"<p>{_inline(' '.join(lines))}</p>"


def _inline(text: str) -> str:
    text = escape(text, quote=False)
    text = re.sub(r"\[(.+?)\]\((.+?)\)", r'<a href="\2">\1</a>', text)
    text = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", text)
    return re.sub(r"\*(.+?)\*", r"<i>\1</i>", text)


def rows(content: str) -> list[list[str]]:
    """Return the cells of lines separated by `|`."""
    return [[cell.strip() for cell in line.split("|")] for line in content.splitlines()]


def value(part: tuple[str, str, str], images: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Return a part as StreamField data; `read-also` has to be resolved by the caller."""
    name, argument, content = part
    builders: dict[str, Callable[[], Any]] = {
        "text": lambda: html(content),
        "subheading": lambda: content,
        "quotation": lambda: _quotation(argument, content),
        "pull": lambda: {"text": " ".join(content.split())},
        "picture": lambda: _picture(argument, content, images),
        "gallery": lambda: {
            "title": argument,
            "pictures": [_picture(name, caption, images) for name, caption in rows(content)],
        },
        "facts": lambda: {"title": argument, "text": html(content)},
        "table": lambda: _table(argument, content),
        "embed": lambda: {"url": content, "title": argument},
        "note": lambda: _note(argument, content, now),
        "code": lambda: {"title": argument, "text": content},
        "separator": lambda: None,
    }
    types = {"pull": "pull_quote", "picture": "image", "facts": "fact_box"}
    return {"type": types.get(name, name), "value": builders[name]()}


def _quotation(speaker: str, text: str) -> dict[str, str]:
    name, _, role = speaker.partition(", ")
    return {"text": text, "speaker": name, "speaker_role": role}


def _picture(argument: str, caption: str, images: dict[str, Any]) -> dict[str, Any]:
    name, _, layout = argument.partition(" ")
    return {
        "image": images[name].pk,
        "alternative_text": "",
        "caption": caption.strip(),
        "layout": layout or "full",
    }


def _note(argument: str, content: str, now: datetime) -> dict[str, Any]:
    kind, _, age = argument.partition(" ")
    noted_at = moment(age, now)
    return {"kind": kind, "noted_at": noted_at and noted_at.isoformat(), "text": html(content)}


def _table(caption: str, content: str) -> dict[str, Any]:
    head, *lines = rows(content)
    numeric = [
        all(re.fullmatch(r"-?\d+(\.\d+)?", line[column]) for line in lines)
        for column in range(len(head))
    ]
    return {
        "columns": [
            {"type": "number" if number else "text", "heading": heading}
            for heading, number in zip(head, numeric, strict=True)
        ],
        "rows": [{"values": line} for line in lines],
        "caption": caption,
    }
