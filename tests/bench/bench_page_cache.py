"""How fast the page cache answers, against a bare server that sends the same bytes."""

import http.client
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench.bench_comments import NO_LIMITS, make_ticket
from tests.bench.web import PAUSE_MS, SECONDS, Load, NoLoad, Server, load, served
from tests.bench.world import bench_world, report

ROUNDS = 3
# A second, beside the pages.
VIEW_RATE, COMMENT_RATE = 400, 15
WORDS = ["Hafen", "Stadt", "Rat", "Haushalt", "Zölle", "Kräne", "Schiffe", "Gebühren", "Menschen"]


def make_pages() -> Any:
    """Return an article of ordinary length with a picture, among thirty others."""
    from tests.factories import make_article, make_author, make_home, make_image, make_section

    dice = random.Random(3)
    make_home()
    section = make_section("Wirtschaft")
    author = make_author("Jana Beispiel")
    blocks: list[dict[str, Any]] = []
    for number in range(24):
        text = " ".join(dice.choices(WORDS, k=70))
        blocks.append({"type": "text", "value": f"<p>{text}.</p>"})
        if number % 6 == 5:
            blocks.append({"type": "subheading", "value": text[:50]})
    for number in range(30):
        article = make_article(
            f"Meldung {number}", section=section, authors=(author,), tags=("Hafen",),
            body=json.dumps(blocks), standfirst="Worum es geht, in einem Satz.",
            lead_image=make_image(f"Bild {number}") if number == 29 else None,
            comment_mode="open",
        )  # fmt: skip
    article.save_revision().publish()
    return article


def record(server: Server, path: str, folder: Path) -> Path:
    """Save what the server answers from its cache, for the bare server to send."""
    for _ in range(20):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        connection.request(
            "GET", path, headers={"Accept-Encoding": "gzip, deflate, br", "Host": "testserver"}
        )
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        if answer.headers.get("X-Cache") == "hit":
            break
    assert answer.status == 200 and answer.headers["X-Cache"] == "hit"
    headers = [(n, v) for n, v in answer.getheaders() if n.lower() not in {"date", "server"}]
    page = folder / "page"
    page.write_bytes(body)
    page.with_suffix(".json").write_text(json.dumps(["200 OK", headers]))
    return page


def best(server: Server, path: str) -> Load:
    return max((load(server.url(path)) for _ in range(2)), key=lambda found: found.rate)


def measure_cached(article: Any, folder: Path, redis: "subprocess.Popen[bytes]") -> None:
    path = article.get_url()
    rates: dict[str, float] = {"bare": 0, "cached": 0}
    with served("cms.wsgi:application") as site:
        page = record(site, path, folder)
        with served("tests.bench.bare_page:application", BENCH_PAGE=str(page)) as bare:
            # By turns, so that a busy moment of the machine meets both.
            for _ in range(ROUNDS):
                rates["bare"] = max(rates["bare"], load(bare.url(path)).rate)
                rates["cached"] = max(rates["cached"], load(site.url(path)).rate)
            measure_pouring(site, bare, article, rates["cached"] / 2)
        report("floor: bare server, the same bytes", f"{rates['bare']:,.0f} pages/s")
        report("cached article", f"{rates['cached']:,.0f} pages/s",
               ratio=f"{rates['cached'] / rates['bare']:.2f} of floor",
               target="0.80 of floor")  # fmt: skip
        measure_without_redis(site, article, rates["cached"] / 2, redis)
        report("memory of a web worker (PSS), the largest",
               f"{max(site.worker_megabytes()):.0f} MB", target="150 MB")  # fmt: skip


def measure_pouring(site: Server, bare: Server, article: Any, rate: float) -> None:
    """p99 of cached pages at half the maximum, while views and comments come in.

    The floor is the bare server beside the same views and comments, which the site takes. Then
    the same while a comment below this very page is published each second: it is dropped, and
    who asks for it meanwhile waits until it is rendered.
    """
    beside: list[tuple[Server, bool]] = [(bare, False), (site, False), (site, True)]
    found: list[list[Load]] = [[] for _ in beside]
    for _ in range(ROUNDS):
        for (server, publishes), loads in zip(beside, found, strict=True):
            with pouring(site, article, publishes=publishes):
                loads.append(load_paced(server, article, rate))
    floor, cached, dropped = (median(each.p99_ms for each in loads) for loads in found)
    reached = median(each.rate for each in found[1])
    report(f"{VIEW_RATE} views and {COMMENT_RATE} comments a second beside the bare server:"
           " floor of p99", f"{floor:.1f} ms")  # fmt: skip
    report(f"  beside {reached:,.0f} cached pages a second: their p99", f"{cached:.1f} ms",
           ratio=f"{cached / floor:.1f} x floor", target="10 ms")  # fmt: skip
    report("  if the page is dropped by a comment each second", f"{dropped:.1f} ms",
           ratio=f"{dropped / floor:.1f} x floor")  # fmt: skip
    assert not any(each.failures for loads in found for each in loads)


def load_paced(server: Server, article: Any, rate: float) -> Load:
    connections = max(1, round(rate * (PAUSE_MS + 0.5) / 1000))
    return load(server.url(article.get_url()), connections=connections, is_paced=True)


@contextmanager
def pouring(site: Server, article: Any, *, publishes: bool) -> Iterator[None]:
    """Have readers send views and comments; a moderator `publishes` one each second."""
    where = f"/_/comments/{article.pk}/"
    clients = [
        subprocess.Popen(
            [sys.executable, "-m", *map(str, words)], stdout=subprocess.PIPE
        )
        for words in (
            ("tests.bench.load", site.port, article.pk, SECONDS + 1, 16, VIEW_RATE),
            ("tests.bench.comment_load", site.port, where, make_ticket(article), SECONDS + 1, 4,
             COMMENT_RATE),
        )
    ]  # fmt: skip
    is_over = threading.Event()
    moderator = threading.Thread(target=publish_comments, args=(article, is_over))
    if publishes:
        moderator.start()
    yield
    is_over.set()
    if publishes:
        moderator.join()
    for client, least in zip(clients, (VIEW_RATE, COMMENT_RATE), strict=True):
        assert len(json.loads(client.communicate()[0])) >= least * SECONDS * 0.9


def publish_comments(article: Any, is_over: threading.Event) -> None:
    from django.db import connection
    from django.utils import timezone

    from news.comments import moderation
    from news.comments.models import ReaderComment
    from news.consent import recording

    while not is_over.wait(1):
        now = timezone.now()
        comment = ReaderComment.objects.create(
            article=article, name="Leserin", text="Das sehe ich anders.", state="pending",
            language="de", submitted_at=now, confirmed_at=now, ticket_digest=uuid.uuid4().hex,
        )  # fmt: skip
        address = f"{comment.pk}@example.org"
        recording.import_without_evidence(
            address=address, comment_id=comment.pk, surface="bench", now=now
        )
        moderation.approve(comment, moderation.By(reason="bench"), now=now)
    connection.close()


def measure_without_redis(
    site: Server, article: Any, rate: float, redis: "subprocess.Popen[bytes]"
) -> None:
    """p99 of cached pages while Redis is stopped and every view goes to the disk."""
    from django.utils import timezone

    from cms.outbox.delivery import deliver_due

    while deliver_due(timezone.now()):  # as the worker does all the time
        pass
    redis.terminate()
    redis.wait(20)
    first = load_paced(site, article, rate)
    report("p99 as Redis goes away: what was just dropped is rendered again",
           f"{first.p99_ms:.1f} ms")  # fmt: skip
    views = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.load"]
        + [str(word) for word in (site.port, article.pk, SECONDS, 16, VIEW_RATE)],
        stdout=subprocess.PIPE,
    )
    found = load_paced(site, article, rate)
    times = sorted(json.loads(views.communicate()[0]))
    report(f"p99 at {found.rate:,.0f} pages/s, Redis stopped, {len(times) / SECONDS:.0f} views"
           " a second to the disk", f"{found.p99_ms:.1f} ms", target="10 ms")  # fmt: skip
    report("p99 of such a view", f"{times[int(len(times) * 0.99)] * 1000:.0f} ms")
    assert found.failures == 0


def main() -> None:
    os.environ |= {
        "SITE_URL": "http://testserver",
        "PAGE_CACHE_FRESH_SECONDS": "300",
        **NO_LIMITS,
    }
    with bench_world() as redis, tempfile.TemporaryDirectory() as folder:
        from django.conf import settings
        from django.core.management import call_command

        from analytics.drain import drain_shard, shards

        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        os.environ["REDIS_URL"] = settings.REDIS_URL
        article = make_pages()
        # Streams that nobody has read yet refuse views; they would all go to the spool.
        for _ in range(2):
            for shard in shards():
                drain_shard(shard, now=datetime.now(UTC))
        try:
            measure_cached(article, Path(folder), redis)
        except NoLoad as error:
            report("cached article", "not measured", target=str(error))


if __name__ == "__main__":
    main()
