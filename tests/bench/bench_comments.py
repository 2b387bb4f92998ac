"""How many comments are taken a second over the real server, every check on, and how a long
thread renders.

Web processes as the site runs them, the worker for mail and upkeep beside them, and a mail server
that takes what it sends. The floor is the same server with one INSERT for each request. Client,
server, worker and database share the machine: the figures are low, the ratio is what counts.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.bench.bench_intake import free_port
from tests.bench.web import served
from tests.bench.world import bench_world, report, seconds

SECONDS = 10.0
CONNECTIONS = 6
THREAD = 2000
# The counters count; they only never say no.
NO_LIMITS = {
    "TRUSTED_PROXIES": "127.0.0.1",
    "COMMENTS_PER_NETWORK": "1000000",
    "COMMENTS_PROOF_PER_NETWORK": "1000000",
    "COMMENTS_PROOF_PER_ARTICLE": "1000000",
    "COMMENTS_PROOF_PER_SITE": "1000000",
    "ALLOWED_HOSTS": "*",
}


class Sender:
    """Sends comments to one server, in a process of its own."""

    def __init__(self, port: int, path: str, ticket: str) -> None:
        self.target = [str(port), path, ticket]

    def at_full_speed(self) -> float:
        """Return how many a second are taken."""
        return len(self._send(0)) / SECONDS

    def at_rate(self, rate: float) -> float:
        """Send `rate` a second, evenly; return the 95th percentile in milliseconds."""
        return statistics.quantiles(self._send(rate), n=20)[-1] * 1000

    def _send(self, rate: float) -> list[float]:
        words = [*self.target, str(SECONDS), str(CONNECTIONS), str(rate)]
        command = [sys.executable, "-m", "tests.bench.comment_load", *words]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
        times: list[float] = json.loads(done.stdout)
        return times


@contextmanager
def beside(*arguments: str) -> Iterator[None]:
    """Run a process for as long as it is needed."""
    process = subprocess.Popen([sys.executable, "-m", *arguments])
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


def seconds_until_sent() -> float:
    """Return how long the worker still needs for the mails that wait."""
    from cms.outbox.models import Mail, MailState

    began = time.perf_counter()
    while Mail.objects.filter(state=MailState.WAITING).exists():
        time.sleep(0.1)
        assert time.perf_counter() < began + 60
    return time.perf_counter() - began


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


def make_ticket(article: Any) -> str:
    """Return what the form below an article carries, a minute old."""
    from datetime import UTC, datetime, timedelta

    from news.comments import tickets
    from news.consent.models import ConsentText

    optional = ConsentText.objects.filter(language="de", is_required=False)
    return tickets.issue(
        article_id=article.pk,
        text_id=ConsentText.objects.get(purpose="publish", language="de").pk,
        language="de",
        optional_ids=optional.values_list("pk", flat=True),
        now=datetime.now(UTC) - timedelta(minutes=1),
    )


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
    """Return the median of rendering the article, in milliseconds, and its queries.

    Nothing is cached, not even the parts that pages share.
    """
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from cms.page_cache import fragments

    client = Client()

    def get() -> None:
        fragments.forget_all()
        assert client.get(article.url).status_code == 200

    get()
    with CaptureQueriesContext(connection) as queries:
        get()
    count = len(queries)  # the next request forgets them
    return statistics.median(seconds(get) for _ in range(20)) * 1000, count


def main() -> None:
    mail_port = free_port()
    os.environ |= {"MAIL_URL": f"smtp://127.0.0.1:{mail_port}", **NO_LIMITS}
    with bench_world():
        from django.conf import settings
        from django.core.management import call_command
        from django.db import connection

        from cms.outbox.models import Mail, MailState
        from news.comments.models import ReaderComment

        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        article = make_article()
        ticket = make_ticket(article)
        path = f"/_/comments/{article.pk}/"
        os.environ["REDIS_URL"] = settings.REDIS_URL
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE bench_floor (id varchar(40), body text)")
        connection.close()
        with served("tests.bench.bare_insert:application") as server:
            floor = Sender(server.port, path, ticket).at_full_speed()
        worker = ["celery", "--quiet", "-A", "cms", "worker", "--beat", "--pool", "threads"]
        worker += ["--queues", "mail,upkeep", "--concurrency", "2", "--loglevel", "error"]
        worker += ["--schedule", str(settings.VAR_DIR / "beat"), "--without-gossip"]
        with (
            beside("tests.bench.mail_sink", str(mail_port)),
            beside(*worker),
            served("cms.wsgi:application") as server,
        ):
            sender = Sender(server.port, path, ticket)
            sender.at_full_speed()  # warm: templates, connections, what is kept in memory
            rate = sender.at_full_speed()
            late = seconds_until_sent()
            p95 = sender.at_rate(100)
            seconds_until_sent()
            assert (
                Mail.objects.filter(state=MailState.SENT).count() == ReaderComment.objects.count()
            )
            assert ReaderComment.objects.count() > SECONDS * rate
        report("floor: bare server, one INSERT", f"{floor:,.0f} requests/s")
        report(
            f"comments taken, all checks on, {connection.vendor}",
            f"{rate:,.0f} comments/s",
            ratio=f"{rate / floor:.2f} of floor",
            target="200 a second",
        )
        report("  their mails all sent after the last comment", f"{late:.1f} s")
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
