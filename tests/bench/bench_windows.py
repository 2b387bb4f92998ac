"""How long the refresh of all windows takes after a minute of traffic, by stored history."""

import os
import random
from datetime import timedelta
from statistics import median

from tests.bench.world import bench_world, report, seconds

PAGES = 10_000
HISTORIES = [int(text) for text in os.environ.get("BENCH_ROWS", "300000,1500000").split(",")]
MINUTE_ROWS = 800  # distinct pages read in a minute


def main() -> None:
    with bench_world():
        from datetime import UTC, datetime

        from django.db import connection, transaction

        from analytics.models import PageBucket, WindowDelta
        from analytics.upserts import COUNTS, add_rows, insert_rows
        from analytics.windows import roll_windows

        dice = random.Random(7)
        now = datetime.now(UTC).replace(minute=7)
        newest = int(now.timestamp()) // 900
        stored = 0
        floors: list[float] = []
        for history in HISTORIES:
            # Deeper history, the same traffic: more buckets back in time.
            per_bucket = 350
            while stored < history:
                rows = []
                for _ in range(100):
                    bucket = newest - stored // per_bucket
                    for page in dice.sample(range(1, PAGES), per_bucket):
                        rows.append((page, bucket, 2, 1, 1, 0, 20))
                    stored += per_bucket
                with transaction.atomic():
                    add_rows(PageBucket, ["page_id", "bucket"], COUNTS, rows)
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
            roll_windows(now=now)
            times = []
            for minute in range(1, 16):
                later = now + timedelta(minutes=minute)
                bucket = int(later.timestamp()) // 900
                pages = dice.sample(range(1, PAGES), MINUTE_ROWS)
                figures = (2, 1, 1, 0, 20)
                with transaction.atomic():
                    add_rows(
                        PageBucket,
                        ["page_id", "bucket"],
                        COUNTS,
                        [(page, bucket, *figures) for page in pages],
                    )
                    insert_rows(
                        WindowDelta,
                        ["page_id", "bucket", "views", "visits", "readers", "engaged_seconds"],
                        [(page, bucket, 2, 1, 1, 20) for page in pages],
                    )
                times.append(seconds(lambda later=later: roll_windows(now=later)))
            taken = median(times)
            floors.append(taken)
            report(
                f"roll three windows, {connection.vendor}, {stored:,} bucket rows",
                f"{taken * 1000:.1f} ms",
                ratio=f"{taken / floors[0]:.2f} of first",
                target="150 ms; at most 1.3 of first",
            )
            report("  slowest (the edge of a bucket)", f"{max(times) * 1000:.1f} ms")
            now = now + timedelta(minutes=15)


if __name__ == "__main__":
    main()
