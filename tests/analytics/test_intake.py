import json
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from wagtail.models import PageViewRestriction

from analytics import senders
from analytics.events import Dimension, Event, Kind
from analytics.intake import MAX_BODY_BYTES, STEPS, take_in
from analytics.pages import forget_pages
from tests.analytics.beacons import CHROME, FIREFOX, NOON, VIEW_ID, body, environ, take
from tests.analytics.pages import make_page

pytestmark = pytest.mark.django_db
NOON_MS = int(NOON.timestamp() * 1000)


@pytest.fixture
def page():
    return make_page()


def outcome(event):
    return event.kind, event.reason, event.detail


def test_accepted_view_holds_classes_and_a_pseudonym(page):
    event = take(body(page.pk, ref="https://www.google.de/", loc="/a/?utm_campaign=Mai"))

    assert event == Event(
        kind=Kind.VIEW,
        id=VIEW_ID.bytes,
        at_ms=NOON_MS,
        page=page.pk,
        reader=event.reader,
        dimensions=(
            (Dimension.CHANNEL, "search"),
            (Dimension.REFERRER, "google.de"),
            (Dimension.DEVICE, "desktop"),
            (Dimension.BROWSER, "Firefox"),
            (Dimension.SYSTEM, "Linux"),
            (Dimension.CAMPAIGN, "Mai"),
        ),
    )
    assert len(event.reader) == 8


def test_accepted_reading_time_is_clamped(page):
    event = take(body(page.pk, seconds=10**9, scroll=-5), kind=Kind.READ)

    assert event == Event(Kind.READ, VIEW_ID.bytes, NOON_MS, page.pk, event.reader, seconds=3600)


def test_steps_are_in_their_order():
    assert [step.__name__ for step in STEPS] == [
        "size",
        "parse",
        "sender",
        "automation",
        "staff",
        "public_page",
        "referrer_spam",
    ]
    assert [step.__name__ for step in senders.STEPS] == [
        "prefetch",
        "navigation",
        "bot",
        "foreign_origin",
    ]


def test_body_above_two_kilobytes_is_too_large(page):
    fitting = body(page.pk).ljust(MAX_BODY_BYTES)

    assert take(fitting).kind is Kind.VIEW
    assert outcome(take(fitting + b" ")) == (Kind.DROP, "too_large", "")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\xfa",
        b"[" * 2000,
        b"[]",
        b'"text"',
        b"5",
        b"null",
        b"{}",
        b'{"id": "6f1c2f7e-6f0c-4a55-9f0e-0d4a4d0e9c11"}',
        body("5"),
        body(5.0),
        body(True),
        body(None),
        json.dumps({"id": "no-uuid", "page": 5}).encode(),
        json.dumps({"id": 5, "page": 5}).encode(),
        body(5, ref=7),
        body(5, loc=["/"]),
    ],
)
def test_malformed(content):
    assert outcome(take(content)) == (Kind.DROP, "malformed", "")


@pytest.mark.parametrize("fields", [{}, {"seconds": 5}, {"seconds": "5", "scroll": 5}])
def test_reading_time_without_its_numbers_is_malformed(fields):
    assert outcome(take(body(5, **fields), kind=Kind.READ)) == (Kind.DROP, "malformed", "")


def test_unknown_keys_and_nulls_are_ignored(page):
    event = take(body(page.pk, more={"a": 1}, ref=None, loc=None, auto=None))

    assert event.kind is Kind.VIEW


def test_unpaired_surrogates_do_no_harm(page):
    content = body(page.pk, ref="https://a\ud800.example/", loc="/?utm_campaign=\ud800x")

    event = take(content)

    assert dict(event.dimensions)[Dimension.CAMPAIGN] == "x"


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("HTTP_SEC_PURPOSE", "prefetch"),
        ("HTTP_SEC_PURPOSE", "prefetch;prerender"),
        ("HTTP_PURPOSE", "prefetch"),
        ("HTTP_X_MOZ", "prefetch"),
        ("HTTP_X_PURPOSE", "preview"),
    ],
)
def test_prefetch(page, header, value):
    assert outcome(take(body(page.pk), **{header: value})) == (Kind.DROP, "prefetch", "")


def test_navigation(page):
    event = take(body(page.pk), HTTP_SEC_FETCH_MODE="navigate")

    assert outcome(event) == (Kind.DROP, "navigation", "")


@pytest.mark.parametrize(
    ("user_agent", "kind"),
    [
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "search"),
        ("", "other"),
        (None, "other"),
    ],
)
def test_bot_is_dropped_with_its_kind(page, user_agent, kind):
    event = take(body(page.pk), HTTP_USER_AGENT=user_agent)

    assert outcome(event) == (Kind.DROP, "bot", kind)


@pytest.mark.parametrize(
    ("auto", "detail"),
    [
        ("webdriver", "webdriver"),
        ("_phantom", "phantom"),
        (["headless"], "headless"),
        ({"webdriver": True, "headless": False}, "webdriver"),
        (True, "other"),
        (1, "other"),
    ],
)
def test_automation(page, auto, detail):
    assert outcome(take(body(page.pk, auto=auto))) == (Kind.DROP, "automation", detail)


@pytest.mark.parametrize("auto", ["", 0, False, None, [], {}, {"webdriver": False}])
def test_no_automation(page, auto):
    assert take(body(page.pk, auto=auto)).kind is Kind.VIEW


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_SEC_FETCH_SITE": "cross-site"},
        {"HTTP_SEC_FETCH_SITE": None, "HTTP_ORIGIN": "https://elsewhere.example"},
        {"HTTP_SEC_FETCH_SITE": "same-site", "HTTP_ORIGIN": "https://other.testserver"},
        {"HTTP_SEC_FETCH_SITE": None, "HTTP_ORIGIN": "null"},
    ],
)
def test_foreign_origin(page, headers):
    assert outcome(take(body(page.pk), **headers)) == (Kind.DROP, "foreign_origin", "")


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_SEC_FETCH_SITE": None},
        {"HTTP_SEC_FETCH_SITE": None, "HTTP_ORIGIN": "http://testserver:8000"},
        {"HTTP_SEC_FETCH_SITE": None, "HTTP_HOST": "10.0.0.1", "HTTP_ORIGIN": "http://testserver"},
        {"HTTP_ORIGIN": "null"},
    ],
)
def test_own_origin(page, headers):
    assert take(body(page.pk), **headers).kind is Kind.VIEW


def test_foreign_page_that_shows_the_image(page):
    given = environ(HTTP_SEC_FETCH_SITE=None, HTTP_REFERER="https://elsewhere.example/")

    event = take_in(Kind.VIEW, given, body(page.pk), now=NOON, is_noscript=True)

    assert outcome(event) == (Kind.DROP, "foreign_origin", "")


def cookie_of(client):
    return "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())


def test_staff_is_dropped_and_looked_up_once(page, django_assert_num_queries):
    client = Client()
    client.force_login(get_user_model().objects.create_user("editor", password="password"))

    first = take(body(page.pk), HTTP_COOKIE=cookie_of(client))
    with django_assert_num_queries(0):
        second = take(body(page.pk), HTTP_COOKIE=cookie_of(client))

    assert outcome(first) == outcome(second) == (Kind.DROP, "staff", "")


@pytest.mark.parametrize("cookie", ["sessionid=invented", "sessionid=", "theme=dark"])
def test_cookie_that_nobody_is_signed_in_with_counts(page, cookie):
    assert take(body(page.pk), HTTP_COOKIE=cookie).kind is Kind.VIEW


@pytest.mark.parametrize("number", [0, -1, 1, 999_999_999, 2**31, 10**30])
def test_unknown_page(db, number):
    assert outcome(take(body(number))) == (Kind.DROP, "unknown_page", "")


def test_page_that_is_not_live():
    draft = make_page(live=False)

    assert outcome(take(body(draft.pk))) == (Kind.DROP, "not_public", "")


def test_page_below_a_private_one(page):
    child = make_page(parent=page)
    PageViewRestriction.objects.create(page=page, restriction_type="login")

    assert outcome(take(body(child.pk))) == (Kind.DROP, "not_public", "")
    assert outcome(take(body(page.pk))) == (Kind.DROP, "not_public", "")


@pytest.mark.parametrize(
    "referrer", ["http://semalt.com/", "https://www.x.semalt.com/a", "http://my-share-buttons.xyz"]
)
def test_referrer_spam(page, referrer):
    assert outcome(take(body(page.pk, ref=referrer))) == (Kind.DROP, "referrer_spam", "")


def test_referrer_spam_of_the_operators_list(page, settings):
    settings.ANALYTICS_SPAM_REFERRERS = ["Nasty.example"]

    event = take(body(page.pk, ref="https://www.nasty.example/"))

    assert outcome(event) == (Kind.DROP, "referrer_spam", "")


def test_drop_has_an_id_of_its_own_that_repeats(page):
    first = take(body(page.pk), HTTP_USER_AGENT="")
    again = take(body(page.pk), HTTP_USER_AGENT="")

    assert first.id == again.id != VIEW_ID.bytes


@pytest.mark.parametrize("header", ["HTTP_SEC_GPC", "HTTP_DNT"])
def test_reader_who_asks_for_it_gets_no_pseudonym(page, header, settings):
    settings.ANALYTICS_RESPECT_GPC = True
    respected = take(body(page.pk), **{header: "1"})
    settings.ANALYTICS_RESPECT_GPC = False
    overruled = take(body(page.pk), **{header: "1"})

    assert (respected.kind, respected.reader) == (Kind.VIEW, None)
    assert overruled.reader is not None


def test_country_comes_from_the_operators_header_only(page, settings):
    given = {"HTTP_CF_IPCOUNTRY": "de"}
    without = take(body(page.pk), **given)
    settings.ANALYTICS_COUNTRY_HEADER = "CF-IPCountry"

    assert Dimension.COUNTRY not in dict(without.dimensions)
    assert dict(take(body(page.pk), **given).dimensions)[Dimension.COUNTRY] == "DE"
    for odd in ("XX", "T1", "Deutschland", "ß1"):
        event = take(body(page.pk), HTTP_CF_IPCOUNTRY=odd)
        assert Dimension.COUNTRY not in dict(event.dimensions)


def test_view_by_image_is_marked_and_has_no_guessed_channel(page):
    event = take_in(Kind.VIEW, environ(), body(page.pk), now=NOON, is_noscript=True)

    assert dict(event.dimensions)[Dimension.SENDER] == "noscript"
    assert Dimension.CHANNEL not in dict(event.dimensions)


def test_same_reader_has_the_same_pseudonym_on_every_page(page):
    first, second = take(body(page.pk)), take(body(make_page().pk))
    other_browser = take(body(page.pk), HTTP_USER_AGENT=CHROME)

    assert first.reader == second.reader != other_browser.reader


def test_event_holds_neither_address_nor_user_agent(page):
    text = repr(take(body(page.pk), REMOTE_ADDR="198.51.100.77"))

    assert "198.51.100.77" not in text
    assert FIREFOX not in text


def test_beacons_of_known_pages_cost_no_query(page, django_assert_num_queries):
    pages = [page, make_page(), make_page()]
    for other in pages:
        take(body(other.pk))

    with django_assert_num_queries(0):
        for other in pages:
            take(body(other.pk))


def test_first_beacon_costs_the_same_among_one_and_three_pages(page, django_assert_num_queries):
    make_page(), make_page()
    take(body(page.pk))
    forget_pages()

    with django_assert_num_queries(2):
        take(body(page.pk))


def test_network_is_hashed_with_the_salt_of_the_day_also_for_unrecognised_readers(page, settings):
    settings.ANALYTICS_NETWORK_LIMIT = 1
    one, other = take(body(page.pk)), take(body(page.pk), HTTP_USER_AGENT=CHROME)
    elsewhere = take(body(page.pk), REMOTE_ADDR="203.0.113.8")
    unrecognised = take(body(page.pk), HTTP_SEC_GPC="1")
    tomorrow = take(body(page.pk), now=NOON + timedelta(days=1))

    assert one.network == other.network == unrecognised.network
    assert one.network_views == 1
    assert unrecognised.reader is None
    assert len(one.network) == 8
    assert one.network != one.reader
    assert len({one.network, elsewhere.network, tomorrow.network}) == 3
    assert take(body(page.pk, seconds=1, scroll=1), kind=Kind.READ).network == b""


def test_network_is_told_at_every_view_of_a_log_and_else_in_steps(page, settings):
    settings.ANALYTICS_NETWORK_LIMIT = 300

    told = [take(body(page.pk)).network_views for _ in range(6)]
    of_log = [take(body(page.pk), is_replay=True).network_views for _ in range(2)]

    assert (told, of_log) == ([0, 0, 3, 0, 0, 3], [1, 1])


def test_without_a_limit_no_network_is_told(page, settings):
    settings.ANALYTICS_NETWORK_LIMIT = 0

    events = [take(body(page.pk)), take(body(page.pk), is_replay=True)]

    assert {(event.network, event.network_views) for event in events} == {(b"", 0)}


@pytest.mark.parametrize("text", ["{} {}", "{}x", "\ufeff{}", "", "[", "{}\x00"])
def test_body_is_one_json_object_and_nothing_else(page, text):
    beacon = body(page.pk).decode()

    assert take(text.replace("{}", beacon).encode()).reason == "malformed"
    assert take(f"\n {beacon} \r\n".encode()).reason == ""
