"""The floor of taking a comment: a server that answers 204 after one INSERT and asks nothing."""

import uuid
from collections.abc import Callable, Iterable
from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402  after the set-up


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bench_floor VALUES (%s, %s)", [str(uuid.uuid4()), body.decode()]
        )
    start_response("204 No Content", [("Cache-Control", "no-store")])
    return [b""]
