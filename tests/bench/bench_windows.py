"""How long the refresh of all windows takes after a minute of traffic, by stored history.

BENCH_ROWS names other sizes; the default takes some minutes and 4 GB of disk.
"""

import os
import random
from datetime import UTC, datetime, timedelta
from statistics import median

from tests.bench.world import analyze, bench_world, report, seconds

PAGES = 10_000
KEPT_BUCKETS = 35 * 96
HISTORIES = [int(text) for text in os.environ.get("BENCH_ROWS", "1000000,30000000").split(",")]
MINUTE_PAGES = 800  # read in a minute
MINUTES = 30


def main() -> None:
    with bench_world():
        first = 0.0
        for history in HISTORIES:
            taken = refresh(history, first)
            first = first or taken


def refresh(history: int, first: float) -> float:
    """Report the median of the minutes, and the slowest: the one that moves the edges."""
    from django.db import connection, transaction

    from analytics.models import PageBucket, WindowDelta
    from analytics.upserts import COUNTS, add_rows, insert_rows
    from analytics.windows import roll_windows

    dice = random.Random(7)
    now = datetime.now(UTC).replace(minute=7)
    newest = int(now.timestamp()) // 900
    per_bucket = round(history / KEPT_BUCKETS)
    store_history(newest, per_bucket)
    analyze()
    roll_windows(now=now)
    times, edges = [], []
    for minute in range(1, MINUTES + 1):
        later = now + timedelta(minutes=minute)
        bucket = int(later.timestamp()) // 900
        pages = dice.sample(range(1, PAGES), MINUTE_PAGES)
        with transaction.atomic():
            rows = [(page, bucket, 2, 1, 1, 0, 20) for page in pages]
            add_rows(PageBucket, ["page_id", "bucket"], COUNTS, rows)
            insert_rows(
                WindowDelta,
                ["page_id", "bucket", "views", "visits", "readers", "engaged_seconds"],
                [(page, bucket, 2, 1, 1, 20) for page in pages],
            )
        taken = seconds(lambda later=later: roll_windows(now=later))
        (edges if later.minute % 15 == 0 else times).append(taken)
    taken = median(times)
    report(
        f"roll three windows, {connection.vendor}, {per_bucket * KEPT_BUCKETS:,} bucket rows",
        f"{taken * 1000:.1f} ms",
        ratio=f"{taken / (first or taken):.2f} of first",
        target="150 ms; at most 1.3 of first",
    )
    report("  slowest of the minutes", f"{max(times) * 1000:.1f} ms")
    report("  at the edge of a bucket (4 an hour)", f"{max(edges) * 1000:.1f} ms")
    return taken


def store_history(newest: int, per_bucket: int) -> None:
    """Fill the whole retention, as many pages in each bucket, in the order of the key."""
    from django.db import connection

    if connection.vendor == "postgresql":
        pages, buckets = (
            "generate_series(1, {last}) AS pages(page)",
            "generate_series({first}, {last}) AS buckets(bucket)",
        )
    else:
        pages, buckets = (
            "(WITH RECURSIVE n(page) AS (VALUES(1) UNION ALL SELECT page + 1 FROM n "
            "WHERE page < {last}) SELECT page FROM n) AS pages",
            "(WITH RECURSIVE n(bucket) AS (VALUES({first}) UNION ALL SELECT bucket + 1 FROM n "
            "WHERE bucket < {last}) SELECT bucket FROM n) AS buckets",
        )
    with connection.cursor() as cursor:
        for table in ("pagebucket", "windowdelta", "windowtotal", "windowstate"):
            cursor.execute(f"DELETE FROM analytics_{table}")
        cursor.execute("DROP INDEX analytics_pagebucket_bucket")
        cursor.execute(
            "INSERT INTO analytics_pagebucket "
            "(page_id, bucket, views, visits, readers, site_readers, engaged_seconds) "
            "SELECT page, bucket, 2, 1, 1, 0, 20 FROM "
            + pages.format(last=per_bucket)
            + " CROSS JOIN "
            + buckets.format(first=newest - KEPT_BUCKETS + 1, last=newest)
        )
        cursor.execute("CREATE INDEX analytics_pagebucket_bucket ON analytics_pagebucket (bucket)")


if __name__ == "__main__":
    main()
