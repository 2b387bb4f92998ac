"""The short way of a beacon: answered before Django's middleware, by the same intake."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.db import DatabaseError, connections
from prometheus_client import Counter

from analytics import buffer
from analytics.events import DropReason, Kind
from analytics.intake import MAX_BODY_BYTES, take_in
from cms.operation import metrics

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

CONNECTION_CHECK_SECONDS = 1.0
METHODS = "OPTIONS, POST"
STATUS_LINES = {
    204: "204 No Content",
    400: "400 Bad Request",
    413: "413 Content Too Large",
    503: "503 Service Unavailable",
}
STATUS_OF_DROP: dict[str, int] = {DropReason.MALFORMED: 400, DropReason.TOO_LARGE: 413}


def receive(
    kind: Kind,
    environ: Mapping[str, Any],
    body: bytes,
    *,
    now: datetime,
    is_noscript: bool = False,
) -> int:
    """Take a beacon in, store what it amounts to and return the status to answer with.

    A sender learns nothing about accepted or dropped: 204 for both.
    """
    try:
        event = take_in(kind, environ, body, now=now, is_noscript=is_noscript)
    except DatabaseError:
        _state.looked_at = -CONNECTION_CHECK_SECONDS
        return 503
    try:
        place = buffer.accept(event, now=now)
    except buffer.NotStored:
        _counter(kind, event.reason, "nowhere").inc()
        return 503
    _counter(kind, event.reason, place).inc()
    return STATUS_OF_DROP.get(event.reason, 204)


@lru_cache(maxsize=128)
def _counter(kind: Kind, reason: str, place: str) -> Counter:
    return metrics.intake.labels(kind.name.lower(), reason or "accepted", place)


def read_body(environ: Mapping[str, Any]) -> bytes:
    """Read at most one byte more than is allowed: enough to see that it is too much."""
    try:
        length = int(environ.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return b""
    coding = environ.get("HTTP_TRANSFER_ENCODING")
    if coding and "chunked" in coding.lower():
        length = MAX_BODY_BYTES + 1
    body: bytes = environ["wsgi.input"].read(min(length, MAX_BODY_BYTES + 1))
    return body


class _ThreadState(threading.local):
    looked_at = -CONNECTION_CHECK_SECONDS


_state = _ThreadState()


def _close_stale_connections() -> None:
    """Do what Django does at each request, but once a second: most beacons ask no database."""
    clock = time.monotonic()
    if clock - _state.looked_at < CONNECTION_CHECK_SECONDS:
        return
    _state.looked_at = clock
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()


class Doorway:
    """Answer `POST /_/view` and `/_/read` at once; everything else goes on to `application`.

    `OPTIONS` asks whether the door is there: it is answered, and nothing is counted.
    """

    def __init__(self, application: Application, *, paths: Mapping[str, Kind]) -> None:
        self.application = application
        self.paths = paths

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        kind = self.paths.get(environ["PATH_INFO"])
        if kind is None or environ["REQUEST_METHOD"] not in ("POST", "OPTIONS"):
            return self.application(environ, start_response)
        if environ["REQUEST_METHOD"] == "OPTIONS":
            start_response(STATUS_LINES[204], [("Allow", METHODS), ("Cache-Control", "no-store")])
            return [b""]
        _close_stale_connections()
        status = receive(kind, environ, read_body(environ), now=datetime.now(UTC))
        headers = [("Cache-Control", "no-store")]
        if status != 204:
            headers.append(("Content-Length", "0"))
        start_response(STATUS_LINES[status], headers)
        return [b""]
