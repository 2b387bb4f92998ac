"""How many events a worker counts a second, alone and beside another on a shard of its own."""

import random
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime

from tests.bench.bench_bytes import payload
from tests.bench.world import bench_world, report, seconds

EVENTS = 200_000


def main() -> None:
    with bench_world():
        from django.db import connection

        from analytics import buffer
        from analytics.drain import drain_shard

        now = datetime.now(UTC)
        shards = list(buffer.shards())[:2]
        for shard in [*shards, *shards]:
            drain_shard(shard, now=now)
        client = buffer.worker_client()
        dice = random.Random(7)
        bucket = int(time.time()) // 900

        def fill(shard: int, owners: list[int]) -> None:
            """Put events in a stream, those of its own pages, as intake does."""
            left = EVENTS
            while left:
                pipe = client.pipeline(transaction=False)
                while left and len(pipe) < 1000:
                    entry = payload(dice, bucket)
                    if owners[int(entry.split("\t", 3)[2]) % len(owners)] == shard:
                        pipe.xadd(buffer._stream_key(shard), {"e": entry})
                        left -= 1
                pipe.execute()

        def floor() -> None:
            after, sums = start, Counter()
            while entries := buffer.read_stream(shards[0], after):
                sums.update(fields[1] for _, fields in entries)
                after = entries[-1][0].decode()

        start = buffer.stream_state(shards[0]).last_id
        before = client.info("memory")["used_memory"]
        fill(shards[0], shards[:1])
        waiting_bytes = (client.info("memory")["used_memory"] - before) / EVENTS
        floor_seconds = seconds(floor)
        one = drained(shards[:1])
        for shard in shards:
            fill(shard, shards)
        two = drained(shards)
        rate = EVENTS / one
        report(
            "floor: read the stream and sum, count nothing",
            f"{EVENTS / floor_seconds:,.0f} events/s",
        )
        report(
            f"drain into {connection.vendor}, one worker",
            f"{rate:,.0f} events/s",
            ratio=f"{floor_seconds / one:.2f} of floor",
            target="40,000 events/s",
        )
        report(
            f"drain into {connection.vendor}, two workers on two shards",
            f"{2 * EVENTS / two:,.0f} events/s",
            ratio=f"{2 * one / two:.2f} x one",
            target="1.6 x one on PostgreSQL",
        )
        report("redis memory of a waiting event", f"{waiting_bytes:.0f} bytes")


def drained(shards: list[int]) -> float:
    """Drain each shard in a process of its own, all at once; return how long it took."""
    workers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.bench.bench_drain", str(shard)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for shard in shards
    ]
    for worker in workers:
        assert worker.stdout
        assert worker.stdout.readline() == b"ready\n"
    started = time.perf_counter()
    for worker in workers:
        assert worker.stdin
        worker.stdin.write(b"go\n")
        worker.stdin.flush()
    counts = [int(worker.communicate()[0]) for worker in workers]
    taken = time.perf_counter() - started
    assert counts == [EVENTS] * len(shards), counts
    return taken


def work(shard: int) -> None:
    """Drain one shard once told to; the environment names the world."""
    import django

    django.setup()
    from analytics import buffer
    from analytics.drain import drain_shard
    from analytics.models import ShardCheckpoint

    buffer.stream_state(shard)
    ShardCheckpoint.objects.count()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    count, has_rest = 0, True
    while has_rest:
        result = drain_shard(shard, now=datetime.now(UTC))
        count += result.entry_count
        has_rest = result.has_rest
    sys.stdout.write(f"{count}\n")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        work(int(sys.argv[1]))
    else:
        main()
