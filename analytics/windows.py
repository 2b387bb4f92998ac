"""The rolling totals of the ranking: the last N closed buckets and the running one.

What holds between any two steps: a window's totals and the recorded deltas that lie in it add
up to its buckets. Rolling takes in the deltas, then adds the buckets that enter and subtracts
those that leave; its cost follows what changed, not what is stored.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import OperationalError, connection, transaction
from django.db.models import Sum

from analytics.models import (
    AuditRun,
    PageBucket,
    Window,
    WindowDelta,
    WindowState,
    WindowTotal,
)
from analytics.timebuckets import BUCKETS_PER_HOUR, bucket_of

logger = logging.getLogger(__name__)

CLOSED_BUCKETS = {
    Window.DAY: 24 * BUCKETS_PER_HOUR,
    Window.WEEK: 7 * 24 * BUCKETS_PER_HOUR,
    Window.MONTH: 30 * 24 * BUCKETS_PER_HOUR,
}
FIGURES = ("views", "visits", "readers", "engaged_seconds")
DRIFT_KEPT = 1000

Totals = dict[int, tuple[int, ...]]


class Overtaken(Exception):
    """Another runner is at work; it does what is to be done."""


@dataclass(frozen=True, slots=True)
class Drift:
    """A total that was not what its buckets say; figures in the order of `FIGURES`."""

    window: str
    page_id: int
    stored: tuple[int, ...]
    true: tuple[int, ...]


def edges_of(window: Window, now: datetime) -> tuple[int, int]:
    """Return the first and last bucket that the window holds at `now`."""
    last = bucket_of(now)
    return last - CLOSED_BUCKETS[window], last


def roll_windows(*, now: datetime) -> bool:
    """Bring all windows to `now`; False if another runner was at it."""
    try:
        with _only_runner(now):
            _roll(now)
    except Overtaken:
        return False
    return True


def rebuild_windows(now: datetime) -> list[Drift]:
    """Roll, recompute every total from the buckets, and return what was wrong.

    Raises Overtaken if another runner is at work.
    """
    drift: list[Drift] = []
    with _only_runner(now):
        _roll(now)
        for state in WindowState.objects.order_by("window"):
            found = _drift_of(state)
            if found:
                _rebuild(state)
            drift += found
    return drift


def audit_windows(*, now: datetime) -> AuditRun:
    """Compare the totals with the buckets, put right what differs, and keep a record."""
    drift = rebuild_windows(now)
    if drift:
        logger.error(
            "Rolling totals differed from their buckets; they are put right.",
            extra={"event": "drift_found", "count": len(drift)},
        )
    return AuditRun.objects.create(
        ran_at=now,
        drifted_row_count=len(drift),
        drift=[asdict(row) for row in drift[:DRIFT_KEPT]],
    )


@contextmanager
def _only_runner(now: datetime) -> Iterator[None]:
    """Open the transaction of the one runner: buckets and deltas are one snapshot inside."""
    for window in Window:
        WindowState.objects.get_or_create(
            window=window,
            # Far from any bucket of today, so that the first roll builds the window.
            defaults={"first_bucket": 0, "last_bucket": 0, "rolled_at": now},
        )
    is_outermost = not connection.in_atomic_block
    try:
        with transaction.atomic():
            if connection.vendor == "postgresql" and is_outermost:
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            # A runner that comes second finds the rows locked, or changed since its snapshot.
            list(WindowState.objects.select_for_update(nowait=True).order_by("window"))
            yield
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") in {"40001", "55P03"}:
            raise Overtaken from error
        raise


def _roll(now: datetime) -> None:
    states = list(WindowState.objects.order_by("window"))
    if WindowDelta.objects.exists():
        for state in states:
            _apply_deltas(state)
        # Only those of the snapshot; a drain may be adding more.
        WindowDelta.objects.all().delete()
    for state in states:
        first, last = edges_of(Window(state.window), now)
        if first > state.last_bucket or last < state.first_bucket:
            state.first_bucket, state.last_bucket = first, last
            _rebuild(state)
        else:
            _move(state, first, last)
        state.rolled_at = now
        state.save()


def _move(state: WindowState, first: int, last: int) -> None:
    old_first, old_last = state.first_bucket, state.last_bucket
    _add_buckets(state.window, first, old_first - 1)
    _add_buckets(state.window, old_last + 1, last)
    left = _subtract_buckets(state.window, old_first, first - 1)
    left += _subtract_buckets(state.window, last + 1, old_last)
    if left:
        WindowTotal.objects.filter(window=state.window, **dict.fromkeys(FIGURES, 0)).delete()
    state.first_bucket, state.last_bucket = first, last


def _apply_deltas(state: WindowState) -> None:
    _add_sums(WindowDelta._meta.db_table, state.window, state.first_bucket, state.last_bucket)


def _add_buckets(window: str, first: int, last: int) -> int:
    return _add_sums(PageBucket._meta.db_table, window, first, last)


def _subtract_buckets(window: str, first: int, last: int) -> int:
    return _add_sums(PageBucket._meta.db_table, window, first, last, sign="-")


def _add_sums(table: str, window: str, first: int, last: int, *, sign: str = "") -> int:
    """Add the sums per page of a table's buckets to a window; return how many rows changed."""
    if first > last:
        return 0
    totals = WindowTotal._meta.db_table
    columns = ", ".join(FIGURES)
    sums = ", ".join(f"{sign}SUM({name})" for name in FIGURES)
    added = ", ".join(f"{name} = {totals}.{name} + excluded.{name}" for name in FIGURES)
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO {totals} ("window", page_id, {columns}) '  # noqa: S608  names are ours
            f"SELECT %s, page_id, {sums} FROM {table} WHERE bucket BETWEEN %s AND %s "
            f"GROUP BY page_id ORDER BY page_id "
            f'ON CONFLICT ("window", page_id) DO UPDATE SET {added}',
            [window, first, last],
        )
        return int(cursor.rowcount)


def _rebuild(state: WindowState) -> None:
    WindowTotal.objects.filter(window=state.window).delete()
    _add_buckets(state.window, state.first_bucket, state.last_bucket)


def _drift_of(state: WindowState) -> list[Drift]:
    stored: Totals = {
        page_id: tuple(figures)
        for page_id, *figures in WindowTotal.objects.filter(window=state.window).values_list(
            "page_id", *FIGURES
        )
    }
    true: Totals = {
        page_id: tuple(figures)
        for page_id, *figures in PageBucket.objects.filter(
            bucket__range=(state.first_bucket, state.last_bucket)
        )
        .values("page_id")
        .annotate(**{f"sum_{name}": Sum(name) for name in FIGURES})
        .values_list("page_id", *(f"sum_{name}" for name in FIGURES))
        if any(figures)
    }
    nothing = (0,) * len(FIGURES)
    return [
        Drift(state.window, page_id, stored.get(page_id, nothing), true.get(page_id, nothing))
        for page_id in sorted(stored.keys() | true.keys())
        if stored.get(page_id) != true.get(page_id)
    ]
