"""What a page costs in processor time when no cache answers it: article, section, front page.

The floor is an empty view behind the same middleware, in the same process.
"""

import io
import sys
import time
from collections.abc import Callable, Iterable
from statistics import median
from typing import Any

from tests.bench.world import bench_world, report

TIMES = 200
Application = Callable[..., Iterable[bytes]]


def process_seconds(application: Application, path: str) -> list[float]:
    """Ask for a page over and over; return what each time cost this process."""
    taken = []
    for _ in range(TIMES):
        started = time.process_time()
        status = ask(application, path)
        taken.append(time.process_time() - started)
        assert status == "200 OK", (path, status)
    return taken


def ask(application: Application, path: str) -> str:
    statuses: list[str] = []
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "127.0.0.1:8000",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
    }
    parts: Any = application(environ, lambda status, *_: statuses.append(status))
    b"".join(parts)
    parts.close()
    return statuses[0]


def main() -> None:
    with bench_world():
        from django.core.management import call_command
        from django.core.wsgi import get_wsgi_application
        from django.http import HttpResponse
        from django.urls import path

        from cms import urls
        from cms.page_cache import fragments

        call_command("migrate", verbosity=0)
        call_command("seed_newsroom", verbosity=0)
        call_command("seed_comments", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        urls.urlpatterns.insert(0, path("empty", lambda request: HttpResponse(b"")))
        # Django itself: no page cache stands before it.
        application: Any = get_wsgi_application()

        from news.models import ArticlePage, SectionPage

        articles = ArticlePage.objects.published().newest_first()
        addresses = [str(article.url) for article in articles[:20]]
        for address in addresses:
            ask(application, address)
        ask(application, "/empty")
        floor = median(process_seconds(application, "/empty"))
        report("floor: empty view, same middleware", ms(floor))
        first = []
        for address in addresses:
            fragments.forget_all()
            ask(application, "/suche/")
            started = time.process_time()
            ask(application, address)
            first.append(time.process_time() - started)
        report("article, nothing of it rendered yet", ms(median(first)), ratio=of(first, floor))
        taken = [t for address in addresses[:5] for t in process_seconds(application, address)]
        report("article, no page cache", ms(median(taken)), ratio=of(taken, floor), target="5 ms")
        report("  p99", ms(sorted(taken)[int(len(taken) * 0.99)]))
        for name, address in (
            ("section", str(SectionPage.objects.live().order_by("path")[0].url)),
            ("front page", "/"),
        ):
            ask(application, address)
            taken = process_seconds(application, address)
            report(f"{name}, no page cache", ms(median(taken)), ratio=of(taken, floor))


def of(taken: list[float], floor: float) -> str:
    return f"{median(taken) / floor:.1f} x floor"


def ms(duration: float) -> str:
    return f"{duration * 1000:.2f} ms"


if __name__ == "__main__":
    main()
