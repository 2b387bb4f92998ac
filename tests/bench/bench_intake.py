"""How many views intake acknowledges, against a bare server with one XADD on the same interface.

The client shares the machine: the figures are low, the ratio is what counts.
"""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from statistics import median

from tests.bench.world import bench_world, report

SECONDS = 6.0
ROUNDS = 3
CONNECTIONS = 16


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(application: str) -> Iterator[int]:
    """Serve an application with granian as the site does: as many processes and threads."""
    from django.conf import settings

    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--http", "1", "--no-ws"]
    command += ["--workers", str(settings.WEB_WORKERS)]
    command += ["--blocking-threads", str(settings.WEB_THREADS)]
    command += ["--no-access-log", "--log-level", "error"]
    command += ["--host", "127.0.0.1", "--port", str(port), application]
    server = subprocess.Popen(command)
    try:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait(20)


def send(port: int, page: int, *, seconds: float = SECONDS, rate: float = 0) -> list[float]:
    """Return how long each view took, sorted."""
    words = [str(word) for word in (port, page, seconds, CONNECTIONS, rate)]
    command = [sys.executable, "-m", "tests.bench.load", *words]
    times: list[float] = json.loads(
        subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    )
    return sorted(times)


def at(times: list[float], share: float) -> str:
    return f"{times[int(len(times) * share)] * 1000:.1f} ms"


def main() -> None:
    os.environ["TRUSTED_PROXIES"] = "127.0.0.1"
    with bench_world():
        from django.conf import settings
        from django.core.management import call_command
        from wagtail.models import Page

        from analytics.drain import drain_shard, shards

        def drain() -> int:
            return sum(drain_shard(shard, now=datetime.now(UTC)).entry_count for shard in shards())

        call_command("migrate", verbosity=0)
        page = Page.objects.filter(depth=2).first()
        assert page is not None
        drain()
        drain()
        os.environ["BENCH_REDIS_URL"] = os.environ["REDIS_URL"] = settings.REDIS_URL
        floors, rates, count = [], [], 0
        with (
            served("tests.bench.bare:application") as bare,
            served("cms.wsgi:application") as site,
        ):
            count += len(send(bare, page.pk, seconds=2) and send(site, page.pk, seconds=2))
            # In turns: what else the machine does hits both.
            for _ in range(ROUNDS):
                floors.append(len(send(bare, page.pk)) / SECONDS)
                times = send(site, page.pk)
                rates.append(len(times) / SECONDS)
                count += len(times)
            half = send(site, page.pk, rate=median(rates) / 2)
            count += len(half)
        # The client stops listening before the last answers come.
        assert count <= drain() <= count + (ROUNDS + 2) * CONNECTIONS
        ratios = sorted(rate / floor for rate, floor in zip(rates, floors, strict=True))
        report("floor: bare server, one XADD", f"{median(floors):,.0f} views/s")
        report(
            "intake, all steps",
            f"{median(rates):,.0f} views/s",
            ratio=f"{median(ratios):.2f} of floor",
            target="0.60 of floor",
        )
        report(f"  p99 at its maximum, {CONNECTIONS} connections", at(times, 0.99))
        report("  p99 at half its maximum", at(half, 0.99), target="20 ms")


if __name__ == "__main__":
    main()
