"""Every figure against a recomputation from single views, also when the clocks change."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from analytics import figures
from analytics.events import Dimension, DropReason
from analytics.figures import spans
from analytics.figures.spans import Buckets, Days, Drop, ValueCount
from analytics.models import DropCount, PageBucket, PageDay, PageDayDimension

pytestmark = pytest.mark.django_db

BERLIN = ZoneInfo("Europe/Berlin")
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
CHANNELS = ("direct", "search", "social")


@pytest.fixture(params=[SPRING, AUTUMN], ids=["spring", "autumn"])
def views(request):
    """Single views around a change of the clocks, as (page, moment, is_visit, channel)."""
    middle = datetime(request.param.year, request.param.month, request.param.day, tzinfo=UTC)
    random = Random(7)
    views = [
        (
            random.randint(1, 4),
            middle + timedelta(minutes=random.randint(-2 * 1440, 3 * 1440)),
            random.random() < 0.7,
            random.choice(CHANNELS),
        )
        for _ in range(3000)
    ]
    buckets, days, channels = Counter(), Counter(), Counter()
    for page, at, is_visit, channel in views:
        day = at.astimezone(BERLIN).date()
        for name, amount in (("views", 1), ("visits", is_visit)):
            buckets[page, int(at.timestamp()) // 900, name] += amount
            days[page, day, name] += amount
            channels[page, day, channel, name] += amount
    PageBucket.objects.bulk_create(
        PageBucket(
            page_id=page,
            bucket=bucket,
            views=buckets[page, bucket, "views"],
            visits=buckets[page, bucket, "visits"],
        )
        for page, bucket, name in list(buckets)
        if name == "views"
    )
    PageDay.objects.bulk_create(
        PageDay(
            page_id=page, day=day, views=days[page, day, "views"], visits=days[page, day, "visits"]
        )
        for page, day, name in list(days)
        if name == "views"
    )
    PageDayDimension.objects.bulk_create(
        PageDayDimension(
            page_id=page,
            day=day,
            dimension=Dimension.CHANNEL,
            value=value,
            views=channels[page, day, value, "views"],
            visits=channels[page, day, value, "visits"],
        )
        for page, day, value, name in list(channels)
        if name == "views"
    )
    return request.param, views


def counted(views, wanted) -> tuple[int, int]:
    """Count views and visits the slow way."""
    hits = [view for view in views if wanted(view)]
    return len(hits), sum(view[2] for view in hits)


def test_totals_by_page_over_days_and_over_buckets_agree_with_the_views(views):
    day, every = views
    expected = {}
    for page in (1, 2, 3, 4):
        expected[page] = counted(
            every, lambda v, page=page: v[0] == page and v[1].astimezone(BERLIN).date() == day
        )

    over_days = spans.by_page(Days(day, day))
    over_buckets = spans.by_page(spans.buckets_of_days(day, day))

    for found in (over_days, over_buckets):
        assert {page: (row.views, row.visits) for page, row in found.items()} == expected


def test_the_hours_of_a_day_when_the_clocks_change(views):
    day, every = views
    start = datetime(day.year, day.month, day.day, tzinfo=BERLIN).astimezone(UTC)
    hours = 23 if day == SPRING else 25

    points = spans.hourly(spans.buckets_of_days(day, day))

    expected = []
    for number in range(hours):
        begin = start + timedelta(hours=number)
        expected.append(
            (begin, *counted(every, lambda v, b=begin: b <= v[1] < b + timedelta(hours=1)))
        )
    assert [(point.at.astimezone(UTC), point.views, point.visits) for point in points] == expected
    assert all(point.at.tzinfo == BERLIN for point in points)


def test_days_add_up_to_the_total(views):
    day, every = views
    span = Days(day - timedelta(days=1), day + timedelta(days=1))

    points = spans.daily(span)
    total = spans.total(span)

    expected = [
        (one, *counted(every, lambda v, one=one: v[1].astimezone(BERLIN).date() == one))
        for one in (span.first, day, span.last)
    ]
    assert [(point.at.date(), point.views, point.visits) for point in points] == expected
    assert (total.views, total.visits) == (
        sum(row[1] for row in expected),
        sum(row[2] for row in expected),
    )


def test_a_part_of_the_pages(views):
    day, every = views
    ids = PageDay.objects.filter(page_id__in=[2, 3]).values("page_id")
    expected = counted(every, lambda v: v[0] in (2, 3) and v[1].astimezone(BERLIN).date() == day)

    for span in (Days(day, day), spans.buckets_of_days(day, day)):
        total = spans.total(span, ids)
        rows = spans.by_page(span, ids)
        assert (total.views, total.visits) == expected
        assert sorted(rows) == [2, 3]
    assert sum(point.views for point in spans.daily(Days(day, day), ids)) == expected[0]
    hourly = spans.hourly(spans.buckets_of_days(day, day), ids)
    assert sum(point.visits for point in hourly) == expected[1]


def test_channels(views):
    day, every = views

    found = spans.by_dimension(Days(day, day))

    expected = {
        channel: counted(
            every,
            lambda v, c=channel: v[3] == c and v[1].astimezone(BERLIN).date() == day,
        )
        for channel in CHANNELS
    }
    rows = [
        ValueCount(channel, *expected[channel])
        for channel in sorted(CHANNELS, key=lambda c: -expected[c][1])
    ]
    assert found[Dimension.CHANNEL] == rows
    assert found[Dimension.DEVICE] == []


def test_readers_of_the_site_are_not_readers_of_pages():
    today = date(2026, 5, 5)
    for page in (1, 2):
        PageDay.objects.create(page_id=page, day=today, readers=5, site_readers=3)
        PageBucket.objects.create(
            page_id=page,
            bucket=spans.buckets_of_days(today, today).first,
            readers=5,
            site_readers=3,
        )
    part = PageDay.objects.filter(page_id=1).values("page_id")

    for span in (Days(today, today), spans.buckets_of_days(today, today)):
        assert (spans.total(span).readers, spans.total(span, part).readers) == (6, 5)


def test_drops_go_to_the_day_they_begin_in():
    midnight = int(datetime(2026, 5, 4, 22, tzinfo=UTC).timestamp()) // 3600
    for hour, reason, detail, count in (
        (midnight - 1, "bot", "crawler", 1),
        (midnight, "bot", "crawler", 2),
        (midnight + 23, "bot", "crawler", 4),
        (midnight + 24, "bot", "crawler", 8),
        (midnight + 5, "duplicate", "", 16),
    ):
        DropCount.objects.create(hour=hour, reason=reason, detail=detail, count=count)
    day = date(2026, 5, 5)

    assert spans.drops(Days(day, day)) == [
        Drop(day, DropReason.BOT, "crawler", 6),
        Drop(day, DropReason.DUPLICATE, "", 16),
    ]


def test_an_empty_span_has_its_points_and_no_pages():
    span = Buckets.between(
        datetime(2026, 5, 5, 10, tzinfo=UTC), datetime(2026, 5, 5, 12, 20, tzinfo=UTC)
    )

    assert [point.views for point in spans.hourly(span)] == [0, 0, 0]
    assert spans.by_page(span) == {}
    assert spans.total(span) == figures.Totals()


def test_every_question_is_three_queries_at_most():
    day = date(2026, 5, 5)
    buckets = spans.buckets_of_days(day, day)
    counts = []
    for ask in (
        lambda: spans.by_page(Days(day, day)),
        lambda: spans.by_page(buckets),
        lambda: spans.total(Days(day, day)),
        lambda: spans.total(buckets),
        lambda: spans.daily(Days(day, day)),
        lambda: spans.hourly(buckets),
        lambda: spans.by_dimension(Days(day, day)),
        lambda: spans.drops(Days(day, day)),
    ):
        with CaptureQueriesContext(connection) as captured:
            ask()
        counts.append(len(captured))

    assert counts == [2, 1, 3, 1, 2, 1, 3, 1]


def test_every_page_is_counted_from_its_own_start():
    for page, bucket in ((1, 9), (1, 10), (1, 13), (1, 14), (2, 20), (2, 23), (3, 10)):
        PageBucket.objects.create(page_id=page, bucket=bucket, visits=1)

    assert spans.visits_since({1: 10, 2: 20, 4: 1}, 4) == {1: 2, 2: 2, 4: 0}
    assert spans.visits_since({}, 4) == {}
