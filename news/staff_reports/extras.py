"""Figures of rooms beside the newsroom: they register what to count, the overview shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from analytics.registry import PageIds

Count = Callable[[datetime, datetime, PageIds | None], int]


@dataclass(frozen=True, slots=True)
class ExtraFigure:
    """`count(start, end, page_ids)` answers for a stretch of time, the end left out."""

    name: str
    label: Any
    count: Count


figures: dict[str, ExtraFigure] = {}


def register_figure(name: str, label: Any, count: Count) -> None:
    """Let the overview show one more key figure."""
    figures[name] = ExtraFigure(name, label, count)
