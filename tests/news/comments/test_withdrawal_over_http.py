"""A withdrawn comment is gone from every surface at once, over HTTP and through every cache.

Two hosts with memories of their own stand before one database and one Redis, as in production.
"""

import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.core.wsgi import get_wsgi_application
from django.db import connection

from cms.page_cache.wsgi import PageCache
from news.comments import links, readers
from news.comments.models import LinkPurpose, ReaderComment
from news.models import ArticlePage
from tests.news.comments.conftest import MakeComment

pytestmark = pytest.mark.django_db(transaction=True)
WORD, NAME = "Zwiebelturmspitze", "Querulantia Unverwechselbar"


class Silent(WSGIRequestHandler):
    def log_message(self, *args: Any) -> None:
        pass


class Host:
    """One web host: Django behind a page cache of its own, spoken to over HTTP."""

    def __init__(self) -> None:
        self.cache = PageCache(get_wsgi_application())
        self.server: WSGIServer = make_server("127.0.0.1", 0, self._answer, handler_class=Silent)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def _answer(self, environ: Any, start_response: Any) -> Any:
        try:
            environ["HTTP_HOST"] = "localhost"
            return list(self.cache(environ, start_response))
        finally:
            connection.close()

    def fetch(self, path: str, data: bytes | None = None) -> tuple[int, str, str]:
        """Return status, text and what the cache did."""
        url = f"http://127.0.0.1:{self.server.server_port}{path}"
        try:
            with urllib.request.urlopen(url, data, timeout=30) as answer:
                return answer.status, answer.read().decode(), answer.headers.get("X-Cache", "")
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(), ""

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(10)


@pytest.fixture
def hosts() -> Iterator[list[Host]]:
    made = [Host(), Host()]
    yield made
    for host in made:
        host.close()


def surfaces(article: ArticlePage) -> list[str]:
    base = f"/_/comments/{article.pk}/"
    return [
        article.url,
        f"{base}thread/",
        f"{base}newest/",
        f"{base}feed/",
        f"{base}?parent=1",
        "/",
        article.get_parent().url,
        "/feed/",
        "/suche/?q=schief",
        f"/api/v2/pages/{article.pk}/",
        "/sitemap.xml",
    ]


def test_withdrawn_comment_is_gone_from_every_surface(
    hosts: list[Host], article: ArticlePage, make_comment: MakeComment
) -> None:
    now = datetime.now(UTC)
    root = make_comment(name=NAME, text=f"Die {WORD} ist schief.", now=now)
    reply = make_comment(name="Eva", text="Stimmt gar nicht.", parent=root, now=now)
    make_comment(name="Ben", text="An Eva.", parent=root, answers=reply, now=now)
    paths = surfaces(article)
    for host in hosts:
        for path in paths:
            assert host.fetch(path)[0] == 200, path
        status, page, outcome = host.fetch(article.url)
        assert (status, WORD in page, NAME in page, outcome) == (200, True, True, "hit")
        assert WORD in host.fetch(paths[3])[1]
    manage = links.create(root, LinkPurpose.MANAGE, now=now)
    path = "/" + manage.split("/", 3)[3]

    assert hosts[0].fetch(path, b"act=withdraw")[0] == 200  # after the redirect

    for host in hosts:
        for surface in paths:
            status, page, outcome = host.fetch(surface)
            assert (WORD in page, NAME in page) == (False, False), (surface, outcome)
        page = host.fetch(article.url)[1]
        assert "Kommentar auf Wunsch" in page and "Stimmt gar nicht." in page
        assert host.fetch(f"/_/comments/show/{root.pk}/")[0] == 404
        assert host.fetch(f"/_/comments/report/{root.pk}/")[0] == 404
    stored = ReaderComment.objects.get(pk=root.pk)
    assert (stored.text, stored.name, stored.email, stored.text_digest) == ("", "", "", "")


def test_name_in_an_answer_goes_with_its_comment(
    hosts: list[Host], article: ArticlePage, make_comment: MakeComment
) -> None:
    now = datetime.now(UTC)
    root = make_comment(name="Eva", now=now)
    named = make_comment(name=NAME, parent=root, now=now)
    make_comment(name="Ben", text="Das sehe ich auch so.", parent=root, answers=named, now=now)
    for host in hosts:
        assert host.fetch(article.url)[1].count(NAME) >= 2

    readers.withdraw(named, now=now)

    for host in hosts:
        page = host.fetch(article.url)[1]
        assert NAME not in page and "Das sehe ich auch so." in page
