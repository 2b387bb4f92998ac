import threading
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from wsgiref.simple_server import make_server

import pytest
from wagtail.users.models import UserProfile

from analytics import buffer
from analytics.doorway import Doorway
from analytics.events import BotKind, DropReason, Kind
from analytics.health import Health
from analytics.quality import Quality, Share, is_beacon_reachable, look
from analytics.timebuckets import start_of
from analytics.windows import roll_windows
from tests.analytics.streams import NOON, NOON_BUCKET, NOON_MS, drain_all, drop, view
from tests.factories import make_user

HOUR_MS = 3_600_000


@pytest.mark.django_db
def test_views_stand_beside_what_was_not_counted(counting, spool_dir):
    for event in (
        view(),
        drop("bot", "search"),
        drop("bot", "search", at_ms=NOON_MS - 23 * HOUR_MS),
        drop("bot", "ai"),
        drop("bot", "ai", at_ms=NOON_MS - 24 * HOUR_MS),
        drop("staff"),
    ):
        buffer.accept(event, now=NOON)
    drain_all(NOON)
    roll_windows(now=NOON)

    found = look(now=NOON + timedelta(seconds=4))

    assert found == Quality(
        health=Health(True, True, 4, 4, 0, 0),
        is_beacon_reachable=False,
        last_view_from=start_of(NOON_BUCKET),
        poison_count=0,
        views=1,
        drops=[Share(str(DropReason.BOT.label), 3), Share(str(DropReason.STAFF.label), 1)],
        bots=[Share(str(BotKind.SEARCH.label), 2), Share(str(BotKind.AI.label), 1)],
    )


@pytest.mark.django_db
def test_before_anything_is_counted(counting, spool_dir):
    found = look(now=NOON)

    assert (found.last_view_from, found.views, found.drops, found.bots) == (None, 0, [], [])


@pytest.fixture
def served(counting):
    """Yield what starts the program, or something else, at an address of its own."""
    with ExitStack() as stack:

        def serve(application) -> str:
            server = stack.enter_context(make_server("127.0.0.1", 0, application))
            stack.callback(server.shutdown)
            threading.Thread(target=server.serve_forever, daemon=True).start()
            return f"http://127.0.0.1:{server.server_port}"

        yield serve


def nothing_here(environ, start_response):
    start_response("200 OK", [])
    return [b"another site"]


def test_door_that_answers_is_reachable_and_counts_nothing(served, settings):
    settings.SITE_URL = served(Doorway(nothing_here, paths={"/_/view": Kind.VIEW}))

    assert is_beacon_reachable()
    assert drain_all() == 0


def test_address_where_something_else_answers_is_not_reachable(served, settings):
    settings.SITE_URL = served(nothing_here)

    assert not is_beacon_reachable()


@pytest.mark.parametrize("address", ["http://127.0.0.1:1", "http://", "https://127.0.0.1:1"])
def test_address_where_nobody_answers_is_not_reachable(settings, address):
    settings.SITE_URL = address

    assert not is_beacon_reachable()


@pytest.mark.django_db
def test_page_says_what_is_wrong_and_what_was_dropped(client, counting, spool_dir):
    now = datetime.now(UTC)
    buffer.accept(drop("bot", "search", at_ms=int(now.timestamp() * 1000)), now=now)
    drain_all(now)
    analyst = make_user(groups=("Analysts",))
    UserProfile.objects.create(user=analyst, preferred_language="en")
    client.force_login(analyst)

    html = client.get("/admin/reports/counting/").content.decode()

    assert "<title>Counting check" in html.replace("\n", "").replace("  ", "")
    assert html.count("Counting check") >= 3  # menu, title, and where one is
    assert "Counting needs attention." in html
    assert "not reachable at the address of the site" in html
    assert '<th scope="row">Bot by its own account</th><td>1</td>' in html
    assert '<th scope="row">Search engines</th><td>1</td>' in html
