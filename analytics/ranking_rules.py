"""Pinned and blocked pages: which apply, and that lists shown from a cache hear of a change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db.models.signals import post_delete, post_save

from analytics.models import RankingRule
from cms.page_cache.tags import invalidate

CACHE_TAG = "ranking"

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Rules:
    """What is decided at a moment; `pinned` are places counted from 1 by page, in order."""

    blocked: frozenset[int]
    pinned: dict[int, int]


def rules_at(now: datetime) -> Rules:
    """Return the rules that have not expired; a place is taken by the oldest rule first."""
    rows = RankingRule.objects.filter(until__gt=now).order_by("at", "pk")
    blocked, pinned = set(), {}
    for page_id, kind, position in rows.values_list("page_id", "kind", "position"):
        if kind == RankingRule.Kind.BLOCK:
            blocked.add(page_id)
        else:
            pinned[page_id] = position or 1
    by_place = sorted(pinned.items(), key=lambda pin: pin[1])
    return Rules(frozenset(blocked), dict(by_place))


def placed(others: Iterable[Item], pins: Iterable[tuple[int, Item]]) -> list[Item]:
    """Put pins in their places, the lowest first; a place beyond the end is the end."""
    items = list(others)
    taken = 0
    for position, item in pins:
        # A second pin for the same place stands behind the first.
        taken = max(position, taken + 1)
        items.insert(taken - 1, item)
    return items


def _forget_lists(sender: type[RankingRule], **kwargs: Any) -> None:
    invalidate(CACHE_TAG)


def connect() -> None:
    """Listen for changes of rules; called when the app is ready."""
    for signal in (post_save, post_delete):
        signal.connect(
            _forget_lists, sender=RankingRule, dispatch_uid=f"analytics.ranking_rules.{id(signal)}"
        )
