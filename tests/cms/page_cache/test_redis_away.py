"""Redis is away: processes hear of drops from the database, and their pages stay fast."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import redis
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cms.outbox.delivery import deliver_due
from cms.outbox.models import EntryState, OutboxEntry
from cms.page_cache import hearing, versions
from cms.page_cache.tags import invalidate
from tests.cms.page_cache.site import Process, Site

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("clean_redis", "own_hearing"),
]
Switch = Callable[[bool], None]


@pytest.fixture
def own_hearing() -> None:
    """What this process owes to Redis must not come from another test."""
    hearing.of_this_process.cache_clear()


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> Switch:
    """Return a switch: on, the cache's Redis is an address where nobody listens."""

    def switch(is_away: bool) -> None:
        url = "redis://127.0.0.1:9/0" if is_away else settings.REDIS_URL
        monkeypatch.setattr(settings, "CACHE_URL", url)

    return switch


def answers(process: Process, *, after: float = 0.6) -> list[str | None]:
    process.clock.passed += after
    return [process.get().cache for _ in range(2)]


def test_pages_are_kept_for_as_long_as_it_takes(away: Switch) -> None:
    process = Process(Site())
    process.get()
    away(True)

    assert answers(process, after=20) == ["hit", "hit"]
    for _ in range(10):
        assert answers(process, after=61) == ["miss", "hit"]


def test_a_drop_is_heard_within_a_second_in_every_process(away: Switch) -> None:
    here, there = Process(Site()), Process(Site())
    for process in (here, there):
        process.get()
    away(True)
    assert [answers(here), answers(there)] == [["hit", "hit"]] * 2

    invalidate("page:1")

    assert [answers(here), answers(there)] == [["miss", "hit"]] * 2
    invalidate("page:2", "listings")
    assert [answers(here), answers(there)] == [["hit", "hit"]] * 2


def test_a_drop_just_before_is_heard_too(away: Switch) -> None:
    """Redis heard of it and the outbox is done, but this process did not ask any more."""
    process = Process(Site())
    process.get()
    invalidate("page:1")
    deliver_due(timezone.now())
    assert OutboxEntry.objects.get().state == EntryState.DONE
    away(True)

    assert answers(process) == ["miss", "hit"]


def test_what_was_heard_long_before_is_not_dropped_again(away: Switch) -> None:
    process = Process(Site())
    invalidate("page:1")
    deliver_due(timezone.now())
    OutboxEntry.objects.update(done_at=timezone.now() - timedelta(seconds=40))
    process.get()
    away(True)

    assert answers(process) == ["hit", "hit"]


def test_what_was_dropped_while_it_was_rendered_is_not_kept(away: Switch) -> None:
    site = Site()
    process = Process(site)
    away(True)
    site.while_rendering = lambda: invalidate("page:1")
    assert answers(process) == ["miss", "miss"]
    site.while_rendering = lambda: None
    assert answers(process) == ["miss", "hit"]


def test_a_process_that_starts_meanwhile_keeps_pages(away: Switch) -> None:
    away(True)
    process = Process(Site())

    assert answers(process) == ["miss", "hit"]
    invalidate("page:1")
    assert answers(process) == ["miss", "hit"]

    away(False)
    assert answers(process) == ["miss", "hit"]


def test_redis_hears_what_it_missed_from_whoever_finds_it_first(away: Switch) -> None:
    here = Process(Site())
    here.get()
    away(True)
    invalidate("page:1")
    hearing.of_this_process.cache_clear()  # who dropped it died
    answers(here)
    away(False)
    there = Process(Site())

    assert answers(here) == ["miss", "hit"]
    # It was started after Redis came back, and finds in it what was kept before.
    assert answers(there) == ["hit", "hit"]
    assert versions.read_since(0)["page:1"] > 0
    moments = versions.read_since(0)
    deliver_due(timezone.now())
    assert versions.read_since(0) == moments


def test_nothing_dropped_nothing_is_rendered_again(away: Switch) -> None:
    site = Site()
    process = Process(site)
    process.get()
    for is_away in (True, False, True, False):
        away(is_away)
        assert answers(process) == ["hit", "hit"]
    assert site.renderings == 1


def test_redis_that_comes_back_empty_drops_everything(
    away: Switch, clean_redis: redis.Redis
) -> None:
    process = Process(Site())
    process.get()
    away(True)
    assert answers(process) == ["hit", "hit"]
    clean_redis.flushdb()
    away(False)

    assert answers(process) == ["miss", "hit"]


def test_a_clock_of_redis_that_went_back_drops_what_it_should(
    away: Switch, clean_redis: redis.Redis
) -> None:
    process = Process(Site())
    clean_redis.zadd(versions.key(), {"*": 4e15, "page:9": 4e15})
    process.get()
    away(True)
    for _ in range(3):
        invalidate("page:9")
        assert answers(process) == ["hit", "hit"]
    invalidate("page:1")
    assert answers(process) == ["miss", "hit"]
    away(False)
    answers(process)

    invalidate("page:1")

    assert answers(process) == ["miss", "hit"]


def test_asking_costs_one_query_while_nothing_is_new(away: Switch) -> None:
    process = Process(Site())
    process.get()
    away(True)
    for number in range(3):
        invalidate(f"page:{number + 7}")
    old = OutboxEntry.objects.create(
        kind="invalidate",
        payload={"tags": ["page:1"]},
        state=EntryState.DONE,
        due_at=timezone.now() - timedelta(hours=1),
    )
    assert old
    answers(process)

    with CaptureQueriesContext(connection) as queries:
        assert answers(process) == ["hit", "hit"]

    assert len(queries) == 1
