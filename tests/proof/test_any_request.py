"""A hundred thousand requests that nobody in his right mind would send, to running processes.

FUZZ_REQUESTS names another number. Slow is what costs a web process two seconds of its
processor: the clock on the wall also counts whoever else computes on this machine.
"""

import os
import socket
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings

from tests.fuzz.requests import Odd, odd_requests, public_routes
from tests.proof.whole_site import Site, command_line

REQUESTS = int(os.environ.get("FUZZ_REQUESTS", "100000"))
SLOW_SECONDS = 2.0
PATIENCE_SECONDS = 60.0
TOLD_EVERY = 10_000
TICKS = os.sysconf("SC_CLK_TCK")

pytestmark = [
    pytest.mark.proof,
    pytest.mark.timeout(REQUESTS * 0.1 + 600),
    pytest.mark.xdist_group("serial"),
]


@dataclass
class Door:
    """Sends one request over a connection of its own, and looks what it cost."""

    site: Site
    pids: list[int]
    statuses: Counter[int] = field(default_factory=Counter)
    most_cpu_seconds: float = 0.0
    failed: list[tuple[int, Odd]] = field(default_factory=list)
    slow: list[tuple[float, Odd]] = field(default_factory=list)

    def send(self, odd: Odd) -> None:
        before = self._cpu_seconds()
        status = self._ask(odd)
        seconds = self._cpu_seconds() - before
        self.statuses[status] += 1
        self.most_cpu_seconds = max(self.most_cpu_seconds, seconds)
        if status >= 500 and not (odd.path == "/health/" and status == 503):
            self.failed.append((status, odd))
        if seconds > SLOW_SECONDS:
            self.slow.append((seconds, odd))

    def _ask(self, odd: Odd) -> int:
        """Return the status; 0 if the server hung up, -1 if it says nothing at all."""
        with socket.create_connection(("127.0.0.1", self.site.port), PATIENCE_SECONDS) as wire:
            try:
                wire.sendall(on_the_wire(odd))
                answer = wire.recv(65_536)
                while part := wire.recv(65_536):
                    if len(answer) < 20:
                        answer += part
            except TimeoutError:
                return -1
            except OSError:
                return 0
        return int(answer[9:12]) if answer.startswith(b"HTTP/1.") else 0

    def _cpu_seconds(self) -> float:
        total = 0
        for pid in self.pids:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
        return total / TICKS


def on_the_wire(odd: Odd) -> bytes:
    """Return the bytes of a request; nothing in them but its framing is tidied up."""
    path = quote(odd.path.encode("latin-1"), safe="/~@:!$&'()*+,;=")
    path = path if path.startswith("/") else f"/{path}"
    query = odd.query.encode("latin-1", "replace").translate(_BLANKS)
    lines = [
        odd.method.encode()
        + b" "
        + path.encode()
        + (b"?" + query if query else b"")
        + b" HTTP/1.1",
        b"Host: 127.0.0.1",
        b"Connection: close",
    ]
    for name, value in odd.headers.items():
        name = name.removeprefix("HTTP_").replace("_", "-")
        lines.append(name.encode() + b": " + value.encode("latin-1", "replace"))
    if odd.body:
        lines += [b"Content-Type: " + odd.content_type.encode()] if odd.content_type else []
        lines.append(b"Content-Length: %d" % len(odd.body))
    return b"\r\n".join(lines) + b"\r\n\r\n" + odd.body


_BLANKS = bytes.maketrans(b" \r\n\0", b"++++")


def test_nothing_that_is_sent_breaks_a_running_site(whole_site: Site, capsys: Any) -> None:
    site = whole_site
    site.manage("serve", "--prepare-only")
    pages = [path for _, path in site.ask("fill", 3)]
    site.start()
    addresses = [*public_routes(), *pages, "/_/comments/5/", "/static/", "/media/images/x.jpg"]
    door = Door(site, site.web_workers())
    started = time.monotonic()

    @settings(
        max_examples=REQUESTS,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(odd=odd_requests(addresses))
    def anything(odd: Odd) -> None:
        door.send(odd)
        if door.statuses.total() % TOLD_EVERY == 0:
            tell()

    def tell() -> None:
        with capsys.disabled():
            sys.stdout.write(
                f"\n{door.statuses.total():,} requests to {len(addresses)} addresses in "
                f"{time.monotonic() - started:.0f} s; statuses "
                f"{dict(sorted(door.statuses.items()))}; "
                f"the dearest took {door.most_cpu_seconds:.2f} s of processor time\n"
            )
            sys.stdout.flush()

    anything()
    tell()

    assert door.failed == [], "\n".join(map(str, door.failed))
    assert door.slow == []
    assert door.statuses[-1] == 0
    assert all("cms.web" in command_line(pid) for pid in door.pids), "a web process died"
    assert door.pids == site.web_workers()
