"""A client that sends views over kept connections, as fast as they are answered or at a pace.

Run as `python -m tests.bench.load PORT PAGE SECONDS CONNECTIONS RATE`; a RATE of 0 is as fast as
it goes. It prints how many were answered and the time of each, in seconds, as JSON. Plain
sockets: the client must not be what is measured.
"""

import json
import os
import selectors
import socket
import sys
import time
from dataclasses import dataclass

AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
ANSWER = b"HTTP/1.1 204"


@dataclass(slots=True)
class Connection:
    socket: socket.socket
    sent_at: float = 0.0


def request(port: int, page: int, number: int) -> bytes:
    """Readers of their own, so that no limit is met."""
    body = b'{"id":"%s","page":%d,"ref":"","loc":"/"}' % (os.urandom(16).hex().encode(), page)
    return (
        b"POST /_/view HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUser-Agent: %s\r\n"
        b"Sec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: cors\r\n"
        b"X-Forwarded-For: 10.%d.%d.%d\r\nContent-Length: %d\r\n\r\n%s"
    ) % (
        port,
        AGENT.encode(),
        number >> 16 & 255,
        number >> 8 & 255,
        number & 255,
        len(body),
        body,
    )


def send_views(port: int, page: int, seconds: float, connections: int, rate: float) -> list[float]:
    selector = selectors.DefaultSelector()
    free: list[Connection] = []
    for _ in range(connections):
        link = socket.create_connection(("127.0.0.1", port), 5)
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection = Connection(link)
        selector.register(link, selectors.EVENT_READ, connection)
        free.append(connection)
    started = time.perf_counter()
    number, times = 0, []
    while (now := time.perf_counter()) < started + seconds:
        # At a pace, a view that finds no free connection is late from when it should have gone.
        while free and (not rate or started + number / rate <= now):
            connection = free.pop()
            connection.sent_at = started + number / rate if rate else time.perf_counter()
            connection.socket.sendall(request(port, page, number))
            number += 1
        for key, _ in selector.select(timeout=0.0005 if rate else 0.1):
            connection = key.data
            answer = connection.socket.recv(4096)
            assert answer.startswith(ANSWER), answer[:200]
            times.append(time.perf_counter() - connection.sent_at)
            free.append(connection)
    selector.close()
    return times


if __name__ == "__main__":
    port, page, connections = (int(sys.argv[place]) for place in (1, 2, 4))
    seconds, rate = float(sys.argv[3]), float(sys.argv[5])
    json.dump(send_views(port, page, seconds, connections, rate), sys.stdout)
