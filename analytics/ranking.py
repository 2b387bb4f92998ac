"""Who is read most: page ids and counts of a rolling window.

The signal `trending` weighs the window's visits by their age, in buckets: it halves with every
eighth of the window (three hours of 24), straight between the halves. In whole numbers, so that
every database gives the same order:

    weight = (128 >> age / eighth) * (2 * eighth - age % eighth)
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError
from django.db.models import F, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.utils import timezone
from wagtail.models import Page

from analytics.models import PageBucket, Window, WindowState, WindowTotal
from analytics.ranking_rules import placed, rules_at
from analytics.registry import PageIds, registry
from analytics.windows import CLOSED_BUCKETS, edges_of

TRENDING = "trending"
SIGNALS = ("visits", "views", "readers", "engaged_seconds", TRENDING)
HALVINGS = 8


class RankingUnavailable(Exception):
    """The ranking cannot be read; whoever shows it does without."""


@dataclass(frozen=True, slots=True)
class PageScore:
    """A page's place in a window."""

    page_id: int
    visits: int
    views: int


def top_pages(
    *,
    window: str = Window.WEEK,
    limit: int = 10,
    scope: int | None = None,
    tag: str | None = None,
    author: str | None = None,
    language: str | None = None,
    signal: str = "visits",
    max_age: timedelta | None = None,
    fill_up: bool = False,
    exclude: Collection[int] = (),
    now: datetime | None = None,
) -> list[PageScore]:
    """Return the most read pages, most read first; equal ones by views, then by id.

    `scope` is a page that the pages must stand below (or be); `tag` and `author` are values of
    the facets of that name in the registry, `language` a language code; `max_age` leaves out what
    was first published longer ago. All of them, and whether a page may be ranked at all, are
    asked before the limit. With `fill_up` a list that is still short goes on with pages outside
    of scope, tag and author. Blocked pages are left out; pinned ones stand in their places in
    every list whose wishes they meet, also without a visit. Totals from before the whole window
    (nothing has been counted since) are no ranking: only what is pinned is left.

    Costs two queries and one each for a scope, for filling up and if anything is pinned.
    ValueError for a window or signal that does not exist, RankingUnavailable if the database
    fails.
    """
    if signal not in SIGNALS:
        raise ValueError(f"No such signal: {signal!r}.")
    asked, now = Window(window), now or timezone.now()
    is_narrow = any(wish is not None for wish in (scope, tag, author))
    try:
        rules = rules_at(now)
        pages = _pages(language=language, published_after=now - max_age if max_age else None)
        narrow = _narrowed(pages, scope=scope, tag=tag, author=author)
        left_out = {*exclude, *rules.blocked}
        pins = _pinned(asked, narrow, rules.pinned, left_out, now)
        left_out |= {pin.page_id for _, pin in pins}
        scores = placed(_top(asked, signal, narrow, limit, left_out, now), pins)[:limit]
        if fill_up and is_narrow and len(scores) < limit:
            left_out |= {score.page_id for score in scores}
            scores += _top(asked, signal, pages, limit - len(scores), left_out, now)
        return scores
    except DatabaseError as error:
        raise RankingUnavailable(str(error)) from error


def _top(
    window: Window,
    signal: str,
    pages: PageIds,
    limit: int,
    exclude: Collection[int],
    now: datetime,
) -> list[PageScore]:
    first, last = edges_of(window, now)
    rows: QuerySet[Any, Any]
    if signal == TRENDING:
        rows = PageBucket.objects.filter(bucket__range=(first, last)).values("page_id")
        sums = {"sum_visits": Sum("visits"), "sum_views": Sum("views")}
        rows = rows.annotate(
            trending=Sum(F("visits") * _weight(last, CLOSED_BUCKETS[window])), **sums
        )
        columns = ("page_id", *sums)
    else:
        is_current = WindowState.objects.filter(last_bucket__gte=first).values("window")
        rows = WindowTotal.objects.filter(window=window, window__in=is_current)
        columns = ("page_id", "visits", "views")
    rows = rows.filter(page_id__in=pages, **{f"{signal}__gt": 0}).exclude(
        page_id__in=list(exclude)
    )
    rows = rows.order_by(f"-{signal}", f"-{columns[2]}", "page_id")
    return [PageScore(*row) for row in rows.values_list(*columns)[:limit]]


def _pinned(
    window: Window,
    pages: PageIds,
    pinned: dict[int, int],
    exclude: Collection[int],
    now: datetime,
) -> list[tuple[int, PageScore]]:
    """Return the pinned pages that are among `pages`, each with its place."""
    wanted = [page_id for page_id in pinned if page_id not in exclude]
    if not wanted:
        return []
    shown = pages.filter(pk__in=wanted)
    first, _ = edges_of(window, now)
    is_current = WindowState.objects.filter(last_bucket__gte=first).values("window")
    total = WindowTotal.objects.filter(
        window=window, window__in=is_current, page_id=OuterRef("pk")
    )
    rows = shown.values_list(
        "pk",
        Coalesce(Subquery(total.values("visits")), 0),
        Coalesce(Subquery(total.values("views")), 0),
    )
    scores = {row[0]: PageScore(*row) for row in rows}
    return [(pinned[page_id], scores[page_id]) for page_id in wanted if page_id in scores]


def _weight(last_bucket: int, closed_buckets: int) -> Combinable:
    """Return what a visit weighs by its age; see the head of this module."""
    eighth = closed_buckets // HALVINGS
    age = Value(last_bucket) - F("bucket")
    full = Value(1 << HALVINGS - 1)
    # The stubs know shifts by constants only.
    return full.bitrightshift(age / eighth) * (2 * eighth - age % eighth)  # type: ignore[arg-type]


def _pages(*, language: str | None, published_after: datetime | None) -> PageIds:
    """Return every page that may be ranked, as a subquery."""
    pages: PageIds = (
        registry.rankable() if registry.rankable else Page.objects.live().public().values("pk")
    )
    if language is not None:
        pages = pages.filter(locale__language_code=language)
    if published_after is not None:
        pages = pages.filter(first_published_at__gte=published_after)
    return pages


def _narrowed(
    pages: PageIds, *, scope: int | None, tag: str | None, author: str | None
) -> PageIds:
    for facet, value in (("tag", tag), ("author", author)):
        if value is not None:
            pages = pages.filter(pk__in=registry.facets[facet](value))
    if scope is not None:
        path = Page.objects.filter(pk=scope).values_list("path", flat=True).first()
        pages = pages.filter(path__startswith=path) if path else pages.none()
    return pages
