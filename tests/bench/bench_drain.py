"""How many events one worker counts a second, against a floor that only reads and sums."""

import random
import time
from collections import Counter

from tests.bench.world import bench_world, report, seconds

EVENTS = 200_000
PAGES = 10_000


def payload(dice: random.Random, bucket: int) -> str:
    """A view with five dimensions; few pages get most of the views."""
    page = min(PAGES, int(dice.paretovariate(0.6)))
    dimensions = [
        f"1{dice.choice(['direct', 'search', 'social', 'internal'])}",
        f"2{dice.choice(['', 'www.google.com', 't.co', 'news.example'])}",
        f"3{dice.choice(['phone', 'desktop', 'tablet'])}",
        f"4{dice.choice(['Chrome', 'Safari', 'Firefox', 'Edge'])}",
        f"5{dice.choice(['Android', 'iOS', 'Windows', 'macOS', 'Linux'])}",
    ]
    shown = [dimension for dimension in dimensions if len(dimension) > 1]
    return "\t".join(["1v", str(bucket), str(page), *shown, str(dice.choice([0, 1, 3, 3, 7]))])


def main() -> None:
    with bench_world():
        from datetime import UTC, datetime

        from django.conf import settings
        from django.db import connection

        from analytics import buffer
        from analytics.drain import drain_shard

        now = datetime.now(UTC)
        drain_shard(0, now=now)
        drain_shard(0, now=now)
        dice = random.Random(7)
        bucket = int(time.time()) // 900
        client = buffer.worker_client()
        key = f"{{{settings.KEY_PREFIX}:s0}}:stream"
        before = client.info("memory")["used_memory"]
        for _ in range(EVENTS // 1000):
            pipe = client.pipeline(transaction=False)
            for _ in range(1000):
                pipe.xadd(key, {"e": payload(dice, bucket)})
            pipe.execute()
        waiting_bytes = (client.info("memory")["used_memory"] - before) / EVENTS

        def floor() -> None:
            after, sums = "0-0", Counter()
            while entries := buffer.read_stream(0, after):
                sums.update(fields[1] for _, fields in entries)
                after = entries[-1][0].decode()

        floor_seconds = seconds(floor)
        result_count = 0

        def drain() -> None:
            nonlocal result_count
            result_count = drain_shard(0, now=now).entry_count

        taken = seconds(drain)
        assert result_count == EVENTS
        report(
            f"drain into {connection.vendor}, one worker",
            f"{EVENTS / taken:,.0f} events/s",
            ratio=f"{floor_seconds / taken:.2f} of floor",
            target="40,000 events/s",
        )
        report("  floor: read the stream and sum", f"{EVENTS / floor_seconds:,.0f} events/s")
        report("redis memory of a waiting event", f"{waiting_bytes:.0f} bytes")


if __name__ == "__main__":
    main()
