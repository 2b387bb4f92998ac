"""The plans that keep counting fast: an index that is lost or passed by is seen here."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from analytics.figures import daily_totals, period_totals
from analytics.models import PageBucket, PageDay, PageDayDimension, WindowTotal
from analytics.ranking import top_pages
from analytics.retention import enforce_retention
from analytics.upserts import COUNTS, add_rows
from analytics.windows import roll_windows
from tests.analytics.streams import NOON, NOON_BUCKET

pytestmark = pytest.mark.django_db
PAGES, BUCKETS, DAYS = 100, 100, 100
TODAY = date(2026, 3, 10)


@pytest.fixture(autouse=True)
def history() -> None:
    """Enough for a planner to prefer an index, and windows that stand at noon."""
    figures = (2, 1, 1, 0, 20)
    add_rows(
        PageBucket,
        ["page_id", "bucket"],
        COUNTS,
        (
            (page, NOON_BUCKET - age, *figures)
            for page in range(1, PAGES + 1)
            for age in range(BUCKETS)
        ),
    )
    add_rows(
        PageDay,
        ["page_id", "day"],
        COUNTS,
        (
            (page, TODAY - timedelta(days=age), *figures)
            for page in range(1, PAGES + 1)
            for age in range(DAYS)
        ),
    )
    roll_windows(now=NOON)
    if connection.vendor == "postgresql":
        # SQLite plans without statistics, on the site as well.
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
            # Few rows are quicker read whole; what matters is that they need not be.
            cursor.execute("SET LOCAL enable_seqscan = off")


def plans(act: Callable[[], object], table: str) -> list[str]:
    """Return the plan of every statement on a table that `act` runs."""
    with CaptureQueriesContext(connection) as queries:
        act()
    found = []
    with connection.cursor() as cursor:
        for query in queries:
            if f"FROM {table}" not in query["sql"].replace('"', ""):
                continue
            if connection.vendor == "postgresql":
                cursor.execute(f"EXPLAIN {query['sql']}")
                found.append("\n".join(row[0] for row in cursor.fetchall()))
            else:
                cursor.execute(f"EXPLAIN QUERY PLAN {query['sql']}")
                found.append("\n".join(row[3] for row in cursor.fetchall()))
    return found


def reads_whole(plan: str, table: str) -> bool:
    return f"Seq Scan on {table}" in plan or f"SCAN {table}" in plan


def assert_by(index: str, table: str, act: Callable[[], object]) -> None:
    found = plans(act, table)
    assert found
    for plan in found:
        assert index in plan
        assert not reads_whole(plan, table)


def test_edge_of_a_window_is_found_by_bucket():
    assert_by(
        "analytics_pagebucket_bucket",
        PageBucket._meta.db_table,
        lambda: roll_windows(now=NOON + timedelta(minutes=15)),
    )


def test_expired_buckets_are_found_by_bucket():
    assert_by(
        "analytics_pagebucket_bucket",
        PageBucket._meta.db_table,
        lambda: enforce_retention(now=NOON + timedelta(days=34, minutes=15)),
    )


def test_top_of_a_window_comes_in_the_order_of_its_index():
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # As above: few rows are quicker sorted.
            cursor.execute("SET LOCAL enable_sort = off")
    assert_by(
        "analytics_windowtotal_top",
        WindowTotal._meta.db_table,
        lambda: top_pages(now=NOON, limit=5),
    )


@pytest.mark.parametrize("report", [daily_totals, period_totals])
def test_report_is_found_by_day(report):
    assert_by("analytics_pageday_day", PageDay._meta.db_table, lambda: report(TODAY, TODAY))


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite needs no vacuum")
@pytest.mark.parametrize("model", [PageBucket, PageDay, PageDayDimension])
def test_big_table_is_cleaned_up_long_before_a_fifth_of_it_is_dead(model):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reloptions FROM pg_class WHERE relname = %s", [model._meta.db_table]
        )
        [(options,)] = cursor.fetchall()

    assert "autovacuum_vacuum_scale_factor=0.02" in options
