"""What view ids and readers cost in Redis, and how fast the script takes events."""

import random
import time

from tests.bench.world import bench_world, report

READERS = 100_000
VIEWS_EACH = 2
TARGET_READERS = 1_000_000


def main() -> None:
    with bench_world():
        from datetime import UTC, datetime

        from analytics import buffer
        from analytics.drain import drain_shard
        from analytics.events import Dimension, Event, Kind

        now = datetime.now(UTC)
        for shard in (0, 1, 0, 1):
            drain_shard(shard, now=now)
        client = buffer.web_client()
        before = client.info("memory")["used_memory"]
        dice = random.Random(7)
        at_ms = int(now.timestamp() * 1000)
        started = time.perf_counter()
        for _ in range(READERS):
            reader = dice.randbytes(8)
            for _ in range(VIEWS_EACH):
                event = Event(
                    Kind.VIEW,
                    dice.randbytes(16),
                    at_ms,
                    dice.randint(1, 10_000),
                    reader,
                    {Dimension.CHANNEL: "direct"},
                )
                buffer.accept(event, now=now)
        taken = time.perf_counter() - started
        for shard in (0, 1):
            client.delete(f"{buffer._tag(shard)}:stream")
        used = client.info("memory")["used_memory"] - before
        per_reader = used / READERS
        report(
            f"redis memory per reader and day with {VIEWS_EACH} views",
            f"{per_reader:.0f} bytes",
            ratio=f"{per_reader * TARGET_READERS / 1e6:.0f} MB a million",
            target="250 MB a million",
        )
        report("accept(), one process", f"{READERS * VIEWS_EACH / taken:,.0f} events/s")


if __name__ == "__main__":
    main()
