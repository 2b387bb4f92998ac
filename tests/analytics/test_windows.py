import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from analytics.models import (
    AuditRun,
    PageBucket,
    Window,
    WindowDelta,
    WindowState,
    WindowTotal,
)
from analytics.timebuckets import bucket_of, start_of
from analytics.upserts import COUNTS, add_rows, insert_rows
from analytics.windows import (
    CLOSED_BUCKETS,
    Drift,
    audit_windows,
    edges_of,
    rebuild_windows,
    roll_windows,
)
from tests.analytics.streams import NOON, NOON_BUCKET, rows

pytestmark = pytest.mark.django_db
QUARTER = timedelta(minutes=15)


def count(page: int, bucket: int, visits: int) -> None:
    """What a drain writes for some visits, each with two views and 20 seconds."""
    figures = [2 * visits, visits, visits, 0, 20 * visits]
    add_rows(PageBucket, ["page_id", "bucket"], COUNTS, [(page, bucket, *figures)])
    insert_rows(
        WindowDelta,
        ["page_id", "bucket", "views", "visits", "readers", "engaged_seconds"],
        [(page, bucket, *figures[:3], figures[4])],
    )


def totals(window: Window = Window.DAY) -> list[tuple[int, ...]]:
    """Page, views, visits, readers, seconds: the whole table of one window."""
    return sorted(
        WindowTotal.objects.filter(window=window).values_list(
            "page_id", "views", "visits", "readers", "engaged_seconds"
        )
    )


def test_window_is_its_closed_buckets_and_the_running_one():
    assert edges_of(Window.DAY, NOON) == (NOON_BUCKET - 96, NOON_BUCKET)
    assert edges_of(Window.WEEK, NOON + 0.99 * QUARTER) == (NOON_BUCKET - 672, NOON_BUCKET)
    assert edges_of(Window.MONTH, NOON) == (NOON_BUCKET - 2880, NOON_BUCKET)


def test_first_roll_builds_every_window_from_the_buckets():
    for age, visits in ((0, 1), (96, 2), (97, 4), (672, 8), (673, 16), (2880, 32), (2881, 64)):
        count(5, NOON_BUCKET - age, visits)

    assert roll_windows(now=NOON) is True

    assert rows(WindowTotal, "window", "page_id", "visits") == [
        ("24h", 5, 3),
        ("30d", 5, 63),
        ("7d", 5, 15),
    ]
    assert rows(WindowDelta, "id") == []
    assert {state.last_bucket for state in WindowState.objects.all()} == {NOON_BUCKET}


def test_rolling_twice_changes_nothing():
    count(5, NOON_BUCKET, 3)

    roll_windows(now=NOON)
    roll_windows(now=NOON)

    assert totals() == [(5, 6, 3, 3, 60)]


def test_delta_in_the_window_is_taken_in_once():
    roll_windows(now=NOON)
    count(5, NOON_BUCKET, 1)
    count(5, NOON_BUCKET - 96, 1)
    count(5, NOON_BUCKET - 97, 1)
    count(6, NOON_BUCKET + 1, 1)

    roll_windows(now=NOON)

    assert totals() == [(5, 4, 2, 2, 40)]


def test_bucket_leaves_when_the_window_moves_and_empty_totals_go():
    count(5, NOON_BUCKET - 96, 3)
    count(6, NOON_BUCKET, 1)
    roll_windows(now=NOON)

    roll_windows(now=NOON + QUARTER)

    assert totals() == [(6, 2, 1, 1, 20)]


def test_future_event_enters_when_its_bucket_comes():
    roll_windows(now=NOON)
    count(5, NOON_BUCKET + 2, 3)
    roll_windows(now=NOON + QUARTER)
    assert totals() == []

    roll_windows(now=NOON + 2 * QUARTER)

    assert totals() == [(5, 6, 3, 3, 60)]


def test_clock_that_steps_back_takes_the_head_out_and_the_tail_in():
    count(5, NOON_BUCKET, 1)
    count(6, NOON_BUCKET - 97, 1)
    roll_windows(now=NOON)

    roll_windows(now=NOON - QUARTER)

    assert totals() == [(6, 2, 1, 1, 20)]


def test_pause_longer_than_the_window_rebuilds_it():
    count(5, NOON_BUCKET, 1)
    roll_windows(now=NOON)
    count(6, NOON_BUCKET + 960, 1)

    roll_windows(now=NOON + 961 * QUARTER)

    assert totals() == [(6, 2, 1, 1, 20)]
    assert totals(Window.MONTH) == [(5, 2, 1, 1, 20), (6, 2, 1, 1, 20)]


def test_rebuild_returns_the_drift_and_puts_it_right():
    count(5, NOON_BUCKET, 1)
    count(6, NOON_BUCKET, 1)
    roll_windows(now=NOON)
    WindowTotal.objects.filter(window="24h", page_id=5).update(visits=9)
    WindowTotal.objects.filter(window="24h", page_id=6).delete()
    WindowTotal.objects.create(window="24h", page_id=7, visits=1)

    drift = rebuild_windows(NOON)

    assert drift == [
        Drift("24h", 5, (2, 9, 1, 20), (2, 1, 1, 20)),
        Drift("24h", 6, (0, 0, 0, 0), (2, 1, 1, 20)),
        Drift("24h", 7, (0, 1, 0, 0), (0, 0, 0, 0)),
    ]
    assert totals() == [(5, 2, 1, 1, 20), (6, 2, 1, 1, 20)]
    assert rebuild_windows(NOON) == []


def test_audit_keeps_a_record():
    count(5, NOON_BUCKET, 1)
    roll_windows(now=NOON)
    WindowTotal.objects.filter(window="24h").update(visits=9)

    audit_windows(now=NOON)
    audit_windows(now=NOON)

    assert sorted(AuditRun.objects.values_list("drifted_row_count", "drift"), reverse=True) == [
        (
            1,
            [{"window": "24h", "page_id": 5, "stored": [2, 9, 1, 20], "true": [2, 1, 1, 20]}],
        ),
        (0, []),
    ]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True)
def test_drain_that_commits_while_the_edge_moves_is_counted_once():
    count(5, NOON_BUCKET - 96, 3)
    roll_windows(now=NOON)

    def drain() -> None:
        """A late view of the bucket that is leaving, and one of the bucket that comes."""
        count(5, NOON_BUCKET - 96, 2)
        count(5, NOON_BUCKET + 1, 1)
        connection.close()

    drains = [threading.Thread(target=drain)]

    def race(execute, sql, params, many, context):
        if sql.startswith("INSERT INTO analytics_windowtotal") and drains:
            thread = drains.pop()
            thread.start()
            thread.join()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(race):
        roll_windows(now=NOON + QUARTER)
    roll_windows(now=NOON + QUARTER)

    assert not drains
    assert totals() == [(5, 2, 1, 1, 20)]
    assert totals(Window.WEEK) == [(5, 12, 6, 6, 120)]
    assert rebuild_windows(NOON + QUARTER) == []


# The nights in which Berlin's clocks change in 2026, an hour before they do.
CLOCK_CHANGES = [datetime(2026, 3, 29, 0, tzinfo=UTC), datetime(2026, 10, 25, 0, tzinfo=UTC)]

counting_steps = st.tuples(
    st.just("count"), st.integers(1, 4), st.integers(-130, 20), st.integers(1, 9)
)
rolling_steps = st.tuples(
    st.just("roll"),
    st.one_of(
        st.integers(0, 3), st.integers(-40, 120), st.sampled_from([700, 3000, -700, 97, 96, -97])
    ),
)


@hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    start=st.sampled_from([NOON, *CLOCK_CHANGES]),
    steps=st.lists(st.one_of(counting_steps, rolling_steps), max_size=30),
)
def test_totals_are_what_brute_force_says_whatever_happens(db, start, steps):
    history: list[tuple[int, int, int]] = []
    clock = bucket_of(start)
    with transaction.atomic():
        for kind, *values in [*steps, ("roll", 0)]:
            if kind == "count":
                page, offset, visits = values
                count(page, clock + offset, visits)
                history.append((page, clock + offset, visits))
                continue
            clock += values[0]
            roll_windows(now=start_of(clock))
            for window, size in CLOSED_BUCKETS.items():
                expected: dict[int, int] = {}
                for page, bucket, visits in history:
                    if clock - size <= bucket <= clock:
                        expected[page] = expected.get(page, 0) + visits
                assert totals(window) == [
                    (page, 2 * visits, visits, visits, 20 * visits)
                    for page, visits in sorted(expected.items())
                ]
        transaction.set_rollback(True)
