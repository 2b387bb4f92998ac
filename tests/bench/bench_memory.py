"""What view ids and readers cost in Redis, and how fast the script takes events.

BENCH_READERS names another number of readers.
"""

import os
import random
import time
from datetime import UTC, datetime

from tests.bench.world import bench_world, report

READERS = int(os.environ.get("BENCH_READERS", "1000000"))
VIEWS_EACH = 2
TARGET_READERS = 1_000_000
BATCH = 500
TIMED = 10_000


def main() -> None:
    with bench_world():
        from analytics import buffer
        from analytics.calls import STORE_VIEW, call_to_store
        from analytics.drain import drain_shard
        from analytics.events import Dimension, Event, Kind

        now = datetime.now(UTC)
        at_ms = int(now.timestamp() * 1000)
        for shard in [*buffer.shards(), *buffer.shards()]:
            drain_shard(shard, now=now)
        client = buffer.worker_client()
        dice = random.Random(7)

        def view(reader: bytes) -> Event:
            dimensions = ((Dimension.CHANNEL.value, "direct"),)
            page = dice.randint(1, 10_000)
            return Event(Kind.VIEW, dice.randbytes(16), at_ms, page, reader, dimensions)

        started = time.perf_counter()
        for _ in range(TIMED):
            buffer.accept(view(dice.randbytes(8)), now=now)
        taken = time.perf_counter() - started
        client.flushall()
        for shard in [*buffer.shards(), *buffer.shards()]:
            drain_shard(shard, now=now)
        client.script_load(STORE_VIEW.text)
        before = client.info("memory")["used_memory"]
        for _ in range(READERS // BATCH):
            pipe = client.pipeline(transaction=False)
            for _ in range(BATCH):
                reader = dice.randbytes(8)
                for _ in range(VIEWS_EACH):
                    script, words = call_to_store(view(reader), now=now, is_replay=False)
                    pipe.evalsha(script.digest, *words)
            assert set(pipe.execute()) == {b"stored"}
            for shard in buffer.shards():
                client.xtrim(buffer._stream_key(shard), maxlen=1, approximate=False)
        used = client.info("memory")["used_memory"] - before
        per_reader = used / READERS
        report(
            f"redis memory per reader and day with {VIEWS_EACH} views, {READERS:,} readers",
            f"{per_reader:.0f} bytes",
            ratio=f"{per_reader * TARGET_READERS / 1e6:.0f} MB a million",
            target="250 MB a million",
        )
        report("accept(), one process", f"{TIMED / taken:,.0f} events/s")


if __name__ == "__main__":
    main()
