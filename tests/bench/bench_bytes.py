"""What a visit costs in the database, indexes included, over days of a million of them.

Whole days of the site follow each other as they do in life; PostgreSQL cleans up by the rules of
its autovacuum and no more. The first day also pays for what does not grow afterwards: the rolling
totals. BENCH_DAYS names another number of days.
"""

import os
import random
from bisect import bisect
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from tests.bench.world import autovacuum, bench_world, report, table_bytes

DAYS = int(os.environ.get("BENCH_DAYS", "3"))
VISITS = 1_000_000
ARTICLES = 10_000
VISITS_PER_DRAIN = 700  # those of a minute
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
        from django.conf import settings
        from django.db import connection

        from analytics import buffer, drain
        from analytics.timebuckets import bounds_of_days, bucket_of

        drain.READ_COUNT, drain.READS_PER_TRANSACTION = VISITS_PER_DRAIN, 1
        shard = buffer.shards()[0]
        now = datetime.now(UTC)
        for _ in range(2):
            drain.drain_shard(shard, now=now)
        dice = random.Random(7)
        zone = ZoneInfo(settings.TIME_ZONE)
        today = now.astimezone(zone).date()
        sizes = [table_bytes(TABLES)]
        for age in range(DAYS, 0, -1):
            day = today - timedelta(days=age)
            start, end = (bucket_of(at) for at in bounds_of_days(day, day, zone))
            per_bucket = VISITS // (end - start)
            for bucket in range(start, end):
                live(shard, [payload(dice, bucket) for _ in range(per_bucket)], bucket)
            visits = per_bucket * (end - start)
            sizes.append(table_bytes(TABLES))
            growth = {table: sizes[-1][table] - sizes[-2][table] for table in TABLES}
            report(
                f"bytes per visit, {connection.vendor}, day {len(sizes) - 1} of a million visits",
                f"{sum(growth.values()) / visits:.1f} bytes",
                target="60 bytes, indexes included",
            )
            for table, size in growth.items():
                report(f"  {table}", f"{size / visits:.1f} bytes")
        total = sum(sizes[-1].values()) - sum(sizes[0].values())
        report(f"  all {DAYS} days", f"{total / visits / DAYS:.1f} bytes")


def live(shard: int, payloads: list[str], bucket: int) -> None:
    """Let a quarter of an hour pass: views come, are drained minute by minute, windows roll."""
    from analytics import buffer, drain
    from analytics.timebuckets import BUCKET_SECONDS, start_of
    from analytics.windows import roll_windows

    now = start_of(bucket) + timedelta(seconds=BUCKET_SECONDS - 1)
    pipe = buffer.worker_client().pipeline(transaction=False)
    for entry in payloads:
        pipe.xadd(buffer._stream_key(shard), {"e": entry})
    pipe.execute()
    drain.drain_shard(shard, now=now)
    roll_windows(now=now)
    autovacuum()


if __name__ == "__main__":
    main()
