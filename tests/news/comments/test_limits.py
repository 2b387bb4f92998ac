from datetime import timedelta
from typing import Any

import pytest
import redis
from django.conf import settings
from django.core.cache import cache
from django.test import RequestFactory

from news.comments import limits
from news.comments.limits import Traffic
from tests.news.comments.conftest import NOW

# The key of the day is kept like any other part of a page: without Redis the database is asked.
pytestmark = pytest.mark.django_db
OUR_KEYS = f"{settings.KEY_PREFIX}*comment-limit*"


def count(address: str = "203.0.113.7", *, email: str = "jo@example.org", **extra: Any) -> Traffic:
    now = NOW + timedelta(hours=extra.pop("hours", 0))
    article_id = extra.pop("article", 1)
    request = RequestFactory().post("/", REMOTE_ADDR=address, **extra)
    return limits.count(request, email=email, article_id=article_id, now=now)


def ask(*args: Any, **kwargs: Any) -> bool:
    return count(*args, **kwargs).is_too_much


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


def test_every_kind_is_counted_on_its_own() -> None:
    count("203.0.113.7", email="jo@example.org", article=1)
    count("198.51.100.1", email="jo@example.org", article=1)

    last = count("198.51.100.1", email="eva@example.org", article=2)

    assert last == Traffic(network=2, address=1, article=1, site=3)


@pytest.mark.parametrize("kind", ["network", "article", "site"])
def test_work_is_asked_for_from_a_number_on(settings: Any, kind: str) -> None:
    for name in ("NETWORK", "ARTICLE", "SITE"):
        setattr(settings, f"COMMENTS_PROOF_PER_{name}", 2 if name.lower() == kind else 0)

    assert [Traffic(**{kind: n}).asks_for_proof for n in (1, 2, 3)] == [False, False, True]
    settings.COMMENTS_PROOF_PER_NETWORK = settings.COMMENTS_PROOF_PER_ARTICLE = 0
    settings.COMMENTS_PROOF_PER_SITE = 0
    assert not Traffic(9, 9, 9, 9).asks_for_proof


def test_a_look_counts_nothing() -> None:
    request = RequestFactory().get("/", REMOTE_ADDR="203.0.113.7")
    count()

    looks = [limits.look(request, article_id=1, now=NOW) for _ in range(2)]

    assert looks == [Traffic(network=2, article=2, site=2)] * 2


def test_counters_and_key_end_by_themselves(redis_server: redis.Redis) -> None:
    count()

    ends = {key: redis_server.ttl(key) for key in redis_server.scan_iter(OUR_KEYS)}
    assert len(ends) == 5
    for key, seconds in ends.items():
        assert 0 < seconds <= (24 * 3600 if b"limit-key" in key else 3600)


def test_no_address_reaches_the_cache(redis_server: redis.Redis) -> None:
    ask()

    keys = b" ".join(redis_server.scan_iter(OUR_KEYS))
    assert keys
    assert b"203.0.113" not in keys and b"example.org" not in keys


def test_cache_that_is_away_limits_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: Any, **kwargs: Any) -> None:
        raise redis.ConnectionError

    monkeypatch.setattr(cache, "get_or_set", away)

    assert [ask(), ask(), ask()] == [False] * 3
