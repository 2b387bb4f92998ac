"""Gutenberg's block markup: a tree of blocks from the comments between which they stand."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

NAME = re.compile(r"(?:[a-z][a-z0-9_-]*/)?[a-z][a-z0-9_-]*")
DEEPEST = 60


@dataclass(slots=True)
class Block:
    """A block; `parts` are pieces of HTML and inner blocks in their order."""

    name: str
    attributes: dict[str, Any] = field(default_factory=dict)
    parts: list[str | Block] = field(default_factory=list)

    @property
    def blocks(self) -> list[Block]:
        return [part for part in self.parts if isinstance(part, Block)]

    @property
    def html(self) -> str:
        """The markup of this block and all inside it, without the comments."""
        return "".join(part if isinstance(part, str) else part.html for part in self.parts)


@dataclass(frozen=True, slots=True)
class _Delimiter:
    name: str
    attributes: dict[str, Any]
    is_closing: bool
    is_void: bool


def has_blocks(markup: str) -> bool:
    return "<!-- wp:" in markup


def parse(markup: str) -> list[Block]:
    """Return the outermost blocks; what stands outside of any is a block named `freeform`.

    Never fails: a block that is not closed ends with the text, a stray end is ignored.
    """
    root = Block("")
    open_blocks = [root]
    at = 0
    while True:
        start = markup.find("<!--", at)
        end = markup.find("-->", start + 4) if start >= 0 else -1
        if start < 0 or end < 0:
            _add(open_blocks[-1], markup[at:])
            break
        delimiter = _delimiter(markup[start + 4 : end])
        if delimiter is None:
            _add(open_blocks[-1], markup[at : end + 3])
        else:
            _add(open_blocks[-1], markup[at:start])
            _step(open_blocks, delimiter)
        at = end + 3
    return [
        part if isinstance(part, Block) else Block("freeform", parts=[part])
        for part in root.parts
        if isinstance(part, Block) or part.strip()
    ]


def _step(open_blocks: list[Block], delimiter: _Delimiter) -> None:
    if delimiter.is_closing:
        names = [block.name for block in open_blocks]
        if delimiter.name in names:
            del open_blocks[len(names) - 1 - names[::-1].index(delimiter.name) :]
        return
    block = Block(delimiter.name, delimiter.attributes)
    open_blocks[-1].parts.append(block)
    if not delimiter.is_void and len(open_blocks) < DEEPEST:
        open_blocks.append(block)


def _add(block: Block, html: str) -> None:
    if html:
        block.parts.append(html)


def _delimiter(comment: str) -> _Delimiter | None:
    text = comment.strip()
    is_closing = text.startswith("/wp:")
    if not is_closing and not text.startswith("wp:"):
        return None
    text = text.lstrip("/")[3:]
    match = NAME.match(text)
    if not match:
        return None
    rest = text[match.end() :].strip()
    is_void = rest.endswith("/")
    attributes = _attributes(rest[:-1] if is_void else rest)
    return _Delimiter(match[0].removeprefix("core/"), attributes, is_closing, is_void)


def _attributes(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text) if text.strip() else {}
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
