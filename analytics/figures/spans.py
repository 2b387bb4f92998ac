"""Figures over a stretch of time: whole days of the site, or buckets to the quarter hour."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q, QuerySet, Sum

from analytics.events import Dimension, DropReason
from analytics.figures import FIGURES, Totals, daily_totals, overall, period_totals
from analytics.models import DropCount, PageBucket, PageDayDimension
from analytics.registry import PageIds
from analytics.timebuckets import BUCKETS_PER_HOUR, bounds_of_days, bucket_of, start_of

# What is dropped because nobody was reading.
BOTS = (DropReason.BOT, DropReason.AUTOMATION)


@dataclass(frozen=True, slots=True)
class Days:
    """Days of the site's time zone, both ends included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Buckets:
    """Buckets of 15 minutes UTC, both ends included; they are kept for some weeks only."""

    first: int
    last: int

    @classmethod
    def between(cls, start: datetime, end: datetime) -> Buckets:
        """Return the buckets from the one that holds `start` to the one that holds `end`."""
        return cls(bucket_of(start), bucket_of(end))


Span = Days | Buckets


@dataclass(frozen=True, slots=True)
class Point:
    """One step of a series; `at` is its first moment in the site's time zone."""

    at: datetime
    views: int = 0
    visits: int = 0


@dataclass(frozen=True, slots=True)
class ValueCount:
    """How often a value of a dimension was counted."""

    value: str
    views: int
    visits: int


@dataclass(frozen=True, slots=True)
class Drop:
    """Dropped events of one day, by reason and detail (the kind of bot, say)."""

    day: date
    reason: DropReason
    detail: str
    count: int


def site_zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)


def buckets_of_days(first: date, last: date) -> Buckets:
    """Return all buckets of the days; 92 or 100 of them when the clocks change."""
    start, end = bounds_of_days(first, last, site_zone())
    return Buckets(bucket_of(start), bucket_of(end) - 1)


def is_kept_in_buckets(first: date, *, today: date) -> bool:
    """Say whether the buckets of a day are still there."""
    return today - first < timedelta(days=settings.ANALYTICS_BUCKET_RETENTION_DAYS)


def by_page(span: Span, page_ids: PageIds | None = None) -> dict[int, Totals]:
    """Return totals by page; pages without views are left out. Costs one or two queries."""
    if isinstance(span, Days):
        return period_totals(span.first, span.last, page_ids)
    rows = _buckets(span, page_ids).values("page_id")
    return {
        page_id: Totals(*figures)
        for page_id, *figures in rows.annotate(**_sums()).values_list("page_id", *_sums())
    }


def total(span: Span, page_ids: PageIds | None = None) -> Totals:
    """Return one sum; for the whole site a reader counts once a day, else once a day and page."""
    if isinstance(span, Days):
        return overall(span.first, span.last, page_ids)
    readers = "site_readers" if page_ids is None else "readers"
    sums = _buckets(span, page_ids).aggregate(
        views_sum=Sum("views"),
        visits_sum=Sum("visits"),
        readers_sum=Sum(readers),
        engaged_sum=Sum("engaged_seconds"),
    )
    return Totals(*(sum_ or 0 for sum_ in sums.values()))


def visits_since(starts: Mapping[int, int], length: int) -> dict[int, int]:
    """Return each page's visits in `length` buckets from its own start; one query for all."""
    if not starts:
        return {}
    wanted = Q()
    for page_id, first in starts.items():
        wanted |= Q(page_id=page_id, bucket__range=(first, first + length - 1))
    rows = PageBucket.objects.filter(wanted).values("page_id").annotate(s=Sum("visits"))
    return dict.fromkeys(starts, 0) | dict(rows.values_list("page_id", "s"))


def daily(span: Days, page_ids: PageIds | None = None) -> list[Point]:
    """Return one point for each day, also for days without views."""
    zone = site_zone()
    return [
        Point(datetime(row.day.year, row.day.month, row.day.day, tzinfo=zone), *counts)
        for row in daily_totals(span.first, span.last, page_ids)
        for counts in [(row.views, row.visits)]
    ]


def hourly(span: Buckets, page_ids: PageIds | None = None) -> list[Point]:
    """Return one point for each hour, counted from the first bucket; the last may be short."""
    sums: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    rows = _buckets(span, page_ids).values("bucket").annotate(v=Sum("views"), s=Sum("visits"))
    for bucket, views, visits in rows.values_list("bucket", "v", "s"):
        known = sums[(bucket - span.first) // BUCKETS_PER_HOUR]
        known[0] += views
        known[1] += visits
    hours = -(-(span.last - span.first + 1) // BUCKETS_PER_HOUR)
    zone = site_zone()
    return [
        Point(start_of(span.first + hour * BUCKETS_PER_HOUR).astimezone(zone), *sums[hour])
        for hour in range(hours)
    ]


def by_dimension(days: Days, page_ids: PageIds | None = None) -> dict[Dimension, list[ValueCount]]:
    """Return what is known of the views of some days, most visits first; one query."""
    rows = PageDayDimension.objects.filter(day__range=(days.first, days.last))
    if page_ids is not None:
        rows = rows.filter(page_id__in=page_ids)
    found: dict[Dimension, list[ValueCount]] = {dimension: [] for dimension in Dimension}
    counted = rows.values("dimension", "value").annotate(v=Sum("views"), s=Sum("visits"))
    for dimension, value, views, visits in counted.order_by("-s", "-v", "value").values_list(
        "dimension", "value", "v", "s"
    ):
        found[Dimension(dimension)].append(ValueCount(value, views, visits))
    return found


def drops(days: Days) -> list[Drop]:
    """Return what was dropped, day by day; hours UTC go to the day they begin in."""
    zone = site_zone()
    start, end = bounds_of_days(days.first, days.last, zone)
    hours = (bucket_of(start) // BUCKETS_PER_HOUR, bucket_of(end) // BUCKETS_PER_HOUR - 1)
    counts: dict[tuple[date, str, str], int] = defaultdict(int)
    for hour, reason, detail, count in DropCount.objects.filter(hour__range=hours).values_list(
        "hour", "reason", "detail", "count"
    ):
        day = start_of(hour * BUCKETS_PER_HOUR).astimezone(zone).date()
        counts[day, reason, detail] += count
    return [
        Drop(day, DropReason(reason), detail, count)
        for (day, reason, detail), count in sorted(counts.items())
    ]


def drops_by_reason(days: Days) -> dict[DropReason, int]:
    """Return how much was dropped on some days, by reason; one query."""
    start, end = bounds_of_days(days.first, days.last, site_zone())
    hours = (bucket_of(start) // BUCKETS_PER_HOUR, bucket_of(end) // BUCKETS_PER_HOUR - 1)
    rows = DropCount.objects.filter(hour__range=hours).values("reason").annotate(n=Sum("count"))
    return {DropReason(reason): count for reason, count in rows.values_list("reason", "n")}


def _buckets(span: Buckets, page_ids: PageIds | None) -> QuerySet[Any, Any]:
    rows = PageBucket.objects.filter(bucket__range=(span.first, span.last))
    return rows if page_ids is None else rows.filter(page_id__in=page_ids)


def _sums() -> dict[str, Sum]:
    return {f"sum_{figure}": Sum(figure) for figure in FIGURES}
