"""The database is away: what Django really answers then, and what readers get instead."""

from io import BytesIO

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import OperationalError, close_old_connections, connection

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
