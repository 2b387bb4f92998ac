"""How many comments are taken a second over the real server, every check on, and how a long
thread renders.

The floor is the same server with one INSERT for each request. Client, server and database share
the machine: the figures are low, the ratio is what counts.
"""

import http.client
import os
import statistics
import threading
import time
import uuid
from typing import Any
from urllib.parse import urlencode

from tests.bench.bench_intake import served
from tests.bench.world import bench_world, report, seconds

SECONDS = 10.0
CLIENTS = 6
THREAD = 2000


class Sender:
    """Readers of their own, so that no limit is met and no two comments are alike."""

    def __init__(self, port: int, path: str, ticket: str) -> None:
        self.port, self.path, self.ticket = port, path, ticket
        self.times: list[float] = []

    def send(self, connection: http.client.HTTPConnection, client: int, number: int) -> None:
        unique = uuid.uuid4().hex
        body = urlencode(
            {
                "name": "Jo Beispiel",
                "email": f"{unique}@example.org",
                "text": f"Ein Kommentar von mittlerer Länge, wie ihn Leute schreiben: {unique}. "
                "Er hat zwei Absätze.\n\nUnd hier endet er.",
                "consent": "1",
                "homepage": "",
                "ticket": self.ticket,
                "parent": "",
            }
        )
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Sec-Fetch-Site": "same-origin",
            "X-Forwarded-For": f"10.{client}.{number >> 8 & 255}.{number & 255}",
        }
        started = time.perf_counter()
        connection.request("POST", self.path, body, headers)
        answer = connection.getresponse()
        answer.read()
        assert answer.status in (204, 303), answer.status
        self.times.append(time.perf_counter() - started)

    def at_full_speed(self) -> float:
        """Return how many a second are taken."""
        return self._run(CLIENTS, 0.0)

    def at_rate(self, rate: float) -> float:
        """Send `rate` a second, evenly; return the 95th percentile in milliseconds."""
        self._run(CLIENTS, CLIENTS / rate)
        return statistics.quantiles(self.times, n=20)[-1] * 1000

    def _run(self, clients: int, pace: float) -> float:
        self.times = []
        began = time.perf_counter()

        def work(client: int) -> None:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
            due = began + pace * client / clients
            number = 0
            while time.perf_counter() < began + SECONDS:
                number += 1
                if pace:
                    time.sleep(max(0.0, due - time.perf_counter()))
                    due += pace
                self.send(connection, client, number)
            connection.close()

        threads = [threading.Thread(target=work, args=(client,)) for client in range(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return len(self.times) / (time.perf_counter() - began)


def make_article() -> Any:
    from wagtail.models import Page, Site

    from home.models import HomePage
    from news.models import ArticlePage, SectionPage

    root = Page.objects.get(depth=1)
    home = root.add_child(instance=HomePage(title="Bench", slug="bench"))
    Site.objects.update(root_page=home)
    section = home.add_child(instance=SectionPage(title="Wirtschaft", slug="wirtschaft"))
    article = section.add_child(instance=ArticlePage(title="Die Mieten steigen", slug="mieten"))
    article.save_revision().publish()
    return ArticlePage.objects.get(pk=article.pk)


def fill_thread(article: Any) -> None:
    """A thread of 2,000 published comments, every fourth a reply."""
    from datetime import timedelta

    from django.utils import timezone

    from news.comments.models import ReaderComment

    began = timezone.now() - timedelta(days=2)

    def build(number: int, parent: int | None) -> ReaderComment:
        moment = began + timedelta(seconds=number)
        return ReaderComment(
            article=article,
            parent_id=parent,
            name=f"Leserin {number}",
            text="Das sehe ich anders. " * 12 + f"\n\nSiehe https://example.org/{number}",
            state="published",
            language="de",
            submitted_at=moment,
            confirmed_at=moment,
            published_at=moment,
            ticket_digest=f"{number:064x}",
            subject=f"{number:064x}",
        )

    roots = ReaderComment.objects.bulk_create(build(n, None) for n in range(THREAD * 3 // 4))
    ReaderComment.objects.bulk_create(
        build(THREAD + n, roots[n % len(roots)].pk) for n in range(THREAD // 4)
    )


def measure_page(article: Any) -> tuple[float, int]:
    """Return the median of rendering the article uncached, in milliseconds, and its queries."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client()

    def get() -> None:
        assert client.get(article.url).status_code == 200

    get()
    with CaptureQueriesContext(connection) as queries:
        get()
    return statistics.median(seconds(get) for _ in range(20)) * 1000, len(queries)


def main() -> None:
    os.environ |= {
        "TRUSTED_PROXIES": "127.0.0.1",
        # The counters count; they only never say no.
        "COMMENTS_PER_NETWORK": "1000000",
        "COMMENTS_PROOF_PER_NETWORK": "1000000",
        "COMMENTS_PROOF_PER_ARTICLE": "1000000",
        "COMMENTS_PROOF_PER_SITE": "1000000",
        "ALLOWED_HOSTS": "*",
        "WEB_THREADS": "4",
    }
    with bench_world():
        from datetime import UTC, datetime, timedelta

        from django.conf import settings
        from django.core.management import call_command
        from django.db import connection

        from news.comments import tickets
        from news.comments.models import ReaderComment
        from news.consent.models import ConsentText

        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        article = make_article()
        shown = ConsentText.objects.get(purpose="publish", language="de")
        optional = ConsentText.objects.filter(language="de", is_required=False)
        ticket = tickets.issue(
            article_id=article.pk,
            text_id=shown.pk,
            language="de",
            optional_ids=optional.values_list("pk", flat=True),
            now=datetime.now(UTC) - timedelta(minutes=1),
        )
        path = f"/_/comments/{article.pk}/"
        os.environ["REDIS_URL"] = settings.REDIS_URL
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE bench_floor (id varchar(40), body text)")
        with served("tests.bench.bare_insert:application") as port:
            floor = Sender(port, path, ticket).at_full_speed()
        with served("cms.wsgi:application") as port:
            sender = Sender(port, path, ticket)
            sender.at_full_speed()  # warm: templates, connections, what is kept in memory
            rate = sender.at_full_speed()
            assert ReaderComment.objects.count() >= len(sender.times)
            p95 = sender.at_rate(100)
        report("floor: bare server, one INSERT", f"{floor:,.0f} requests/s")
        report(
            f"comments taken, all checks on, {connection.vendor}",
            f"{rate:,.0f} comments/s",
            ratio=f"{rate / floor:.2f} of floor",
            target="200 a second",
        )
        report("  p95 at 100 a second", f"{p95:.1f} ms", target="60 ms")
        fill_thread(article)
        median, queries = measure_page(article)
        report(
            f"article with {THREAD:,} comments, first page, uncached",
            f"{median:.1f} ms",
            ratio=f"{queries} queries",
            target="60 ms",
        )


if __name__ == "__main__":
    main()
