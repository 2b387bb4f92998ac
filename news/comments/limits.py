"""How much is sent: by one network, one address, below one article, on the whole site.

The client's address becomes a digest under a random key of the day before it is used, and only
that digest ever leaves this module. Counters live an hour, the key a day; both in Redis only.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime

import redis
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

from cms.page_cache import fragments
from cms.proxies import client_network
from news.consent import subjects

HOUR = 3600


@dataclass(frozen=True, slots=True)
class Traffic:
    """How many comments came within the hour, this one included."""

    network: int = 0
    address: int = 0
    article: int = 0
    site: int = 0

    @property
    def is_too_much(self) -> bool:
        return _over(self.network, settings.COMMENTS_PER_NETWORK) or _over(
            self.address, settings.COMMENTS_PER_ADDRESS
        )

    @property
    def asks_for_proof(self) -> bool:
        """Whether a browser has to work for the comment; without it the comment is held."""
        return (
            _over(self.network, settings.COMMENTS_PROOF_PER_NETWORK)
            or _over(self.article, settings.COMMENTS_PROOF_PER_ARTICLE)
            or _over(self.site, settings.COMMENTS_PROOF_PER_SITE)
        )


def count(request: HttpRequest, *, email: str, article_id: int, now: datetime) -> Traffic:
    """Count this comment. A Redis that is away limits nobody."""
    values = {
        "network": _network(request),
        "address": subjects.normalise(email),
        "article": str(article_id),
        "site": "",
    }
    return Traffic(**_count(values, now))


def look(request: HttpRequest, *, article_id: int, now: datetime) -> Traffic:
    """Return what the next comment would be counted as, without counting it."""
    values = {"network": _network(request), "article": str(article_id), "site": ""}
    try:
        key = _day_key(now)
        names = {kind: _name(kind, value, key, now) for kind, value in values.items()}
        found = cache.get_many(names.values())
    except redis.RedisError:
        return Traffic()
    return Traffic(**{kind: int(found.get(name, 0)) + 1 for kind, name in names.items()})


def too_many_reports(request: HttpRequest, *, now: datetime) -> bool:
    """Count a report of a comment, by network only."""
    found = _count({"report": _network(request)}, now)
    return _over(found.get("report", 0), settings.COMMENTS_PER_NETWORK)


def too_many_requests(request: HttpRequest, *, now: datetime) -> bool:
    """Count a wish for the link to one's own page, by network."""
    found = _count({"access": _network(request)}, now)
    return _over(found.get("access", 0), settings.COMMENTS_PER_NETWORK)


def may_mail(address: str, *, now: datetime) -> bool:
    """Whether one more link may go to the address; strangers must not fill a mailbox."""
    found = _count({"link": subjects.normalise(address)}, now)
    return not _over(found.get("link", 0), settings.COMMENTS_PER_ADDRESS)


def _over(number: int, limit: int) -> bool:
    return number > limit > 0


def _count(values: dict[str, str], now: datetime) -> dict[str, int]:
    """Raise a counter of every kind in one round trip, and return where they stand."""
    try:
        key = _day_key(now)
        names = [cache.make_key(_name(kind, value, key, now)) for kind, value in values.items()]
        with _client().pipeline(transaction=False) as pipeline:
            for name in names:
                pipeline.incr(name)
                pipeline.expire(name, HOUR)
            numbers = pipeline.execute()[::2]
    except redis.RedisError:
        return {}
    return dict(zip(values, numbers, strict=True))


def _client() -> redis.Redis:
    client: redis.Redis = cache._cache.get_client(write=True)  # type: ignore[attr-defined]
    return client


def _day_key(now: datetime) -> str:
    """Return the key that all processes share, as of a minute ago."""
    name = f"comment-limit-key:{now:%Y%m%d}"

    def agree() -> str:
        return str(cache.get_or_set(name, secrets.token_hex(16), 24 * HOUR))

    return fragments.kept(name, agree, tags=[], seconds=60)


def _name(kind: str, value: str, key: str, now: datetime) -> str:
    digest = hmac.new(key.encode(), value.encode(), hashlib.sha256).hexdigest()
    return f"comment-limit:{kind}:{now:%Y%m%d%H}:{digest}"


def _network(request: HttpRequest) -> str:
    return client_network(request.META)
