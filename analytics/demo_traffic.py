"""Invents counted traffic for a demo: the same rows for the same pages, days and seed."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from wagtail.models import Page

from analytics import statistics, summaries, windows
from analytics.events import Dimension, DropReason
from analytics.models import (
    DropCount,
    PageBucket,
    PageDay,
    PageDayDimension,
    RankingPosition,
)
from analytics.positions import PLACES
from analytics.timebuckets import BUCKETS_PER_HOUR, bounds_of_days, bucket_of, start_of
from analytics.upserts import COUNTS, Row, insert_rows

# How much is read in each hour of the site's day, from midnight; and on each weekday.
HOURS = (9, 5, 3, 2, 3, 9, 26, 52, 60, 50, 44, 43, 55, 50, 42, 40, 43, 52, 58, 60, 66, 62, 42, 21)
WEEKDAYS = (1.06, 1.04, 1.0, 1.02, 0.96, 0.82, 0.95)
HALF_LIFE_DAYS = 1.6
EVERGREEN = 0.035
# What is left of a page after its first days is forgotten as well, if slowly.
EVERGREEN_HALF_LIFE_DAYS = 20.0
# Pages right below a front page are mostly imprint and the like.
SHALLOW_DEPTH, SHALLOW_SHARE = 3, 0.03
FEW_VISITS = 60
ENOUGH_PAGES = 12
WEEK_HOURS = 7 * 24

SHARES: dict[Dimension, tuple[tuple[str, float], ...]] = {
    Dimension.CHANNEL: (
        ("direct", 0.34), ("search", 0.27), ("internal", 0.17), ("social", 0.11),
        ("email", 0.06), ("referral", 0.03), ("ai", 0.02),
    ),
    Dimension.REFERRER: (
        ("google.com", 0.23), ("bing.com", 0.03), ("facebook.com", 0.06), ("duckduckgo.com", 0.02),
        ("instagram.com", 0.03), ("elvermuende.example", 0.02), ("kuestenblog.example", 0.01),
        ("chatgpt.com", 0.02),
    ),
    Dimension.DEVICE: (("mobile", 0.63), ("desktop", 0.31), ("tablet", 0.06)),
    Dimension.BROWSER: (
        ("Chrome", 0.44), ("Safari", 0.31), ("Firefox", 0.11), ("Edge", 0.08), ("App", 0.06),
    ),
    Dimension.SYSTEM: (
        ("Android", 0.38), ("iOS", 0.29), ("Windows", 0.22), ("macOS", 0.08), ("Linux", 0.03),
    ),
    Dimension.COUNTRY: (
        ("DE", 0.9), ("AT", 0.03), ("CH", 0.02), ("NL", 0.02), ("DK", 0.015), ("GB", 0.015),
    ),
    Dimension.CAMPAIGN: (("newsletter-morgen", 0.05), ("newsletter-woche", 0.015)),
    Dimension.SEARCH_WORDS: (
        ("hafen", 0.011), ("wahl", 0.007), ("bus", 0.005), ("sturmflut", 0.003),
    ),
}  # fmt: skip
# Which share of the views reaches a quarter of the page.
DEPTHS = (("0", 0.94), ("25", 0.81), ("50", 0.62), ("75", 0.44), ("100", 0.19))
# A view has no value here unless it came from somewhere.
OPEN_ENDED = {Dimension.REFERRER, Dimension.CAMPAIGN, Dimension.SEARCH_WORDS}
# Dropped events of an hour per thousand visits of that hour's day.
DROPS = {
    (DropReason.BOT, "search"): 2.6,
    (DropReason.BOT, "ai"): 1.7,
    (DropReason.BOT, "social"): 0.5,
    (DropReason.BOT, "tool"): 0.5,
    (DropReason.BOT, "feed"): 0.3,
    (DropReason.BOT, "monitor"): 0.2,
    (DropReason.BOT, "other"): 0.2,
    (DropReason.DUPLICATE, ""): 1.2,
    (DropReason.PREFETCH, ""): 1.6,
    (DropReason.AUTOMATION, ""): 0.5,
    (DropReason.REFERRER_SPAM, ""): 0.2,
    (DropReason.UNKNOWN_PAGE, ""): 0.1,
    (DropReason.STAFF, ""): 0.6,
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A page that is read: `weight` against the others, `seconds` a visit lasts."""

    page_id: int
    published_at: datetime
    weight: float
    seconds: int


@dataclass(slots=True)
class DayRows:
    """What one day adds to each counting table."""

    buckets: list[Row]
    days: list[Row]
    dimensions: list[Row]
    drops: list[Row]


def has_traffic(*, days: int, now: datetime) -> bool:
    """Say whether anything is counted in the last `days` days."""
    return PageDay.objects.filter(day__in=_days(days, now)).exists()


def remove_traffic(*, days: int, now: datetime) -> None:
    """Delete what is counted in the last `days` days, invented or not."""
    period = _days(days, now)
    start, end = bounds_of_days(period[0], period[-1], _zone())
    with transaction.atomic():
        PageBucket.objects.filter(bucket__gte=bucket_of(start), bucket__lt=bucket_of(end)).delete()
        PageDay.objects.filter(day__in=period).delete()
        PageDayDimension.objects.filter(day__in=period).delete()
        DropCount.objects.filter(hour__gte=_hour(start), hour__lt=_hour(end)).delete()


def write_traffic(
    *,
    days: int,
    visits_per_day: int,
    seed: int,
    now: datetime,
    progress: Callable[[date, int], None] = lambda day, visits: None,
) -> int:
    """Write traffic for the last `days` days up to `now` and return the number of visits."""
    pages = _candidates(seed)
    total = 0
    for day in _days(days, now):
        if _keeps_buckets(day, now):
            rows = _rows_of_day(pages, day, visits_per_day, seed, now)
        else:
            rows = _rows_of_old_day(pages, day, visits_per_day, seed)
        with transaction.atomic():
            insert_rows(PageBucket, ["page_id", "bucket", *COUNTS], rows.buckets)
            insert_rows(PageDay, ["page_id", "day", *COUNTS], rows.days)
            insert_rows(
                PageDayDimension,
                ["day", "page_id", "dimension", "value", "views", "visits"],
                rows.dimensions,
            )
            insert_rows(DropCount, ["hour", "reason", "detail", "count"], rows.drops)
        visits = sum(row[3] for row in rows.days)
        total += visits
        progress(day, visits)
    windows.rebuild_windows(now)
    _write_positions(now)
    summaries.mark_stale(_days(days, now), now=now)
    statistics.refresh()
    summaries.summarise(now=now)
    statistics.refresh()
    return total


def _write_positions(now: datetime) -> None:
    """Note who stood where in the ranking of seven days, hour by hour, as it would have been."""
    hourly: dict[int, Counter[int]] = {}
    rows = PageBucket.objects.filter(bucket__lte=bucket_of(now), visits__gt=0)
    for page_id, bucket, visits in rows.values_list("page_id", "bucket", "visits").iterator():
        hourly.setdefault(bucket // BUCKETS_PER_HOUR, Counter())[page_id] += visits
    if not hourly:
        return
    first, last = min(hourly), max(hourly)
    RankingPosition.objects.filter(hour__range=(first, last)).delete()
    window: Counter[int] = Counter()
    places = []
    for hour in range(first, last + 1):
        window.update(hourly.get(hour, ()))
        window.subtract(hourly.get(hour - WEEK_HOURS, ()))
        places += [
            (hour, place, page_id)
            for place, (page_id, visits) in enumerate(window.most_common(PLACES), 1)
            if visits > 0
        ]
    insert_rows(RankingPosition, ["hour", "position", "page_id"], places)


def _zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)


def _days(count: int, now: datetime) -> list[date]:
    today = now.astimezone(_zone()).date()
    return [today - timedelta(days=back) for back in range(count - 1, -1, -1)]


def _hour(moment: datetime) -> int:
    return bucket_of(moment) // BUCKETS_PER_HOUR


def _candidates(seed: int) -> list[Candidate]:
    """Return the live leaf pages with weights by Zipf's law, in an order of the seed's own."""
    leaves = (
        Page.objects.live()
        .filter(Q(numchild=0), depth__gte=SHALLOW_DEPTH, first_published_at__isnull=False)
        .order_by("pk")
        .values_list("pk", "depth", "first_published_at")
    )
    random = Random(seed)  # noqa: S311  invented figures, no secrets
    pages = list(leaves)
    ranks = list(range(1, len(pages) + 1))
    random.shuffle(ranks)
    return [
        Candidate(
            page_id,
            published_at,
            (SHALLOW_SHARE if depth == SHALLOW_DEPTH else 1.0) / (rank + 2) ** 0.9,
            random.randint(35, 150),
        )
        for (page_id, depth, published_at), rank in zip(pages, ranks, strict=True)
    ]


def _rows_of_day(
    pages: list[Candidate], day: date, visits_per_day: int, seed: int, now: datetime
) -> DayRows:
    random = Random(f"{seed}/{day.isoformat()}")  # noqa: S311
    start, end = bounds_of_days(day, day, _zone())
    buckets = range(bucket_of(start), min(bucket_of(end), bucket_of(now) + 1))
    curve = [_weight_of(bucket) for bucket in range(bucket_of(start), bucket_of(end))]
    whole = sum(curve)
    shares = {page: _freshness(page, start, end) * page.weight for page in pages}
    rows = DayRows([], [], [], [])
    open_pages: list[tuple[Candidate, range, list[float], float]] = []
    for page in pages:
        first = max(bucket_of(page.published_at), buckets.start)
        if first < buckets.stop and shares[page]:
            weights = curve[first - buckets.start : len(buckets)]
            open_pages.append(
                (page, range(first, buckets.stop), weights, shares[page] * sum(weights))
            )
    everything = sum(share for *_, share in open_pages)
    # a site with hardly a page is hardly read
    level = min(1.0, len(open_pages) / ENOUGH_PAGES) * random.uniform(0.93, 1.07)
    target = visits_per_day * WEEKDAYS[day.weekday()] * level * sum(curve[: len(buckets)]) / whole
    for page, period, weights, share in open_pages:
        counts = _spread(random, target * share / everything, period, weights)
        _add_page(rows, random, page, day, counts)
    for hour in sorted({bucket // BUCKETS_PER_HOUR for bucket in buckets}):
        busy = visits_per_day / 1000 * HOURS[_local_hour(hour * BUCKETS_PER_HOUR)] / 40
        for (reason, detail), rate in DROPS.items():
            count = _round(random, busy * rate * random.uniform(0.6, 1.4))
            if count:
                rows.drops.append((hour, reason.value, detail, count))
    return rows


def _keeps_buckets(day: date, now: datetime) -> bool:
    age = now.astimezone(_zone()).date() - day
    return age < timedelta(days=settings.ANALYTICS_BUCKET_RETENTION_DAYS)


def _rows_of_old_day(pages: list[Candidate], day: date, visits_per_day: int, seed: int) -> DayRows:
    """Return a day without quarter hours, which are not kept so long: a year takes minutes."""
    random = Random(f"{seed}/{day.isoformat()}")  # noqa: S311
    start, end = bounds_of_days(day, day, _zone())
    shares = [
        (page, share * page.weight) for page in pages if (share := _freshness(page, start, end))
    ]
    level = min(1.0, len(shares) / ENOUGH_PAGES) * random.uniform(0.93, 1.07)
    target = visits_per_day * WEEKDAYS[day.weekday()] * level
    unit = target / (sum(share for _, share in shares) or 1.0)
    rows = DayRows([], [], [], [])
    for page, share in shares:
        expected = unit * share
        count = _round(random, max(0.0, expected + random.gauss(0, 0.5) * math.sqrt(expected)))
        if count:
            _add_page(rows, random, page, day, {0: count})
    rows.buckets.clear()
    for (reason, detail), rate in DROPS.items():
        count = _round(random, visits_per_day / 1000 * rate * 24)
        if count:
            rows.drops.append((_hour(start) + 12, reason.value, detail, count))
    return rows


def _add_page(
    rows: DayRows, random: Random, page: Candidate, day: date, counts: dict[int, int]
) -> None:
    sums = [0] * len(COUNTS)
    for bucket, visits in sorted(counts.items()):
        readers = visits - _round(random, visits * 0.07)
        figures = (
            visits + _round(random, visits * 0.16),
            visits,
            readers,
            _round(random, readers * 0.44),
            _round(random, visits * page.seconds * random.uniform(0.7, 1.3)),
        )
        rows.buckets.append((page.page_id, bucket, *figures))
        sums = [total + figure for total, figure in zip(sums, figures, strict=True)]
    views, visits = sums[0], sums[1]
    if not visits:
        return
    rows.days.append((page.page_id, day, *sums))
    for dimension, shares in SHARES.items():
        for value, some_visits in _split(random, visits, shares, dimension in OPEN_ENDED):
            some_views = max(some_visits, some_visits * views // visits)
            rows.dimensions.append(
                (day, page.page_id, dimension.value, value, some_views, some_visits)
            )
    for value, share in DEPTHS:
        reached = _round(random, views * share)
        if reached:
            rows.dimensions.append((day, page.page_id, Dimension.DEPTH.value, value, reached, 0))


def _freshness(page: Candidate, start: datetime, end: datetime) -> float:
    """Return how much a page is read on a day: falling since publication, never to nothing."""
    if page.published_at >= end:
        return 0.0
    age_days = max(0.0, (start - page.published_at).total_seconds() / 86_400)
    evergreen = EVERGREEN * math.exp2(-age_days / EVERGREEN_HALF_LIFE_DAYS)
    return evergreen + math.exp2(-age_days / HALF_LIFE_DAYS)


def _local_hour(bucket: int) -> int:
    return start_of(bucket).astimezone(_zone()).hour


def _weight_of(bucket: int) -> float:
    """Return a bucket's weight, gliding from hour to hour."""
    local = start_of(bucket).astimezone(_zone())
    here, after = HOURS[local.hour], HOURS[(local.hour + 1) % 24]
    return here + (after - here) * local.minute / 60


def _round(random: Random, number: float) -> int:
    """Round up or down by chance, so that small numbers keep their mean."""
    return int(number + random.random())


def _spread(
    random: Random, expected: float, buckets: range, weights: list[float]
) -> dict[int, int]:
    """Share about `expected` visits among the buckets."""
    count = _round(random, max(0.0, expected + random.gauss(0, 0.5) * math.sqrt(expected)))
    if count <= FEW_VISITS:
        return Counter(random.choices(buckets, weights, k=count)) if count else {}
    unit = count / sum(weights)
    spread = {
        bucket: _round(random, unit * weight * random.uniform(0.8, 1.2))
        for bucket, weight in zip(buckets, weights, strict=True)
    }
    return {bucket: visits for bucket, visits in spread.items() if visits}


def _split(
    random: Random, visits: int, shares: tuple[tuple[str, float], ...], is_open: bool
) -> Iterator[tuple[str, int]]:
    """Split visits among values; what rounding leaves goes to the first, unless it is open."""
    left = visits
    for value, share in reversed(shares[1:]):
        part = min(left, _round(random, visits * share))
        left -= part
        if part:
            yield value, part
    first, share = shares[0]
    part = min(left, _round(random, visits * share)) if is_open else left
    if part:
        yield first, part
