"""A client that sends comments over kept connections, each from a reader of its own.

Run as `python -m tests.bench.comment_load PORT PATH TICKET SECONDS CONNECTIONS RATE`; a RATE of 0
is as fast as they are answered. It prints the time of each, in seconds, as JSON. Plain sockets:
the client must not be what is measured.
"""

import json
import os
import selectors
import socket
import sys
import time
from dataclasses import dataclass
from urllib.parse import quote_plus

TAKEN = (b"HTTP/1.1 303", b"HTTP/1.1 204")
TEXT = (
    "Ein Kommentar von mittlerer Länge, wie ihn Leute schreiben: UNIQUE. "
    "Er hat zwei Absätze.\n\nUnd hier endet er."
)


@dataclass(slots=True)
class Connection:
    socket: socket.socket
    sent_at: float = 0.0


def make_template(port: int, path: str, ticket: str) -> tuple[bytes, bytes]:
    """Return head and body with places for what differs."""
    body = (
        f"name=Jo+Beispiel&email=UNIQUE%40example.org&text={quote_plus(TEXT)}&consent=1"
        f"&homepage=&ticket={quote_plus(ticket)}&parent="
    )
    length = len(body) - 2 * len("UNIQUE") + 2 * 32
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nSec-Fetch-Site: same-origin\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\nX-Forwarded-For: NETWORK\r\n"
        f"Content-Length: {length}\r\n\r\n"
    )
    return head.encode(), body.encode()


def send_comments(
    port: int, path: str, ticket: str, seconds: float, connections: int, rate: float
) -> list[float]:
    head, body = make_template(port, path, ticket)
    selector = selectors.DefaultSelector()
    free: list[Connection] = []
    for _ in range(connections):
        link = socket.create_connection(("127.0.0.1", port), 5)
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection = Connection(link)
        selector.register(link, selectors.EVENT_READ, connection)
        free.append(connection)
    started = time.perf_counter()
    number, busy, times = 0, 0, []
    while (now := time.perf_counter()) < started + seconds or busy:
        is_over = now >= started + seconds
        # At a pace, a comment that finds no free connection is late from when it should have gone.
        while free and not is_over and (not rate or started + number / rate <= now):
            connection = free.pop()
            connection.sent_at = started + number / rate if rate else time.perf_counter()
            network = b"10.%d.%d.%d" % (number >> 16 & 255, number >> 8 & 255, number & 255)
            unique = os.urandom(16).hex().encode()
            connection.socket.sendall(
                head.replace(b"NETWORK", network) + body.replace(b"UNIQUE", unique)
            )
            number, busy = number + 1, busy + 1
        for key, _ in selector.select(timeout=0.001 if rate else 0.1):
            connection = key.data
            answer = connection.socket.recv(65536)
            assert answer.startswith(TAKEN), answer[:400]
            times.append(time.perf_counter() - connection.sent_at)
            free.append(connection)
            busy -= 1
    selector.close()
    return times


if __name__ == "__main__":
    port, connections = int(sys.argv[1]), int(sys.argv[5])
    seconds, rate = float(sys.argv[4]), float(sys.argv[6])
    json.dump(
        send_comments(port, sys.argv[2], sys.argv[3], seconds, connections, rate), sys.stdout
    )
