"""What a visit costs in the database, indexes included, after a day of a million of them."""

import random
from bisect import bisect
from datetime import UTC, datetime
from itertools import accumulate

from tests.bench.world import bench_world, report, table_bytes

VISITS = 1_000_000
ARTICLES = 10_000
VISITS_PER_DRAIN = 1000
BUCKETS = 96
PAGES_EACH = 2
TABLES = (
    "analytics_pagebucket",
    "analytics_pageday",
    "analytics_pagedaydimension",
    "analytics_windowtotal",
    "analytics_windowdelta",
    "analytics_dropcount",
)


SOURCES = [
    ("direct", ""),
    ("internal", ""),
    ("search", "google.com"),
    ("search", "google.com"),
    ("search", "bing.com"),
    ("social", "facebook.com"),
    ("social", "t.co"),
]
DEVICES = [
    *[("mobile", "Chrome", "Android"), ("mobile", "Safari", "iOS")] * 3,
    ("mobile", "App", "iOS"),
    ("mobile", "Samsung Internet", "Android"),
    ("desktop", "Chrome", "Windows"),
    ("desktop", "Edge", "Windows"),
    ("desktop", "Firefox", "Windows"),
    ("desktop", "Safari", "macOS"),
    ("desktop", "Firefox", "Linux"),
    ("tablet", "Safari", "iOS"),
]
# The law of Zipf: the n-th article has an n-th of the visits of the first.
SHARES = list(accumulate(1 / rank for rank in range(1, ARTICLES + 1)))


def payload(dice: random.Random, bucket: int) -> str:
    """A visit as intake packs it."""
    page = 1 + bisect(SHARES, dice.random() * SHARES[-1])
    channel, referrer = dice.choice(SOURCES)
    device, browser, system = dice.choice(DEVICES)
    columns = [f"1{channel}", f"2{referrer}", f"3{device}", f"4{browser}", f"5{system}"]
    flags = 7 if dice.random() < 1 / PAGES_EACH else 3
    shown = [column for column in columns if len(column) > 1]
    return "\t".join(["1v", str(bucket), str(page), *shown, str(flags)])


def main() -> None:
    with bench_world():
        from django.db import connection

        from analytics import buffer, drain
        from analytics.models import PageBucket, PageDayDimension
        from analytics.windows import roll_windows

        drain.READ_COUNT, drain.READS_PER_TRANSACTION = VISITS_PER_DRAIN, 1
        shard = buffer.shards()[0]
        now = datetime.now(UTC)
        for _ in range(2):
            drain.drain_shard(shard, now=now)
        dice = random.Random(7)
        client = buffer.worker_client()
        # The last whole day, so that no window sees the future.
        first_bucket = (int(now.timestamp()) // 86_400 - 1) * BUCKETS
        before = table_bytes(TABLES)
        per_bucket = VISITS // BUCKETS
        for bucket in range(first_bucket, first_bucket + BUCKETS):
            pipe = client.pipeline(transaction=False)
            for _ in range(per_bucket):
                pipe.xadd(buffer._stream_key(shard), {"e": payload(dice, bucket)})
            pipe.execute()
            drain.drain_shard(shard, now=now)
            roll_windows(now=now)
            if bucket % 4 == 3 and connection.vendor == "postgresql":
                # An hour of the day is a second here: too short for autovacuum to come round.
                with connection.cursor() as cursor:
                    cursor.execute("VACUUM")
        taken = table_bytes(TABLES)
        total = sum(taken.values()) - sum(before.values())
        visits = per_bucket * BUCKETS
        report(
            f"bytes per visit, {connection.vendor}, {visits:,} visits of {ARTICLES:,} articles",
            f"{total / visits:.1f} bytes",
            target="60 bytes, indexes included",
        )
        for table, size in taken.items():
            report(f"  {table}", f"{(size - before[table]) / visits:.1f} bytes")
        report(
            "  rows of buckets and of dimensions",
            f"{PageBucket.objects.count():,} + {PageDayDimension.objects.count():,}",
        )


if __name__ == "__main__":
    main()
