from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from wagtail.models import Page

from analytics import demo_traffic
from analytics.models import DropCount, PageBucket, PageDay, PageDayDimension, Window, WindowTotal
from analytics.timebuckets import bucket_of
from tests.factories import make_article, make_section

NOW = datetime(2026, 3, 4, 9, 30, tzinfo=UTC)
TABLES = [PageBucket, PageDay, PageDayDimension, DropCount]

pytestmark = pytest.mark.django_db


@pytest.fixture
def pages() -> list[Page]:
    make_section()
    return [make_article(published_at=NOW - timedelta(days=age)) for age in (0, 2, 4, 40)]


def write(**options: Any) -> int:
    defaults = {"days": 3, "visits_per_day": 900, "seed": 7, "now": NOW}
    return demo_traffic.write_traffic(**defaults | options)


def rows() -> list[list[tuple[Any, ...]]]:
    return [sorted(table.objects.values_list()) for table in TABLES]


def test_same_seed_writes_the_same_rows(pages: list[Page]) -> None:
    write()
    first = rows()
    demo_traffic.remove_traffic(days=3, now=NOW)
    emptied = rows()

    write()

    assert emptied == [[], [], [], []]
    assert rows() == first


def test_days_are_the_sum_of_their_buckets(pages: list[Page]) -> None:
    total = write()

    for figure in ("views", "visits", "readers", "site_readers", "engaged_seconds"):
        days = sum(PageDay.objects.values_list(figure, flat=True))
        assert days == sum(PageBucket.objects.values_list(figure, flat=True))
    assert total == sum(PageDay.objects.values_list("visits", flat=True)) > 0
    for bucket in PageBucket.objects.all():
        assert bucket.views >= bucket.visits >= bucket.readers >= bucket.site_readers


def test_nothing_is_written_outside_the_period_or_before_publication(pages: list[Page]) -> None:
    write()

    published = {page.pk: bucket_of(page.first_published_at) for page in pages}
    for bucket in PageBucket.objects.all():
        assert published[bucket.page_id] <= bucket.bucket <= bucket_of(NOW)
    assert set(PageDay.objects.values_list("day", flat=True)) == {
        date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 4),
    }  # fmt: skip


def test_rolling_totals_are_rebuilt(pages: list[Page]) -> None:
    write()

    week = WindowTotal.objects.filter(window=Window.WEEK)
    assert sum(week.values_list("visits", flat=True)) == sum(
        PageBucket.objects.values_list("visits", flat=True)
    )


def test_command_leaves_days_with_traffic_alone_unless_told(pages: list[Page]) -> None:
    options = {"days": 2, "visits_per_day": 300, "now": NOW, "no_input": True, "verbosity": 0}
    call_command("seed_traffic", **options)
    first = rows()

    call_command("seed_traffic", **options | {"seed": 2})
    second = rows()
    call_command("seed_traffic", **options | {"seed": 2, "replace": True})

    assert second == first
    assert rows() != first
