import io
from wsgiref.util import setup_testing_defaults

import pytest

from analytics.doorway import Doorway, read_body
from analytics.events import Kind
from analytics.models import DropCount, PageBucket
from tests.analytics.beacons import body, environ
from tests.analytics.pages import make_page
from tests.analytics.streams import drain_all, rows

pytestmark = pytest.mark.django_db


def site(environ, start_response):
    start_response("200 OK", [])
    return [b"the site"]


def ask(path, content=b"", *, method="POST", paths=None, **given):
    request = environ(
        PATH_INFO=path,
        REQUEST_METHOD=method,
        CONTENT_LENGTH=str(len(content)),
        **{"wsgi.input": io.BytesIO(content)},
        **given,
    )
    setup_testing_defaults(request)
    answers = []
    doorway = Doorway(site, paths=paths or {"/_/view": Kind.VIEW})
    content = b"".join(doorway(request, lambda status, headers: answers.append((status, headers))))
    return answers[0][0], dict(answers[0][1]), content


def test_view_is_counted_before_the_site(counting):
    page = make_page()

    answer = ask("/_/view", body(page.pk))

    assert answer == ("204 No Content", {"Cache-Control": "no-store"}, b"")
    drain_all()
    assert rows(PageBucket, "page_id", "views") == [(page.pk, 1)]


def test_door_says_what_it_takes_and_counts_nothing(counting):
    headers = {"Allow": "OPTIONS, POST", "Cache-Control": "no-store"}

    assert ask("/_/view", method="OPTIONS") == ("204 No Content", headers, b"")
    assert drain_all() == 0


def test_malformed_and_too_large_are_answered_and_counted(counting):
    headers = {"Cache-Control": "no-store", "Content-Length": "0"}

    assert ask("/_/view", b"{") == ("400 Bad Request", headers, b"")
    assert ask("/_/view", b" " * 2049) == ("413 Content Too Large", headers, b"")
    drain_all()
    assert rows(DropCount, "reason", "count") == [("malformed", 1), ("too_large", 1)]


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/_/view", "GET"),
        ("/_/view", "HEAD"),
        ("/", "OPTIONS"),
        ("/_/view/", "POST"),
        ("/_/read", "POST"),
        ("/", "POST"),
    ],
)
def test_everything_else_goes_on_to_the_site(path, method):
    assert ask(path, method=method) == ("200 OK", {}, b"the site")


def test_body_is_read_no_further_than_needed():
    long = io.BytesIO(b"x" * 5000)

    assert len(read_body({"CONTENT_LENGTH": "5000", "wsgi.input": long})) == 2049
    assert read_body({"CONTENT_LENGTH": "5", "wsgi.input": io.BytesIO(b"12345678")}) == b"12345"
    assert read_body({"CONTENT_LENGTH": "x", "wsgi.input": io.BytesIO(b"1")}) == b""
    assert read_body({"wsgi.input": io.BytesIO(b"1")}) == b""
    chunked = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input": io.BytesIO(b"12")}
    assert read_body(chunked) == b"12"
