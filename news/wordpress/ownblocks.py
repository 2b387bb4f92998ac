"""The article blocks that WordPress has no counterpart for, as our own export writes them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.dateparse import parse_datetime

from news.wordpress import richtext
from news.wordpress.blockmarkup import Block

if TYPE_CHECKING:
    from news.wordpress.content import Surroundings

Clean = Callable[[str], str]


def read(block: Block, clean: Clean, surroundings: Surroundings) -> dict[str, Any] | None:
    """Return the value of a block, its rich text made safe again; none if it is damaged."""
    try:
        return READERS[block.name](block.attributes, clean, surroundings)
    except (KeyError, TypeError, ValueError, ArithmeticError):
        return None


def _fact_box(attributes: dict[str, Any], clean: Clean, _around: Surroundings) -> dict[str, Any]:
    return {"title": str(attributes["title"])[:120], "text": clean(str(attributes["text"]))}


def _note(attributes: dict[str, Any], clean: Clean, _around: Surroundings) -> dict[str, Any]:
    noted_at = parse_datetime(str(attributes["noted_at"]))
    if noted_at is None or attributes["kind"] not in {"correction", "update", "reply"}:
        raise ValueError
    return {
        "kind": attributes["kind"],
        "noted_at": noted_at.isoformat(),
        "text": clean(str(attributes["text"])),
    }


def _read_also(attributes: dict[str, Any], _clean: Clean, around: Surroundings) -> dict[str, Any]:
    return {"article": int(around.resolve(str(attributes["url"]))["id"])}


def _code(attributes: dict[str, Any], _clean: Clean, _around: Surroundings) -> dict[str, Any]:
    text = richtext.CONTROL.sub("", str(attributes["text"]))
    return {"title": str(attributes["title"])[:120], "text": text}


def _table(attributes: dict[str, Any], _clean: Clean, _around: Surroundings) -> dict[str, Any]:
    columns = [
        {
            "type": {"number": "number"}.get(column["type"], "text"),
            "heading": str(column["heading"]),
        }
        for column in attributes["columns"]
    ]
    rows = [
        {
            "values": [
                _cell(cell, column["type"]) for cell, column in zip(cells, columns, strict=True)
            ]
        }
        for cells in (row["values"] for row in attributes["rows"])
        if len(cells) == len(columns)
    ]
    return {"columns": columns, "rows": rows, "caption": str(attributes.get("caption", ""))}


def _cell(cell: Any, kind: str) -> str | None:
    if kind == "number":
        return None if cell is None else str(Decimal(str(cell)))
    return str(cell or "")


READERS: dict[str, Callable[[dict[str, Any], Clean, Surroundings], dict[str, Any]]] = {
    "redaktion/code": _code,
    "redaktion/fact-box": _fact_box,
    "redaktion/note": _note,
    "redaktion/read-also": _read_also,
    "redaktion/table": _table,
}
