from datetime import timedelta
from typing import Any

import pytest
import redis
from django.core.cache import cache
from django.test import RequestFactory

from news.comments.limits import exceeded
from tests.news.comments.conftest import NOW


def ask(address: str = "203.0.113.7", *, email: str = "jo@example.org", **extra: Any) -> bool:
    hours = extra.pop("hours", 0)
    request = RequestFactory().post("/", REMOTE_ADDR=address, **extra)
    return exceeded(request, email=email, now=NOW + timedelta(hours=hours))


@pytest.fixture(autouse=True)
def two_an_hour(settings: Any) -> None:
    settings.COMMENTS_PER_NETWORK = 2
    settings.COMMENTS_PER_ADDRESS = 0


def test_network_is_limited_for_an_hour() -> None:
    assert [ask(), ask("203.0.113.9"), ask(), ask("198.51.100.1")] == [False, False, True, False]
    assert ask(hours=1) is False


def test_ipv6_is_limited_by_its_48() -> None:
    answers = [ask(f"2001:db8:1:{n}::1") for n in range(3)]

    assert answers == [False, False, True]
    assert ask("2001:db8:2::1") is False


def test_forwarded_address_counts_only_behind_a_trusted_proxy(settings: Any) -> None:
    forged = [ask(HTTP_X_FORWARDED_FOR=f"198.51.{n}.1") for n in range(3)]
    assert forged == [False, False, True]

    settings.TRUSTED_PROXIES = ["203.0.113.7"]
    honest = [ask(HTTP_X_FORWARDED_FOR=f"192.0.2.1, 198.51.{n}.1") for n in range(3)]
    assert honest == [False, False, False]


def test_address_is_limited_in_every_spelling(settings: Any) -> None:
    settings.COMMENTS_PER_NETWORK = 0
    settings.COMMENTS_PER_ADDRESS = 1

    assert [ask(), ask(email="JO@example.org "), ask(email="eva@example.org")] == [
        False,
        True,
        False,
    ]


def test_no_address_reaches_the_cache(redis_server: redis.Redis) -> None:
    ask()

    keys = b" ".join(redis_server.scan_iter("*comment-limit*"))
    assert keys
    assert b"203.0.113" not in keys and b"example.org" not in keys


def test_cache_that_is_away_limits_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: Any, **kwargs: Any) -> None:
        raise redis.ConnectionError

    monkeypatch.setattr(cache, "get_or_set", away)

    assert [ask(), ask(), ask()] == [False] * 3
