"""How long a page lives, and that an invalidated one is never served."""

import pytest
import redis
from django.conf import settings

from cms.page_cache import versions
from cms.page_cache.entries import make, pack, unpack
from cms.page_cache.store import MEMORY_BYTES, Store
from cms.page_cache.tags import invalidate_now
from tests.cms.page_cache.site import Clock, Process, Site

pytestmark = pytest.mark.usefixtures("clean_redis")


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> object:
    """Return a switch: on, the cache's Redis is an address where nobody listens."""

    def switch(is_away: bool) -> None:
        url = "redis://127.0.0.1:9/0" if is_away else settings.REDIS_URL
        monkeypatch.setattr(settings, "CACHE_URL", url)

    return switch


def test_an_invalidated_page_is_rendered_anew_after_the_next_poll() -> None:
    site = Site()
    process = Process(site)
    process.get()
    invalidate_now(["page:1"])
    process.clock.passed += 0.6
    assert (process.get().cache, process.get().cache) == ("miss", "hit")


def test_an_invalidation_is_heard_in_every_process_within_a_second() -> None:
    site = Site()
    here, there = Process(site), Process(site)
    assert [here.get().cache, there.get().cache] == ["miss", "hit"]
    invalidate_now(["navigation"])
    here.clock.passed += 0.9
    there.clock.passed += 0.9
    assert [here.get().cache, there.get().cache] == ["miss", "hit"]
    assert site.renderings == 2


def test_another_tag_drops_nothing() -> None:
    process = Process(Site())
    process.get()
    invalidate_now(["page:2", "listings"])
    process.clock.passed += 0.6
    assert process.get().cache == "hit"


def test_what_was_dropped_while_it_was_rendered_is_not_kept() -> None:
    site = Site()
    process = Process(site)
    site.while_rendering = lambda: invalidate_now(["page:1"])
    assert process.get().cache == "miss"
    site.while_rendering = lambda: None
    assert (process.get().cache, process.get().cache) == ("miss", "hit")
    assert Process(site).get().cache == "hit"


def test_an_old_page_is_served_while_one_process_rebuilds() -> None:
    site, clock = Site(), Clock()
    here, there = Process(site, clock), Process(site, clock)
    here.get()
    there.get()
    clock.passed += 31
    seen = []
    site.while_rendering = lambda: seen.append(there.get().cache)
    assert (here.get().cache, seen) == ("miss", ["stale"])
    site.while_rendering = lambda: None
    assert there.get().cache == "hit"
    assert site.renderings == 2


def test_a_rebuild_that_failed_lets_the_next_one_try() -> None:
    site = Site()
    process = Process(site)
    process.get()
    process.clock.passed += 31

    def fail() -> None:
        raise RuntimeError("template broke")

    site.while_rendering = fail
    for _ in range(2):
        with pytest.raises(RuntimeError, match="template broke"):
            process.get()


def test_a_page_past_its_life_is_not_served() -> None:
    site = Site()
    process = Process(site)
    process.get()
    process.clock.passed += 61
    assert process.get().cache == "miss"


def fail(site: Site) -> None:
    """Let it answer as Django does while the database is away: without tags."""
    site.status, site.tags, site.body = "500 Internal Server Error", "", b"Fehler"


def test_an_old_page_stands_in_while_it_cannot_be_rendered() -> None:
    site = Site()
    process = Process(site)
    page = process.get().body
    fail(site)
    for seconds in (31, 40, 500):
        process.clock.passed += seconds
        answer = process.get()
        assert (answer.status, answer.cache, answer.body) == ("200 OK", "stale", page)
    process.clock.passed += 120
    assert process.get().status == "500 Internal Server Error"


def test_a_dropped_page_never_stands_in() -> None:
    site = Site()
    process = Process(site)
    process.get()
    fail(site)
    invalidate_now(["page:1"])
    process.clock.passed += 31
    assert process.get().status == "500 Internal Server Error"


@pytest.mark.django_db
def test_redis_and_database_gone_pages_are_served_for_30_seconds_then_by_django(away) -> None:
    # Inside the test's transaction the database is not asked.
    site = Site()
    process = Process(site, fresh_seconds=300)
    process.get()
    away(True)
    process.clock.passed += 20
    assert process.get().cache == "hit"
    process.clock.passed += 11
    assert [process.get().cache for _ in range(2)] == ["miss", "miss"]
    assert site.renderings == 3
    away(False)
    process.clock.passed += 1
    assert [process.get().cache for _ in range(2)] == ["hit", "hit"]


@pytest.mark.django_db
def test_redis_and_database_gone_from_the_start_pages_are_served(away) -> None:
    away(True)
    site = Site()
    process = Process(site)
    assert [process.get().body for _ in range(2)] == [site.body] * 2
    assert site.renderings == 2


def test_redis_that_lost_everything_drops_everything(clean_redis: redis.Redis) -> None:
    site = Site()
    here, there = Process(site), Process(site)
    here.get()
    there.get()
    clean_redis.delete(versions.key())
    here.clock.passed += 1
    there.clock.passed += 1
    assert [here.get().cache, there.get().cache] == ["miss", "hit"]


def test_a_lost_clock_that_somebody_else_started_again_drops_everything(
    clean_redis: redis.Redis,
) -> None:
    process = Process(Site())
    process.get()
    clean_redis.delete(versions.key())
    invalidate_now(["page:77"])
    process.clock.passed += 1
    assert process.get().cache == "miss"


def test_versions_grow_strictly_and_old_ones_are_forgotten(clean_redis: redis.Redis) -> None:
    first, second = versions.bump(["a"]), versions.bump(["b"])
    assert second > first
    clean_redis.zadd(versions.key(), {"a": first - 2 * versions.REMEMBERED_MICROSECONDS})
    clean_redis.zadd(versions.key(), {"*": first - 2 * versions.REMEMBERED_MICROSECONDS})
    third = versions.bump(["c"])
    assert versions.read_since(0) == {
        "*": third - versions.REMEMBERED_MICROSECONDS,
        "b": second,
        "c": third,
    }


def test_an_entry_survives_packing() -> None:
    entry = make(
        status="200 OK",
        headers=[("Content-Type", "text/html")],
        body="Größe".encode(),
        tags=("page:1",),
        clock=5,
        now=7.5,
    )
    assert unpack(pack(entry)) == entry


def test_memory_is_bounded() -> None:
    store = Store(fresh_seconds=30, stale_seconds=30, memory_bytes=100_000)
    clock = store.read_clock()
    assert clock is not None
    for number in range(50):
        entry = make(
            status="200 OK", headers=[], body=b"x" * 20_000, tags=("a",), clock=clock, now=1e12
        )
        store.keep(f"/{number}", entry, shared=False)
    assert store._used_bytes <= 100_000 < MEMORY_BYTES
    assert store.find("/49", shared=False) and not store.find("/0", shared=False)
