"""The floor of intake: a server that answers 204 after one XADD and asks nothing."""

import os
from collections.abc import Callable, Iterable
from typing import Any

import redis

client = redis.Redis.from_url(os.environ["BENCH_REDIS_URL"])


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    client.xadd("bare", {"e": body})
    start_response("204 No Content", [("Cache-Control", "no-store")])
    return [b""]
