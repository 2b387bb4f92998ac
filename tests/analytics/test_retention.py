from datetime import UTC, date, datetime, timedelta

import pytest

from analytics.models import (
    DropCount,
    PageBucket,
    PageDay,
    PageDayDimension,
    PageMonth,
    WindowState,
)
from analytics.retention import enforce_retention
from analytics.windows import roll_windows
from tests.analytics.streams import NOON, NOON_BUCKET, rows

pytestmark = pytest.mark.django_db
KEPT = 35 * 96


def bucket(age: int) -> None:
    PageBucket.objects.create(page_id=5, bucket=NOON_BUCKET - age, views=1)


def test_buckets_go_after_35_days():
    roll_windows(now=NOON)
    for age in (0, KEPT, KEPT + 1, KEPT + 5000):
        bucket(age)

    enforce_retention(now=NOON)
    enforce_retention(now=NOON)

    assert rows(PageBucket, "bucket") == [(NOON_BUCKET - KEPT,), (NOON_BUCKET,)]


def test_buckets_that_a_window_still_holds_stay():
    roll_windows(now=NOON - timedelta(days=20))
    first = WindowState.objects.get(window="30d").first_bucket
    bucket(NOON_BUCKET - first)
    bucket(NOON_BUCKET - first + 1)

    enforce_retention(now=NOON)

    assert rows(PageBucket, "bucket") == [(first,)]


def test_nothing_goes_before_the_first_roll():
    bucket(KEPT + 1)

    enforce_retention(now=NOON)

    assert rows(PageBucket, "bucket") == [(NOON_BUCKET - KEPT - 1,)]


def test_whole_months_are_rolled_up_after_25():
    def day(day: date, page: int = 5, views: int = 1) -> None:
        PageDay.objects.create(page_id=page, day=day, views=views, visits=1, engaged_seconds=10)
        PageDayDimension.objects.create(day=day, page_id=page, dimension=1, value="direct")

    # March 2026 less 25 months is February 2024
    day(date(2023, 12, 31))
    day(date(2024, 1, 1), views=2)
    day(date(2024, 1, 31), views=3)
    day(date(2024, 1, 31), page=6)
    day(date(2024, 2, 1))
    day(date(2026, 3, 9))

    enforce_retention(now=NOON)
    enforce_retention(now=NOON)

    assert rows(PageMonth, "page_id", "month", "views", "visits", "engaged_seconds") == [
        (5, date(2023, 12, 1), 1, 1, 10),
        (5, date(2024, 1, 1), 5, 2, 20),
        (6, date(2024, 1, 1), 1, 1, 10),
    ]
    assert rows(PageDay, "day") == [(date(2024, 2, 1),), (date(2026, 3, 9),)]
    assert rows(PageDayDimension, "day") == [(date(2024, 2, 1),), (date(2026, 3, 9),)]


def test_day_that_comes_late_is_added_to_its_month():
    for views in (1, 2):
        PageDay.objects.create(page_id=5, day=date(2020, 1, 15), views=views)
        enforce_retention(now=NOON)

    assert rows(PageMonth, "page_id", "month", "views") == [(5, date(2020, 1, 1), 3)]


def test_drop_counts_go_with_the_days():
    edge = int(datetime(2024, 1, 31, 23, tzinfo=UTC).timestamp()) // 3600
    for hour in (edge - 1, edge):
        DropCount.objects.create(hour=hour, reason="bot", count=1)

    enforce_retention(now=NOON)

    assert rows(DropCount, "hour") == [(edge,)]
