"""What every test stands on: a real Redis, and a page tree with one of everything."""

import os
import shutil
from collections.abc import Iterator

import pytest
import redis
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase
from django.utils import translation

from analytics.pages import forget_pages
from analytics.pseudonyms import forget_salts
from analytics.staff import forget_sessions
from cms import catalogues, embedded_redis, redis_addresses
from cms.page_cache import fragments, hearing
from news.consent import triggers

catalogues.compile_changed()


@pytest.fixture(scope="session", autouse=True)
def redis_server() -> Iterator[redis.Redis]:
    """A real Redis: the one in REDIS_URL, where only our own prefix is touched, or our own."""
    process = None
    if not os.environ.get("REDIS_URL"):
        process = embedded_redis.start(settings.EMBEDDED_REDIS_SOCKET, settings.VAR_DIR / "redis")
    client = redis_addresses.connect(settings.REDIS_URL)
    yield client
    forget(client)
    client.close()
    if process:
        process.terminate()
        process.wait(10)
    shutil.rmtree(settings.VAR_DIR, ignore_errors=True)


def forget(client: redis.Redis) -> None:
    """Delete this test process's keys and no others."""
    for pattern in (f"{settings.KEY_PREFIX}*", f"{{{settings.KEY_PREFIX}*"):
        for key in client.scan_iter(pattern, count=1000):
            client.delete(key)


@pytest.fixture
def clean_redis(redis_server: redis.Redis) -> redis.Redis:
    """Redis without a key of ours."""
    forget(redis_server)
    return redis_server


@pytest.fixture(scope="session", autouse=True)
def emptied_consent_tables() -> Iterator[None]:
    """Lift the triggers while a transactional test's tables are emptied."""
    empty = TransactionTestCase._fixture_teardown

    def empty_without_triggers(case: TransactionTestCase) -> None:
        triggers.remove(connection)
        empty(case)
        triggers.install(connection)

    TransactionTestCase._fixture_teardown = empty_without_triggers
    yield
    TransactionTestCase._fixture_teardown = empty


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """Ids come again in the next test: what intake remembers of pages and sessions must not.

    Nor does the language of the last request stay.
    """
    translation.deactivate()
    forget_pages()
    forget_salts()
    forget_sessions()
    fragments.forget_all()
    # A test that took Redis away is over.
    hearing.of_this_process().listen_soon()
