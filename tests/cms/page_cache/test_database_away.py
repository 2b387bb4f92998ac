"""The database is away: what Django really answers then, and what readers get instead."""

from io import BytesIO

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import OperationalError, close_old_connections, connection
from django.test import Client

from tests.cms.page_cache.site import Process
from tests.factories import make_article

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clean_redis")]


@pytest.fixture(autouse=True)
def open_transaction():
    """As Django's own test client does: the test's transaction must stay open."""
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


def away(*_):
    raise OperationalError("the server closed the connection")


def django(environ, start_response):
    """Add what the web server adds."""
    asked = environ | {"SERVER_NAME": "testserver", "SERVER_PORT": "80", "wsgi.input": BytesIO()}
    return WSGIHandler()(asked, start_response)


@pytest.mark.parametrize("depth", ["home", "section"])
def test_a_page_that_was_read_before_is_shown(depth: str) -> None:
    section = make_article("Der Hafen").get_parent()
    path = "/" if depth == "home" else section.url
    process = Process(django)
    page = process.get(path)
    assert (page.status, page.cache) == ("200 OK", "miss")
    process.clock.passed += 61

    with connection.execute_wrapper(away):
        shown = process.get(path)

    assert (shown.status, shown.cache, shown.body) == ("200 OK", "stale", page.body)


def test_a_page_that_nobody_has_is_asked_for_again_by_the_browser() -> None:
    path = make_article("Der Hafen").url
    process = Process(django)

    with connection.execute_wrapper(away):
        answer = process.get(path)

    kept = {name: answer.headers.get(name) for name in ("Retry-After", "Refresh", "Cache-Control")}
    assert (answer.status, kept) == (
        "503 Service Unavailable",
        {"Retry-After": "5", "Refresh": "5", "Cache-Control": "no-store"},
    )
    assert "Gleich wieder da" in answer.body.decode()
    assert process.get(path).status == "200 OK"


def test_a_form_is_not_loaded_again_over_what_was_written(client: Client) -> None:
    article = make_article("Der Hafen")
    client.raise_request_exception = False

    with connection.execute_wrapper(away):
        answer = client.post(f"/_/comments/{article.pk}/", {"text": "Guter Text."})

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "Refresh" not in answer.headers
    assert "noch nicht angekommen" in answer.content.decode()


@pytest.mark.urls("tests.cms.operation.breaking_urls")
def test_a_mistake_of_ours_is_no_outage(client: Client) -> None:
    client.raise_request_exception = False

    answer = client.get("/bricht/")

    assert (answer.status_code, answer.headers.get("Retry-After")) == (500, None)
