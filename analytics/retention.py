"""What is deleted or rolled up, and when.

Buckets stay 35 days, and never go while a window holds them; days become months after 25
months, whole months at a time. Everything goes in batches, so that no transaction is long.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Min, Model, QuerySet

from analytics.models import (
    CountingGap,
    DropCount,
    PageBucket,
    PageDay,
    PageDayDimension,
    PageMonth,
    RankingPosition,
    WindowState,
)
from analytics.summaries import forget_before, month_after
from analytics.timebuckets import BUCKETS_PER_HOUR, bucket_of
from analytics.upserts import COUNTS, add_rows

BUCKETS_PER_BATCH = 24 * BUCKETS_PER_HOUR


def enforce_retention(*, now: datetime) -> None:
    """Delete and roll up what is old; safe to call twice and to interrupt."""
    delete_old_buckets(now=now)
    roll_up_old_days(now=now)
    oldest_hour = bucket_of(_months_before(now)) // BUCKETS_PER_HOUR
    DropCount.objects.filter(hour__lt=oldest_hour).delete()
    RankingPosition.objects.filter(hour__lt=oldest_hour).delete()
    CountingGap.objects.filter(bucket__lt=oldest_hour * BUCKETS_PER_HOUR).delete()


def delete_old_buckets(*, now: datetime) -> int:
    """Delete buckets past their time that no window holds; return how many rows."""
    edge = bucket_of(now - timedelta(days=settings.ANALYTICS_BUCKET_RETENTION_DAYS))
    window_edge = WindowState.objects.aggregate(edge=Min("first_bucket"))["edge"]
    if window_edge is None:
        return 0  # nothing has been rolled; who knows what is still needed
    edge = min(edge, window_edge)
    count = 0
    while (oldest := PageBucket.objects.aggregate(oldest=Min("bucket"))["oldest"]) is not None:
        if oldest >= edge:
            break
        count += _delete(
            PageBucket.objects.filter(bucket__lt=min(edge, oldest + BUCKETS_PER_BATCH))
        )
    return count


def roll_up_old_days(*, now: datetime) -> int:
    """Turn days of months past their time into month rows; return how many months."""
    edge = _months_before(now).date().replace(day=1)
    count = 0
    while (oldest := PageDay.objects.aggregate(oldest=Min("day"))["oldest"]) is not None:
        if oldest >= edge:
            break
        _roll_up_month(oldest.replace(day=1))
        count += 1
    _delete(PageDayDimension.objects.filter(day__lt=edge))
    return count


def _roll_up_month(month: date) -> None:
    table = PageDay._meta.db_table
    sums: dict[int, list[int]] = {}
    with transaction.atomic(), connection.cursor() as cursor:
        # One statement: a late event is added to what is taken here, or to what comes after.
        cursor.execute(
            f"DELETE FROM {table} WHERE day >= %s AND day < %s "  # noqa: S608  names are ours
            f"RETURNING page_id, {', '.join(COUNTS)}",
            [month, month_after(month)],
        )
        for page_id, *figures in cursor.fetchall():
            known = sums.get(page_id, [0] * len(COUNTS))
            sums[page_id] = [a + b for a, b in zip(known, figures, strict=True)]
        rows = ((page_id, month, *figures) for page_id, figures in sums.items())
        add_rows(PageMonth, ["page_id", "month"], COUNTS, rows)
        forget_before(month_after(month))


def _delete(rows: QuerySet[Model]) -> int:
    """Delete without reading the rows first: nothing points at them."""
    return int(rows._raw_delete(rows.db))


def _months_before(now: datetime) -> datetime:
    """Return the start of the month (site time) that retention of days reaches back to."""
    local = now.astimezone(ZoneInfo(settings.TIME_ZONE))
    months = local.year * 12 + local.month - 1 - settings.ANALYTICS_DAY_RETENTION_MONTHS
    return local.replace(
        year=months // 12, month=months % 12 + 1, day=1, hour=0, minute=0, second=0, microsecond=0
    )
