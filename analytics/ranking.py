"""Who is read most: page ids and counts of a rolling window."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError
from django.utils import timezone
from wagtail.models import Page

from analytics.models import Window, WindowState, WindowTotal
from analytics.registry import PageIds, registry
from analytics.windows import edges_of

SIGNALS = ("visits", "views", "readers", "engaged_seconds")


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
    exclude: Collection[int] = (),
    now: datetime | None = None,
) -> list[PageScore]:
    """Return the most read pages, most read first; equal ones by views, then by id.

    `scope` is a page that the pages must stand below (or be); `tag` and `author` are values of
    the facets of that name in the registry, `language` a language code. All of them, and whether
    a page may be ranked at all, are asked before the limit. Totals from before the whole window
    (nothing has been counted since) are no ranking: the list is empty.

    Costs one query, with a scope two; ValueError for a window or signal that does not exist,
    RankingUnavailable if the database fails.
    """
    if signal not in SIGNALS:
        raise ValueError(f"No such signal: {signal!r}.")
    asked = Window(window)
    first_bucket, _ = edges_of(asked, now or timezone.now())
    try:
        totals = WindowTotal.objects.filter(
            window=asked,
            window__in=WindowState.objects.filter(last_bucket__gte=first_bucket).values("window"),
            page_id__in=_rankable(),
            **{f"{signal}__gt": 0},
        )
        for facet, value in (("tag", tag), ("author", author)):
            if value is not None:
                totals = totals.filter(page_id__in=registry.facets[facet](value))
        if scope is not None or language is not None:
            totals = totals.filter(page_id__in=_pages(scope, language))
        rows = (
            totals.exclude(page_id__in=list(exclude))
            .order_by(f"-{signal}", "-views", "page_id")
            .values_list("page_id", "visits", "views")[:limit]
        )
        return [PageScore(*row) for row in rows]
    except DatabaseError as error:
        raise RankingUnavailable(str(error)) from error


def _rankable() -> PageIds:
    if registry.rankable:
        return registry.rankable()
    ids: PageIds = Page.objects.live().public().values("pk")
    return ids


def _pages(scope: int | None, language: str | None) -> PageIds:
    pages = Page.objects.all()
    if scope is not None:
        path = Page.objects.filter(pk=scope).values_list("path", flat=True).first()
        pages = pages.filter(path__startswith=path) if path else pages.none()
    if language is not None:
        pages = pages.filter(locale__language_code=language)
    ids: PageIds = pages.values("pk")
    return ids
