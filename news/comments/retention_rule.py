"""What a rule of retention says: how long, which rows, and what becomes of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise

Rows = QuerySet[Any]


@dataclass(frozen=True, slots=True)
class Rule:
    """How long one class of data is kept, which rows are older, and what becomes of them."""

    name: str
    label: Promise
    end: Promise
    keep: timedelta
    older_than: Callable[[datetime], Rows]
    carry_out: Callable[[Rows, datetime], int]

    def due(self, now: datetime) -> Rows:
        return self.older_than(now - self.keep)
