"""Figures over a stretch of time: whole days of the site, or buckets to the quarter hour."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import date, datetime, timedelta
from operator import add
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q, QuerySet, Sum
from redis.exceptions import RedisError

from analytics import buffer, channels
from analytics.channels import Channel
from analytics.events import BotKind as BotKind
from analytics.events import Dimension, DropReason
from analytics.figures import FIGURES, Totals, facts, subtrees
from analytics.figures.facts import Buckets, Days, Span
from analytics.figures.subtrees import Subtree
from analytics.models import (
    CountingGap,
    CountingPulse,
    DropCount,
    PageBucket,
    PageDay,
    PageDayDimension,
    PageMonth,
    PageMonthDimension,
    RankingPosition,
    SiteDay,
    SiteDayDimension,
)
from analytics.registry import PageIds
from analytics.timebuckets import BUCKETS_PER_HOUR, bounds_of_days, bucket_of, start_of

SITE_FIGURES = ("views", "visits", "site_readers", "engaged_seconds")
CHANNELS = Channel.choices
host_channel = channels.host_channel
# What is dropped because nobody was reading.
BOTS = (DropReason.BOT, DropReason.AUTOMATION)


@dataclass(frozen=True, slots=True)
class Point:
    """One step of a series; `at` is its first moment in the site's time zone.

    `is_gap`: nobody counted; `is_partial`: nobody counted for a part of it.
    """

    at: datetime
    views: int = 0
    visits: int = 0
    is_gap: bool = False
    is_partial: bool = False


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


def moment_of_hour(hour: int) -> datetime:
    return start_of(hour * BUCKETS_PER_HOUR).astimezone(site_zone())


def day_of_bucket(bucket: int) -> date:
    return start_of(bucket).astimezone(site_zone()).date()


def is_kept_in_buckets(first: date, *, today: date) -> bool:
    """Say whether the buckets of a day are still there."""
    return today - first < timedelta(days=settings.ANALYTICS_BUCKET_RETENTION_DAYS)


def by_page(span: Span, page_ids: PageIds | None = None, channel: str = "") -> dict[int, Totals]:
    """Return totals by page; pages without views are left out. Costs one or two queries."""
    head, parameters = facts.with_totals(span, page_ids, channel)
    columns = "page_id, views, visits, readers, engaged_seconds"
    rows = facts.fetch(f"{head} SELECT {columns} FROM totals", parameters)  # noqa: S608
    return {page_id: Totals(*map(int, figures)) for page_id, *figures in rows}


def total(span: Span, page_ids: PageIds | None = None, channel: str = "") -> Totals:
    """Return one sum; for the whole site a reader counts once a day, else once a day and page."""
    if isinstance(span, Days) and page_ids is None and not channel:
        return _total_of_site(span)
    readers = "site_readers" if page_ids is None else "readers"
    head, parameters = facts.with_totals(span, page_ids, channel)
    sums = f"SUM(views), SUM(visits), SUM({readers}), SUM(engaged_seconds)"
    ((*figures,),) = facts.fetch(f"{head} SELECT {sums} FROM totals", parameters)  # noqa: S608
    return Totals(*(int(figure or 0) for figure in figures))


def has_ever_counted() -> bool:
    """Say whether there is anything to tell of, in any period."""
    return PageDay.objects.exists() or PageMonth.objects.exists()


def _total_of_site(days: Days) -> Totals:
    return sum_of(days, days_of_site(days), by_month(days))


def sum_of(
    days: Days,
    by_day: Mapping[date, Totals],
    by_month: Mapping[date, Totals] = MappingProxyType({}),
) -> Totals:
    """Add up what is known of some days, and of months that retention rolled up."""
    parts = [by_day[day] for day in days if day in by_day]
    parts += [row for month, row in by_month.items() if days.first <= month <= days.last]
    return Totals(*(sum(getattr(part, name) for part in parts) for name in FIGURES))


def by_day(
    days: Days,
    page_ids: PageIds | None = None,
    channel: str = "",
    *,
    subtree: Subtree | None = None,
) -> dict[date, Totals]:
    """Return the figures of each day with views; what `total` and `daily` would say of it.

    With a channel only views and visits are known. `subtree` are the same pages as `page_ids`
    if these are all at and below some places: most of it is summed already then.
    """
    if channel:
        counts = _days_of_channel(days, page_ids, channel, subtree)
        return {day: Totals(*figures) for day, figures in counts.items()}
    if subtree is not None:
        return _sums_by_day(subtree.counts(days))
    if page_ids is None:
        return days_of_site(days)
    rows = PageDay.objects.filter(day__range=(days.first, days.last), page_id__in=page_ids)
    return _sums_by_day([rows])


def by_month(days: Days, page_ids: PageIds | None = None) -> dict[date, Totals]:
    """Return the figures of the months that retention rolled up, by their first day; one query."""
    rows = PageMonth.objects.filter(month__range=(days.first, days.last))
    if page_ids is not None:
        rows = rows.filter(page_id__in=page_ids)
    return _sums_by_day([rows], "month", SITE_FIGURES if page_ids is None else FIGURES)


def _sums_by_day(
    parts: Iterable[QuerySet[Any, Any]], key: str = "day", figures: Sequence[str] = FIGURES
) -> dict[date, Totals]:
    sums = {f"sum_{name}": Sum(name) for name in figures}
    found: dict[date, Totals] = {}
    for rows in parts:
        for day, *counts in rows.order_by().values(key).annotate(**sums).values_list(key, *sums):
            known = found.get(day, Totals())
            found[day] = Totals(*map(add, astuple(known), counts))
    return found


def days_of_site(days: Days) -> dict[date, Totals]:
    """Return the figures of all pages by day: what is summed, and the days that are not."""
    summed = SiteDay.objects.filter(day__range=(days.first, days.last), is_stale=False)
    found = {day: Totals(*row) for day, *row in summed.values_list("day", *SITE_FIGURES)}
    missing = _counted_days(day for day in days if day not in found)
    return found | _sums_by_day([PageDay.objects.filter(day__in=missing)], figures=SITE_FIGURES)


def visits_since(starts: Mapping[int, int], length: int) -> dict[int, int]:
    """Return each page's visits in `length` buckets from its own start; one query for all."""
    if not starts:
        return {}
    wanted = Q()
    for page_id, first in starts.items():
        wanted |= Q(page_id=page_id, bucket__range=(first, first + length - 1))
    rows = PageBucket.objects.filter(wanted).values("page_id").annotate(s=Sum("visits"))
    return dict.fromkeys(starts, 0) | dict(rows.values_list("page_id", "s"))


def daily(
    days: Days, page_ids: PageIds | None = None, *, known: Mapping[date, Totals] | None = None
) -> list[Point]:
    """Return one point for each day, also for days without views; `known` is what they hold."""
    counts = by_day(days, page_ids) if known is None else known
    zone, nothing = site_zone(), Totals()
    return [
        Point(datetime(day.year, day.month, day.day, tzinfo=zone), row.views, row.visits)
        for day in days
        for row in [counts.get(day, nothing)]
    ]


def _days_of_channel(
    days: Days, page_ids: PageIds | None, channel: str, subtree: Subtree | None
) -> dict[date, tuple[int, int]]:
    chosen = Q(dimension=Dimension.CHANNEL, value=channel)
    if subtree is not None:
        sums: dict[date, tuple[int, int]] = defaultdict(lambda: (0, 0))
        for part in subtree.dimensions(days):
            for day, (views, visits) in _views_and_visits(
                part.filter(chosen).values("day"), "day"
            ).items():
                sums[day] = sums[day][0] + views, sums[day][1] + visits
        return sums
    if page_ids is not None:
        rows = PageDayDimension.objects.filter(chosen, day__range=(days.first, days.last))
        return _views_and_visits(rows.filter(page_id__in=page_ids).values("day"), "day")
    fresh, missing = _summed_days(days)
    counts = _views_and_visits(
        SiteDayDimension.objects.filter(chosen, day__in=fresh).values("day"), "day"
    )
    rows = PageDayDimension.objects.filter(chosen, day__in=missing)
    return counts | _views_and_visits(rows.values("day"), "day")


def _summed_days(days: Days) -> tuple[QuerySet[Any, Any], list[date]]:
    """Return the days whose sums are true, as a subquery, and the others."""
    fresh = SiteDay.objects.filter(day__range=(days.first, days.last), is_stale=False)
    known = set(fresh.values_list("day", flat=True))
    return fresh.values("day"), _counted_days(day for day in days if day not in known)


def _counted_days(days: Iterable[date]) -> list[date]:
    """Return those of the days on which somebody may have counted; one query."""
    first = subtrees.first_day()
    return [day for day in days if first and day >= first]


def _views_and_visits(rows: QuerySet[Any, Any], *keys: str) -> dict[Any, tuple[int, int]]:
    counted = rows.order_by().annotate(v=Sum("views"), s=Sum("visits"))
    return {
        key[0] if len(keys) == 1 else tuple(key): (views, visits)
        for *key, views, visits in counted.values_list(*keys, "v", "s")
    }


def hourly(
    span: Buckets, page_ids: PageIds | None = None, *, step: int = BUCKETS_PER_HOUR
) -> list[Point]:
    """Return one point for each hour (`step` buckets), counted from the first bucket.

    The last may be short.
    """
    sums: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    rows = _buckets(span, page_ids).values("bucket").annotate(v=Sum("views"), s=Sum("visits"))
    for bucket, views, visits in rows.values_list("bucket", "v", "s"):
        known = sums[(bucket - span.first) // step]
        known[0] += views
        known[1] += visits
    steps = -(-(span.last - span.first + 1) // step)
    zone = site_zone()
    return [
        Point(
            start_of(span.first + number * step).astimezone(zone), sums[number][0], sums[number][1]
        )
        for number in range(steps)
    ]


def with_gaps(points: list[Point], *, end: int, now: datetime) -> list[Point]:
    """Return the points with those marked at which nobody counted; two queries.

    `end` is the last bucket of the series. A step with views is no gap, whatever was noted.
    """
    if not points:
        return points
    starts = [bucket_of(point.at) for point in points]
    running = bucket_of(now)
    noted = CountingGap.objects.filter(bucket__range=(starts[0], end))
    missing = set(noted.values_list("bucket", flat=True))
    pulse = CountingPulse.objects.first()
    if pulse and running - pulse.bucket > 2:
        missing.update(range(max(pulse.bucket + 1, starts[0]), min(running, end + 1)))
    if not missing:
        return points
    marked = []
    for point, start, stop in zip(points, starts, [*starts[1:], end + 1], strict=True):
        passed = range(start, min(stop, running))
        lost = sum(bucket in missing for bucket in passed)
        is_gap = bool(lost) and lost == len(passed) and not point.views
        is_partial = not is_gap and lost >= min(BUCKETS_PER_HOUR, max(1, len(passed) // 2))
        marked.append(replace(point, is_gap=is_gap, is_partial=is_partial))
    return marked


def by_dimension(
    days: Days,
    page_ids: PageIds | None = None,
    *,
    dimensions: Collection[Dimension] = Dimension,
    subtree: Subtree | None = None,
) -> dict[Dimension, list[ValueCount]]:
    """Return what is known of the views of some days, most visits first.

    `subtree` as in `by_day`. Costs eight queries at most.
    """
    sums: dict[tuple[int, str], list[int]] = defaultdict(lambda: [0, 0])
    found_rows = subtree.dimensions(days) if subtree else _dimension_rows(days, page_ids)
    for rows in found_rows:
        # named one by one, for the sums of months lead with it
        rows = rows.filter(dimension__in=list(dimensions)).values("dimension", "value")
        for key, (views, visits) in _views_and_visits(rows, "dimension", "value").items():
            sums[key][0] += views
            sums[key][1] += visits
    found: dict[Dimension, list[ValueCount]] = {dimension: [] for dimension in dimensions}
    for (dimension, value), counts in sums.items():
        found[Dimension(dimension)].append(ValueCount(value, *counts))
    for counts_of_values in found.values():
        counts_of_values.sort(key=lambda row: (-row.visits, -row.views, row.value))
    return found


def _dimension_rows(days: Days, page_ids: PageIds | None) -> list[QuerySet[Any, Any]]:
    if page_ids is None:
        fresh, missing = _summed_days(days)
        return [
            SiteDayDimension.objects.filter(day__in=fresh),
            PageDayDimension.objects.filter(day__in=missing),
        ]
    cut = facts.pieces(days)
    found: list[QuerySet[Any, Any]] = []
    if cut.months:
        found.append(PageMonthDimension.objects.filter(month__in=cut.months))
    if cut.days:
        # named one by one, each day and page is a step in the index
        single_days = [day for piece in cut.days for day in piece]
        found.append(PageDayDimension.objects.filter(day__in=single_days))
    wanted = subtrees.named(page_ids)
    return [rows.filter(page_id__in=wanted) for rows in found]


def dimension_by_day(days: Days, dimension: Dimension, page_id: int) -> dict[str, dict[date, int]]:
    """Return the visits of one page by value and day; one query."""
    rows = PageDayDimension.objects.filter(
        # named one by one, each is a step in the index that leads with the day
        day__in=list(days),
        page_id=page_id,
        dimension=dimension,
    )
    found: dict[str, dict[date, int]] = defaultdict(dict)
    for day, value, visits in rows.values_list("day", "value", "visits"):
        found[value][day] = visits
    return found


def depths(days: Days, page_id: int) -> dict[int, int]:
    """Return how many views reached each quarter of a page, in per cent; 0 is all measured."""
    rows = PageDayDimension.objects.filter(
        day__in=list(days), page_id=page_id, dimension=Dimension.DEPTH
    )
    sums = rows.values("value").order_by().annotate(n=Sum("views")).values_list("value", "n")
    return {int(value): count for value, count in sums}


def positions(page_id: int, span: Buckets) -> dict[int, int]:
    """Return a page's places in the ranking of the rolling week, by hour since 1970."""
    hours = (span.first // BUCKETS_PER_HOUR, span.last // BUCKETS_PER_HOUR)
    rows = RankingPosition.objects.filter(page_id=page_id, hour__range=hours).order_by("hour")
    return dict(rows.values_list("hour", "position"))


def readers_now(*, now: datetime) -> int | None:
    """Return about how many readers came in the last five minutes; None if nobody can tell."""
    try:
        return buffer.readers_now(now=now)
    except RedisError:
        return None


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


def bounds(span: Span) -> tuple[datetime, datetime]:
    """Return start (inclusive) and end (exclusive) of a span."""
    if isinstance(span, Days):
        return bounds_of_days(span.first, span.last, site_zone())
    return start_of(span.first), start_of(span.last + 1)
