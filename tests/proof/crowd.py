"""Many readers at once from one process: pages, beacons and searches, at a pace or flat out.

Run as `python -m tests.proof.crowd`, which reads its orders as JSON from standard input. It
prints a line of JSON for each second, and at the end which views were acknowledged. A view that
is refused or not answered is sent again with the same id, until it is acknowledged.

Plain sockets and one loop: the client shares the machine with what it asks.
"""

import contextlib
import json
import os
import random
import re
import selectors
import socket
import sys
import time
from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from typing import Any, TextIO

AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.I)
PATIENCE_SECONDS = 10.0
AGAIN_SECONDS = 2.0
LAST_TRIES_SECONDS = 90.0
# Of a hundred requests; the rest are views.
PAGES, SEARCHES, OTHERS = 56, 2, 1
SEARCHED = ("hafen", "haushalt", "kr%C3%A4ne", "gibtesnicht")


@dataclass(frozen=True, slots=True)
class Orders:
    """What the crowd shall do; `rate` is in requests a second, 0 is as fast as it goes."""

    ports: list[int]
    pages: list[tuple[int, str]]
    seconds: float
    rate: float = 0
    connections: int = 24
    # Of the pages, those that no editor touches: they are counted apart.
    untouched: list[str] = field(default_factory=list)
    seed: int = 1


@dataclass(slots=True)
class Call:
    kind: str
    text: bytes
    page: int = 0
    due_at: float = 0.0
    is_again: bool = False


@dataclass(slots=True)
class Link:
    """A connection, and the call it waits for."""

    port: int
    wire: socket.socket | None = None
    call: Call | None = None
    sent_at: float = 0.0
    received: bytes = b""
    free_at: float = 0.0


@dataclass(slots=True)
class Second:
    """What came back within one second."""

    answers: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    slowest_ms: dict[str, float] = field(default_factory=lambda: defaultdict(float))


class Crowd:
    def __init__(self, orders: Orders, out: TextIO) -> None:
        self.orders = orders
        self.out = out
        self.dice = random.Random(orders.seed)
        self.selector = selectors.DefaultSelector()
        ports = orders.ports
        self.links = [Link(ports[n % len(ports)]) for n in range(orders.connections)]
        # Those who try again must not keep the others from asking.
        self.again: deque[Call] = deque()
        self.retrying, self.most_retries = 0, max(1, orders.connections // 4)
        self.acknowledged: Counter[int] = Counter()
        self.seconds: dict[int, Second] = defaultdict(Second)
        self.number = self.sent = 0
        # Some pages are read far more often than others.
        self.weights = [1 / (place + 1) for place in range(len(orders.pages))]

    def run(self) -> None:
        """Ask for so many seconds, then only until every view is acknowledged."""
        started = time.monotonic()
        end = started + self.orders.seconds
        told = int(time.time())
        while True:
            now = time.monotonic()
            if now > end and self._is_quiet():
                break
            if now > end + LAST_TRIES_SECONDS:
                break
            self._send(now, started, end)
            for key, _ in self.selector.select(timeout=0.002):
                self._receive(key.data)
            self._lose_patience(now)
            if int(time.time()) > told + 1:
                told = self._tell(told)
        self._tell(told, whole=True)
        self._say({"acknowledged": self.acknowledged, "open": len(self.again)})

    def _is_quiet(self) -> bool:
        return not self.again and all(link.call is None for link in self.links)

    def _send(self, now: float, started: float, end: float) -> None:
        for link in self.links:
            if link.call is not None or link.free_at > now:
                continue
            call = self._next(now, started, end)
            if call is None:
                return
            self._ask(link, call, now)

    def _next(self, now: float, started: float, end: float) -> Call | None:
        if self.again and self.again[0].due_at <= now and self.retrying < self.most_retries:
            self.retrying += 1
            return self.again.popleft()
        if now > end:
            return None
        rate = self.orders.rate
        if rate and started + self.sent / rate > now:
            return None
        # What the site could not take is not asked for later: readers do not queue up.
        if rate and started + self.sent / rate < now - 1:
            self.sent = int((now - started) * rate)
        self.sent += 1
        return self._make()

    def _make(self) -> Call:
        [(page, path)] = self.dice.choices(self.orders.pages, self.weights)
        self.number += 1
        kind = self.dice.randrange(100)
        if kind < PAGES:
            is_kept = path in self.orders.untouched
            return Call("untouched page" if is_kept else "page", self._get(path))
        if kind < PAGES + SEARCHES:
            return Call("search", self._get(f"/suche/?q={self.dice.choice(SEARCHED)}"))
        if kind < PAGES + SEARCHES + OTHERS:
            return Call("most read", self._get("/api/most-read/?limit=5"))
        body = b'{"id":"%s","page":%d,"ref":"","loc":"/"}' % (
            os.urandom(16).hex().encode(),
            page,
        )
        text = (
            b"POST /_/view HTTP/1.1\r\n%sSec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: cors\r\n"
            b"Content-Length: %d\r\n\r\n%s"
        ) % (self._headers(), len(body), body)
        return Call("view", text, page)

    def _get(self, path: str) -> bytes:
        return b"GET %s HTTP/1.1\r\nAccept-Encoding: gzip, br\r\n%s\r\n" % (
            path.encode(),
            self._headers(),
        )

    def _headers(self) -> bytes:
        """Readers of many networks, as a proxy would name them."""
        n = self.number
        return b"Host: 127.0.0.1\r\nUser-Agent: %s\r\nX-Forwarded-For: 10.%d.%d.%d\r\n" % (
            AGENT.encode(),
            n >> 16 & 255,
            n >> 8 & 255,
            n & 255,
        )

    def _ask(self, link: Link, call: Call, now: float) -> None:
        link.call, link.sent_at, link.received = call, now, b""
        try:
            if link.wire is None:
                link.wire = socket.create_connection(("127.0.0.1", link.port), PATIENCE_SECONDS)
                link.wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.selector.register(link.wire, selectors.EVENT_READ, link)
            link.wire.sendall(call.text)
        except OSError:
            self._give_up(link)

    def _receive(self, link: Link) -> None:
        assert link.wire
        try:
            part = link.wire.recv(262_144)
        except OSError:
            part = b""
        if not part or link.call is None:
            self._give_up(link)
            return
        link.received += part
        status = _whole(link.received)
        if status is None:
            return
        call, link.call = link.call, None
        self._note(call, status, time.monotonic() - link.sent_at)
        if b"\r\nconnection: close" in link.received[:2000].lower():
            self._close(link)

    def _lose_patience(self, now: float) -> None:
        for link in self.links:
            if link.call is not None and now - link.sent_at > PATIENCE_SECONDS:
                self._give_up(link)

    def _give_up(self, link: Link) -> None:
        """Nobody answered: status 0; a new connection after a moment, to the next server."""
        call, link.call = link.call, None
        waited = time.monotonic() - link.sent_at
        self._close(link)
        link.free_at = time.monotonic() + 0.1
        ports = self.orders.ports
        link.port = ports[(ports.index(link.port) + 1) % len(ports)]
        if call is not None:
            self._note(call, 0, waited)

    def _close(self, link: Link) -> None:
        if link.wire is not None:
            with contextlib.suppress(KeyError, ValueError):
                self.selector.unregister(link.wire)
            link.wire.close()
            link.wire = None

    def _note(self, call: Call, status: int, seconds: float) -> None:
        self.retrying -= call.is_again
        second = self.seconds[int(time.time())]
        second.answers[call.kind][status] += 1
        second.slowest_ms[call.kind] = max(second.slowest_ms[call.kind], seconds * 1000)
        if call.kind != "view":
            return
        if status == 204:
            self.acknowledged[call.page] += 1
        else:
            call.due_at, call.is_again = time.monotonic() + AGAIN_SECONDS, True
            self.again.append(call)

    def _tell(self, told: int, *, whole: bool = False) -> int:
        """Print every second that is over; return the last one printed."""
        over = int(time.time()) - (0 if whole else 1)
        for moment in range(told, over + 1):
            second = self.seconds.pop(moment, Second())
            self._say({"at": moment, "answers": second.answers, "slowest_ms": second.slowest_ms})
        return over + 1

    def _say(self, what: dict[str, Any]) -> None:
        self.out.write(json.dumps(what) + "\n")
        self.out.flush()


def _whole(received: bytes) -> int | None:
    """Return the status of an answer that is all there; None while it is not."""
    end = received.find(b"\r\n\r\n")
    if end < 0:
        return None
    status = int(received[9:12])
    if status in (204, 304):
        return status
    length = LENGTH.search(received, 0, end)
    if length:
        return status if len(received) >= end + 4 + int(length[1]) else None
    return status if received.endswith(b"0\r\n\r\n") else None


if __name__ == "__main__":
    Crowd(Orders(**json.load(sys.stdin)), sys.stdout).run()
