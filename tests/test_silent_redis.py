"""A Redis that takes connections and never answers: everybody is served soon, nothing is lost."""

import json
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
import redis
from django.conf import settings as real_settings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from analytics import buffer, spool
from analytics.doorway import Doorway
from analytics.events import Kind
from cms.celery import app
from cms.operation import pulse
from cms.outbox import queue
from cms.outbox.models import EntryState, OutboxEntry
from cms.page_cache import hearing, versions
from cms.page_cache.tags import invalidate_now
from cms.redis_addresses import Impatience, quickly
from news.comments import tickets
from news.comments.models import ReaderComment
from news.consent import defaults
from news.consent.models import ConsentText
from news.models import ArticlePage
from tests.factories import make_admin, make_article

PATIENCE_SECONDS = 6.0


@pytest.fixture
def links() -> list[socket.socket]:
    """The connections that the silent server has taken."""
    return []


@pytest.fixture
def silent_url(links: list[socket.socket]) -> Iterator[str]:
    """The address of a server that takes connections and says nothing, like a frozen one."""
    server = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        try:
            while True:
                links.append(server.accept()[0])
        except OSError:
            return

    thread = threading.Thread(target=accept)
    thread.start()
    yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join()
    for link in links:
        link.close()


@pytest.fixture
def silence(silent_url: str, settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> str:
    """Let everything in this process talk to that server."""
    settings.ANALYTICS_SPOOL_DIR = tmp_path / "spool"
    settings.REDIS_URL = settings.CACHE_URL = settings.BROKER_URL = silent_url
    default = dict(settings.CACHES["default"])
    default["LOCATION"] = [silent_url]
    default["OPTIONS"] = {**default["OPTIONS"], **quickly(silent_url, seconds=0.5)}
    settings.CACHES = {"default": default}
    monkeypatch.setattr(app.conf, "broker_write_url", silent_url)
    monkeypatch.setattr(app.amqp, "_producer_pool", None)
    monkeypatch.setattr(queue, "_quiet_until", 0.0)
    buffer.reset()
    yield silent_url
    monkeypatch.undo()
    buffer.reset()
    versions.client.cache_clear()
    pulse.client.cache_clear()


def seconds(act: Callable[[], object]) -> float:
    started = time.monotonic()
    act()
    return time.monotonic() - started


def ask_for_pulses() -> None:
    with pytest.raises(redis.TimeoutError):
        pulse.pulses()


def test_who_asks_again_within_the_pause_is_told_at_once(silence: str) -> None:
    for ask in (
        lambda: cache.get("da"),
        lambda: invalidate_now(["page:1"]),
        queue.poke,
        ask_for_pulses,
    ):
        first, rest = seconds(ask), seconds(lambda ask=ask: [ask() for _ in range(20)])
        assert first < 3
        assert rest < 0.3


def test_of_many_threads_one_asks_whether_it_answers_again(
    silence: str, links: list[socket.socket]
) -> None:
    invalidate_now(["page:1"])
    time.sleep(1.05)
    asked_before = len(links)
    asking = [threading.Thread(target=cache.get, args=("da",)) for _ in range(4)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()

    assert len(links) - asked_before == 1


def test_a_server_that_answers_again_is_asked_again(clean_redis: redis.Redis) -> None:
    impatience = Impatience(pause_seconds=0.05)
    answers: list[Exception | None] = [redis.TimeoutError("silent"), None, None]

    def ask() -> str:
        if error := answers.pop(0):
            raise error
        return "da"

    def fail(error: Exception) -> None: ...

    for _ in range(2):  # the second is not even asked
        with pytest.raises(redis.TimeoutError):
            impatience.call_with_retry(ask, fail)
    time.sleep(0.06)
    assert [impatience.call_with_retry(ask, fail) for _ in range(2)] == ["da", "da"]


@pytest.mark.django_db(transaction=True)
def test_an_editor_publishes(silence: str, client: Client) -> None:
    article = make_article("Erster Titel")
    client.force_login(make_admin())
    OutboxEntry.objects.all().delete()
    article.title = "Zweiter Titel"

    assert seconds(lambda: article.save_revision().publish()) < PATIENCE_SECONDS
    assert seconds(lambda: client.get(f"/admin/pages/{article.pk}/edit/")) < PATIENCE_SECONDS

    assert ArticlePage.objects.get().title == "Zweiter Titel"
    kinds = OutboxEntry.objects.filter(state=EntryState.WAITING).values_list("kind", flat=True)
    assert "invalidate" in kinds


@pytest.mark.django_db(transaction=True)
def test_a_reader_comments(silence: str, client: Client) -> None:
    article = make_article()
    defaults.create_missing(ConsentText)
    text = ConsentText.objects.get(purpose="publish", language="de", version=1)
    issued = datetime.now(UTC) - timedelta(minutes=1)
    data = {
        "text": "Guter Text.",
        "name": "Jo Beispiel",
        "email": "jo@example.org",
        "consent": "1",
        "homepage": "",
        "ticket": tickets.issue(article_id=article.pk, text_id=text.pk, language="de", now=issued),
        "parent": "",
    }
    address = reverse("reader_comments:comment", args=[article.pk])
    status = []

    def send() -> None:
        status.append(client.post(address, data).status_code)

    assert seconds(send) < PATIENCE_SECONDS
    assert status == [303]
    assert ReaderComment.objects.get().text == "Guter Text."
    assert OutboxEntry.objects.filter(kind="outbox.mail", state=EntryState.WAITING).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_view_is_kept_on_the_disk(silence: str) -> None:
    article = make_article()
    body = json.dumps({"id": str(uuid.uuid4()), "page": article.pk}).encode()
    said: list[str] = []

    def send() -> None:
        environ = {
            "PATH_INFO": "/_/view",
            "REQUEST_METHOD": "POST",
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_HOST": "testserver",
            "HTTP_USER_AGENT": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0",
            "wsgi.input": BytesIO(body),
        }
        doorway = Doorway(lambda *_: [], paths={"/_/view": Kind.VIEW})
        doorway(environ, lambda status, headers: said.append(status))

    assert seconds(send) < PATIENCE_SECONDS
    assert said == ["204 No Content"]
    assert spool.waiting_bytes() > 0
    spool.writer.let_go()


def test_what_redis_did_not_hear_it_hears_with_the_next_poll(
    clean_redis: redis.Redis, silent_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = hearing.of_this_process()
    assert heard.listen()
    monkeypatch.setattr(real_settings, "CACHE_URL", silent_url)
    invalidate_now(["page:77"])
    monkeypatch.undo()
    assert clean_redis.zscore(versions.key(), "page:77") is None

    heard.listen_soon()
    heard.is_current()

    assert clean_redis.zscore(versions.key(), "page:77")
