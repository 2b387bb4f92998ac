import pytest
from django.test import Client

from analytics.doorway import receive
from analytics.events import Kind
from analytics.models import DropCount, PageBucket, PageDayDimension
from tests.analytics.beacons import FIREFOX, NOON, body, environ
from tests.analytics.pages import make_page
from tests.analytics.streams import begin_epochs, drain_all, rows, without_epoch

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(counting):
    return make_page()


@pytest.fixture
def client():
    return Client(
        enforce_csrf_checks=True, headers={"user-agent": FIREFOX, "sec-fetch-site": "same-origin"}
    )


def post(client, content, path="/_/view", content_type="text/plain"):
    return client.post(path, content, content_type=content_type)


def view_counts():
    drain_all()
    return rows(PageBucket, "page_id", "views", "visits")


def drop_counts():
    drain_all()
    return rows(DropCount, "reason", "detail", "count")


@pytest.mark.parametrize("content_type", ["text/plain", "application/json", "x/y", ""])
def test_view_of_any_content_type_is_counted(client, page, content_type):
    response = post(client, body(page.pk), content_type=content_type)

    assert (response.status_code, response.content) == (204, b"")
    assert view_counts() == [(page.pk, 1, 1)]


def test_view_sent_again_is_counted_once(client, page):
    statuses = [post(client, body(page.pk)).status_code for _ in range(2)]

    assert statuses == [204, 204]
    assert view_counts() == [(page.pk, 1, 1)]
    assert drop_counts() == [("duplicate", "", 1)]


def test_drop_looks_like_an_accepted_view(client, page):
    response = client.post(
        "/_/view", body(page.pk), content_type="text/plain", headers={"user-agent": "curl/8.5.0"}
    )

    assert (response.status_code, response.content) == (204, b"")
    assert view_counts() == []
    assert drop_counts() == [("bot", "tool", 1)]


def test_malformed_and_too_large_are_answered_and_counted(client, page):
    assert post(client, b"{").status_code == 400
    assert post(client, body(page.pk).ljust(2049)).status_code == 413
    assert drop_counts() == [("malformed", "", 1), ("too_large", "", 1)]


def test_nothing_can_store_it(client, page, settings, tmp_path):
    (tmp_path / "file").write_text("in the way")
    settings.ANALYTICS_SPOOL_DIR = tmp_path / "file"

    with without_epoch():
        response = post(client, body(page.pk))

    assert response.status_code == 503


@pytest.mark.parametrize("path", ["/_/view", "/_/read"])
def test_get_is_not_allowed(client, page, path, settings):
    settings.ANALYTICS_ENGAGEMENT = True

    assert client.get(path).status_code == 405


def test_reading_time_of_a_known_view_is_counted(client, page, settings):
    settings.ANALYTICS_ENGAGEMENT = True
    post(client, body(page.pk))

    response = post(client, body(page.pk, seconds=30, scroll=80), path="/_/read")

    assert response.status_code == 204
    drain_all()
    assert rows(PageBucket, "page_id", "views", "engaged_seconds") == [(page.pk, 1, 30)]


def test_reading_time_has_no_door_while_it_is_off(client, page, settings):
    settings.ANALYTICS_ENGAGEMENT = False

    response = post(client, body(page.pk, seconds=30, scroll=80), path="/_/read")

    assert response.status_code == 404
    assert drop_counts() == []


def test_image_counts_every_request_as_a_view_without_script(client, page):
    for _ in range(2):
        response = client.get(f"/_/view.gif?page={page.pk}")

    assert (response.status_code, response.headers["Content-Type"]) == (200, "image/gif")
    assert response.content.startswith(b"GIF89a")
    assert "no-store" in response.headers["Cache-Control"]
    assert view_counts() == [(page.pk, 2, 1)]
    marks = PageDayDimension.objects.filter(value="noscript").values_list("views", flat=True)
    assert list(marks) == [2]


def test_image_opened_as_a_page_or_ahead_is_not_counted(client, page):
    address = f"/_/view.gif?page={page.pk}"
    client.get(address, headers={"sec-fetch-mode": "navigate"})
    client.get(address, headers={"sec-purpose": "prefetch"})

    assert view_counts() == []
    assert drop_counts() == [("navigation", "", 1), ("prefetch", "", 1)]


@pytest.mark.parametrize("query", ["", "?page=", "?page=x", "?page=-1", "?page=²"])
def test_image_of_no_page(client, page, query):
    assert client.get(f"/_/view.gif{query}").status_code == 400


def test_no_door_sets_a_cookie(client, page, settings):
    settings.ANALYTICS_ENGAGEMENT = True
    responses = [
        post(client, body(page.pk)),
        post(client, b"{"),
        post(client, body(page.pk, seconds=1, scroll=1), path="/_/read"),
        client.get(f"/_/view.gif?page={page.pk}"),
    ]

    assert [response.cookies.output() for response in responses] == [""] * 4
    assert not any("Set-Cookie" in response.headers for response in responses)


def test_receive_answers_like_the_view(counting):
    page = make_page()
    begin_epochs()

    assert receive(Kind.VIEW, environ(), body(page.pk), now=NOON) == 204
    assert receive(Kind.VIEW, environ(), b"", now=NOON) == 400
    assert receive(Kind.VIEW, environ(), b" " * 2049, now=NOON) == 413
