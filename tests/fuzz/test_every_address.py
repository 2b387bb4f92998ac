"""Whatever is sent to a public address: never an error of ours, never a long wait.

tests/proof/test_any_request.py sends a hundred thousand to running processes.
"""

import io
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import got_request_exception, request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings

from analytics import buffer, spool
from analytics.doorway import Doorway
from analytics.events import Kind
from cms.page_cache.wsgi import PageCache
from cms.proxies import TrustedProxies
from home.models import StandardPage
from news.comments.models import CommentSettings
from news.comments.readers import Submission, confirm, submit
from news.consent import defaults
from news.consent.models import ConsentText
from tests.factories import make_article, make_author, make_home
from tests.fuzz.requests import (
    Odd,
    bent,
    environ,
    odd_requests,
    on_the_wire,
    public_routes,
)

REQUESTS = int(os.environ.get("FUZZ_REQUESTS", "300"))
# Of processor time: the clock on the wall also counts whoever else computes here.
SLOW_SECONDS = 2.0


@pytest.fixture
def site(db: Any, clean_redis: Any, settings: Any, tmp_path: Any) -> list[str]:
    """A small newspaper; returns every address that a reader may meet."""
    settings.ANALYTICS_SPOOL_DIR = tmp_path
    settings.ANALYTICS_ENGAGEMENT = True
    settings.COMMENTS_PER_NETWORK = settings.COMMENTS_PER_ADDRESS = 0
    home = make_home()
    english = make_home(language="en")
    article = make_article(authors=(make_author(slug="jana"),), tags=("Hafen",))
    english.add_child(instance=StandardPage(title="Imprint", locale=english.locale))
    defaults.create_missing(ConsentText)
    comment = submit(
        Submission(
            article=article,
            parent=None,
            name="Jo",
            email="jo@example.org",
            text="Guter Text.",
            consent_text=ConsentText.objects.get(purpose="publish", language="de", version=1),
            ticket_digest="0" * 64,
            surface="article:1 form:1",
        ),
        settings=CommentSettings(),
        now=datetime.now(UTC),
    )
    confirm(comment, settings=CommentSettings(), now=datetime.now(UTC))
    pages = [page.url for page in (home, english, article, article.get_parent())]
    return [*public_routes(), *pages, f"/_/comments/{article.pk}/", f"/api/v2/pages/{article.pk}/"]


@pytest.fixture
def application() -> Iterator[TrustedProxies]:
    """The program as the web server runs it, from its outermost door."""
    # As Django's own test client does: the test's transaction must stay open.
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    beacons = {"/_/view": Kind.VIEW, "/_/read": Kind.READ}
    handler = WSGIHandler()
    yield TrustedProxies(Doorway(PageCache(handler), paths=beacons), proxies=[])
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)
    spool.writer.let_go()
    buffer.breaker.succeed()


class Answer:
    """What came back, how long it took, and what broke."""

    def __init__(self, application: TrustedProxies, odd: Odd) -> None:
        self.errors: list[str] = []

        def note(sender: Any, **kwargs: Any) -> None:
            import sys
            import traceback

            self.errors.append("".join(traceback.format_exception(sys.exception())[-6:]))

        got_request_exception.connect(note)
        began = time.process_time()
        try:
            parts = application(environ(odd), self._start)
            self.size = sum(len(part) for part in parts)
            if close := getattr(parts, "close", None):
                close()
        finally:
            got_request_exception.disconnect(note)
        self.seconds = time.process_time() - began

    def _start(self, status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
        self.status = int(status[:3])
        for name, value in headers:
            assert "\n" not in value and "\r" not in value, name
        return io.BytesIO().write


def check(application: TrustedProxies, odd: Odd) -> None:
    answer = Answer(application, odd)
    if odd.path == "/health/" and answer.status == 503:
        return  # no worker runs beside a test, and that is what it says
    assert answer.status < 500, (odd, answer.errors)
    assert answer.errors == []
    assert answer.seconds < SLOW_SECONDS, (odd, answer.seconds)


def run(application: TrustedProxies, addresses: list[str], count: int) -> None:
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        derandomize="FUZZ_REQUESTS" not in os.environ,
        suppress_health_check=list(HealthCheck),
    )
    @given(odd=odd_requests(addresses))
    def any_request(odd: Odd) -> None:
        check(application, odd)

    any_request()


def test_every_route_answers_a_plain_request(site, application):
    for address in site:
        check(application, Odd("GET", address))


@pytest.mark.parametrize("value", ["\0", "a\0íÄ", "\ud800", "a" * 5000])
def test_no_part_of_an_address_may_be_anything(site, application, value):
    bent_ones = {bent(address, place, value) for address in site for place in range(5)}
    for address in sorted(bent_ones, key=repr):
        check(application, Odd("GET", on_the_wire(address)))


@pytest.mark.timeout(280)
def test_nothing_that_is_sent_breaks_an_address(site, application):
    run(application, site, REQUESTS)


@pytest.mark.timeout(280)
def test_the_json_doors_take_any_json(site, application):
    doors = ["/_/view", "/_/read", "/_/view.gif", "/api/most-read/", "/api/v2/pages/", "/health/"]
    run(application, doors, REQUESTS // 2)
