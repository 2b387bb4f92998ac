"""How many views intake acknowledges, against a bare server with one XADD on the same interface.

The client is Python as well and shares the machine: the figures are low, the ratio is what counts.
"""

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from tests.bench.world import bench_world, report

SECONDS = 8.0
CLIENTS = 8
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(application: str) -> Iterator[int]:
    """Serve an application with granian as the site does: one process, its usual threads."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--log-level", "error", application]
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


def hammer(port: int, page: int) -> tuple[float, list[float]]:
    """Send views for some seconds; return how many a second, and how long each took."""
    until = time.perf_counter() + SECONDS
    times: list[float] = []

    def send(client: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        headers = {"User-Agent": AGENT, "Sec-Fetch-Site": "same-origin"}
        number = 0
        while (started := time.perf_counter()) < until:
            number += 1
            # Readers of their own, so that no limit is met.
            headers["X-Forwarded-For"] = f"10.{client}.{number >> 8 & 255}.{number & 255}"
            body = json.dumps({"id": str(uuid.uuid4()), "page": page, "ref": "", "loc": "/"})
            connection.request("POST", "/_/view", body, headers)
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 204, answer.status
            times.append(time.perf_counter() - started)

    threads = [threading.Thread(target=send, args=(client,)) for client in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(times) / SECONDS, sorted(times)


def main() -> None:
    os.environ["TRUSTED_PROXIES"] = "127.0.0.1"
    with bench_world():
        from datetime import UTC, datetime

        from django.conf import settings
        from django.core.management import call_command
        from wagtail.models import Page

        from analytics.drain import drain_shard, shards

        call_command("migrate", verbosity=0)
        page = Page.objects.filter(depth=2).first()
        assert page is not None
        for _ in range(2):
            for shard in shards():
                drain_shard(shard, now=datetime.now(UTC))
        os.environ["BENCH_REDIS_URL"] = os.environ["REDIS_URL"] = settings.REDIS_URL
        with served("tests.bench.bare:application") as port:
            floor, _ = hammer(port, page.pk)
        with served("cms.wsgi:application") as port:
            hammer(port, page.pk)
            rate, times = hammer(port, page.pk)
        entries = sum(drain_shard(shard, now=datetime.now(UTC)).entry_count for shard in shards())
        assert entries >= len(times)
        report("floor: bare server, one XADD", f"{floor:,.0f} views/s")
        report(
            "intake, all steps",
            f"{rate:,.0f} views/s",
            ratio=f"{rate / floor:.2f} of floor",
            target="0.60 of floor",
        )
        report("  p99 at its maximum", f"{times[int(len(times) * 0.99)] * 1000:.1f} ms")


if __name__ == "__main__":
    main()
