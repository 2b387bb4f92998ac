"""A tiny site behind the page cache: counts its renderings, and time stands where we put it."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from cms.page_cache.hearing import Hearing
from cms.page_cache.store import Store
from cms.page_cache.tags import TAGS_HEADER
from cms.page_cache.wsgi import PageCache


class Clock:
    """Both clocks of a store, moved by hand."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.start = time.time()

    def wall(self) -> float:
        return self.start + self.passed

    def steady(self) -> float:
        return 1000 + self.passed


@dataclass
class Site:
    """What Django is to the cache: an application that tags its answers."""

    tags: str = "page:1 navigation"
    status: str = "200 OK"
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b"<p>Guten Tag</p>" * 50
    renderings: int = 0
    queries: list[str] = field(default_factory=list)
    while_rendering: Callable[[], None] = lambda: None

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.renderings += 1
        self.queries.append(environ.get("QUERY_STRING", ""))
        self.while_rendering()
        tags = [(TAGS_HEADER, self.tags)] if self.tags else []
        start_response(self.status, [("Content-Type", "text/html"), *self.headers, *tags])
        return [self.body]


@dataclass
class Answer:
    status: str
    headers: dict[str, str]
    body: bytes

    @property
    def cache(self) -> str | None:
        return self.headers.get("X-Cache")


class Process:
    """One web process: its own memory in front of the shared Redis."""

    def __init__(self, site: Site, clock: Clock | None = None, **options: Any) -> None:
        self.clock = clock or Clock()
        self.store = Store(
            **{"fresh_seconds": 30, "stale_seconds": 30, **options},
            clock=self.clock.wall,
            hearing=Hearing(self.clock.steady),
        )
        self.application = PageCache(site, self.store)

    def get(self, path: str = "/artikel/", method: str = "GET", **headers: str) -> Answer:
        path, _, query = path.partition("?")
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "HTTP_HOST": "testserver",
            "wsgi.url_scheme": "http",
            **{f"HTTP_{name.upper()}": value for name, value in headers.items()},
        }
        started: list[Any] = []
        parts = self.application(environ, lambda *answer: started.append(answer))
        body = b"".join(parts)
        ((status, received),) = started
        assert len({name for name, _ in received}) == len(received)
        return Answer(status, dict(received), body)
