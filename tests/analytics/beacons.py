"""Requests as browsers send them."""

import json
import uuid
from datetime import UTC, datetime
from typing import Any

from analytics.events import Event, Kind
from analytics.intake import take_in

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/141.0.0.0 Safari/537.36"
)
VIEW_ID = uuid.UUID("6f1c2f7e-6f0c-4a55-9f0e-0d4a4d0e9c11")


def environ(**headers: str) -> dict[str, Any]:
    """Return what a server makes of a same-origin beacon; None takes a header away."""
    given = {
        "REMOTE_ADDR": "203.0.113.7",
        "HTTP_HOST": "testserver",
        "HTTP_USER_AGENT": FIREFOX,
        "HTTP_SEC_FETCH_SITE": "same-origin",
        "HTTP_SEC_FETCH_MODE": "cors",
        **headers,
    }
    return {name: value for name, value in given.items() if value is not None}


def body(page: int = 5, **fields: Any) -> bytes:
    return json.dumps({"id": str(VIEW_ID), "page": page, **fields}).encode()


def take(
    content: bytes,
    *,
    kind: Kind = Kind.VIEW,
    now: datetime = NOON,
    is_replay: bool = False,
    **headers: Any,
) -> Event:
    return take_in(kind, environ(**headers), content, now=now, is_replay=is_replay)
