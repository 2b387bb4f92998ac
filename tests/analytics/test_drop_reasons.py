"""Every reason for a drop can be reached, is stored, and is counted by the hour."""

import json
import os

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from analytics import buffer
from analytics.events import DropReason, Event
from analytics.intake import MAX_BODY_BYTES
from analytics.models import DropCount, PageDay
from tests.analytics.beacons import FIREFOX, NOON, body, take
from tests.analytics.pages import make_page
from tests.analytics.streams import NOON_BUCKET, drain_all, read, rows, stream_of, view

pytestmark = pytest.mark.django_db


def staff_cookie() -> str:
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("chefin", password="x"))
    return f"sessionid={client.cookies['sessionid'].value}"


def twice(event: Event) -> list[Event]:
    return [event, event]


def view_of(page: int, **fields: object) -> bytes:
    return json.dumps({"id": os.urandom(16).hex(), "page": page, **fields}).encode()


# reason -> events that lead to it, once; the page given is live and public
WAYS = {
    "malformed": lambda page: [take(b"{")],
    "too_large": lambda page: [take(b" " * (MAX_BODY_BYTES + 1))],
    "unknown_page": lambda page: [take(body(2**31 - 1))],
    "not_public": lambda page: [take(body(make_page(live=False).pk))],
    "bot": lambda page: [take(body(page), HTTP_USER_AGENT="Googlebot/2.1")],
    "automation": lambda page: [take(body(page, auto="webdriver"))],
    "prefetch": lambda page: [take(body(page), HTTP_SEC_PURPOSE="prefetch")],
    "navigation": lambda page: [take(body(page), HTTP_SEC_FETCH_MODE="navigate")],
    "referrer_spam": lambda page: [take(body(page, ref="https://semalt.com/"))],
    "foreign_origin": lambda page: [take(body(page), HTTP_SEC_FETCH_SITE="cross-site")],
    "staff": lambda page: [take(body(page), HTTP_COOKIE=staff_cookie())],
    "duplicate": lambda page: twice(take(body(page))),
    "rate_limit": lambda page: [take(view_of(page)) for _ in range(3)],
    "unknown_view": lambda page: [read(os.urandom(16))],
}


@pytest.mark.parametrize("reason", WAYS)
def test_reason_is_reached_and_counted(counting, settings, reason):
    settings.ANALYTICS_READER_LIMIT = 2
    for event in WAYS[reason](make_page().pk):
        buffer.accept(event, now=NOON)
    drain_all()

    hour = NOON_BUCKET // 4
    assert [row[:2] + row[3:] for row in rows(DropCount, "hour", "reason", "detail", "count")] == [
        (hour, reason, 1)
    ]


def test_poison_is_reached_and_counted(counting):
    counting.xadd(stream_of(), {"e": "no event at all"})
    drain_all()

    assert rows(DropCount, "reason", "count") == [("poison", 1)]


def test_the_set_is_closed():
    assert {*WAYS, "poison"} == set(DropReason.values)


def test_views_beyond_the_limit_of_reader_and_page_are_drops(counting, settings):
    settings.ANALYTICS_READER_LIMIT = 2
    events = [view() for _ in range(4)] + [view(6), view(at_ms=view().at_ms + 60_000)]
    for event in events:
        buffer.accept(event, now=NOON)
    drain_all()

    assert rows(DropCount, "reason", "detail", "count") == [("rate_limit", "reader", 2)]


def test_views_beyond_the_limit_of_a_network_are_drops_whoever_reads(counting, settings):
    settings.ANALYTICS_NETWORK_LIMIT = 3
    for number in range(5):
        buffer.accept(view(reader=b"reader-%d" % number, network=b"carrier1"), now=NOON)
    buffer.accept(view(reader=b"reader-9", network=b"carrier2"), now=NOON)
    buffer.accept(view(reader=b"reader-9"), now=NOON)
    drain_all()

    assert rows(DropCount, "reason", "detail", "count") == [("rate_limit", "network", 2)]


def test_limited_view_sent_again_stays_one_drop_and_gathers_no_reading_time(counting, settings):
    settings.ANALYTICS_READER_LIMIT = 1
    limited = view()
    for event in (view(), limited):
        buffer.accept(event, now=NOON)
    settings.ANALYTICS_READER_LIMIT = 300
    buffer.accept(limited, now=NOON, is_replay=True)
    buffer.accept(read(limited.id), now=NOON)
    drain_all()

    assert rows(DropCount, "reason", "count") == [("rate_limit", 1)]


def test_generous_limit_of_a_network_is_kept_to_a_hundredth(counting, settings):
    """A process tells Redis in steps; that a network is crowded holds for no other."""
    settings.ANALYTICS_NETWORK_LIMIT, settings.ANALYTICS_READER_LIMIT = 500, 0
    page = make_page().pk
    for number in range(600):
        buffer.accept(take(view_of(page), REMOTE_ADDR="203.0.113.7"), now=NOON)
        if number % 10 == 0:
            buffer.accept(take(view_of(page), REMOTE_ADDR="203.0.113.8"), now=NOON)
    drain_all()

    ((reason, detail, count),) = rows(DropCount, "reason", "detail", "count")
    assert (reason, detail) == ("rate_limit", "network")
    assert 95 <= count <= 100


@pytest.mark.parametrize("fields", [{"id": os.urandom(16).hex()}, {}])
def test_limit_of_a_network_is_not_escaped_by_what_counts_for_nothing(counting, settings, fields):
    """Each step is told with one view: it holds though that is a known one, or one too many."""
    settings.ANALYTICS_NETWORK_LIMIT, settings.ANALYTICS_READER_LIMIT = 500, 1
    page = make_page().pk
    for number in range(1000):
        is_last_of_step = number % 5 == 4
        sent = view_of(page, **fields) if is_last_of_step else view_of(page)
        agent = FIREFOX if is_last_of_step else f"{FIREFOX} ({number})"
        event = take(sent, REMOTE_ADDR="203.0.113.7", HTTP_USER_AGENT=agent)
        buffer.accept(event, now=NOON)
    drain_all()

    drops = dict(rows(DropCount, "detail", "count"))
    # of 500 views four in five count; beyond the limit every view is told, and dropped
    assert sum(views for (views,) in rows(PageDay, "views")) in range(400, 410)
    assert drops["network"] >= 395


def test_no_limit_is_no_limit(counting, settings):
    settings.ANALYTICS_READER_LIMIT = settings.ANALYTICS_NETWORK_LIMIT = 0
    page = make_page().pk
    for _ in range(5):
        buffer.accept(take(view_of(page)), now=NOON)
    drain_all()

    assert rows(DropCount, "reason", "count") == []


def test_counters_are_gone_after_two_minutes(counting, settings):
    buffer.accept(view(network=b"carrier1"), now=NOON)

    keys = list(counting.scan_iter(f"*{settings.KEY_PREFIX}*:l:*"))

    assert [0 < counting.ttl(key) <= 120 for key in keys] == [True]
