"""How often somebody may try to sign in: counters that live a quarter of an hour.

The client's network becomes a digest under a random key of the day before it is used, so that
no address is stored. Attempts are counted before the password is looked at: whoever tries many
at once gets no more of them.
"""

import hashlib
import hmac
import logging
import secrets
from contextlib import suppress
from datetime import datetime

import redis
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

from cms.proxies import client_network

logger = logging.getLogger(__name__)

WINDOW_SECONDS = 900
DAY_SECONDS = 86_400
# One network may try for several people, and several networks for one person: but not for ever.
NETWORK_FACTOR = 6
ACCOUNT_FACTOR = 10


def is_exceeded(request: HttpRequest, *, account: str, now: datetime) -> bool:
    """Count this attempt; True if it is one too many.

    A cache that is away stops nobody: an editor must get in while Redis is mended.
    """
    limit = settings.LOGIN_ATTEMPTS
    if not limit:
        return False
    network, account = client_network(request.META), account.strip().casefold()
    try:
        counts = [
            _count(f"both:{network}:{account}", now) > limit,
            _count(f"network:{network}", now) > limit * NETWORK_FACTOR,
            _count(f"account:{account}", now) > limit * ACCOUNT_FACTOR,
        ]
    except redis.RedisError as error:
        logger.warning("login_not_throttled", extra={"error": type(error).__name__})
        return False
    return any(counts)


def forget(request: HttpRequest, *, account: str, now: datetime) -> None:
    """Begin anew for somebody who has got in from here; that attempt counts for nobody else.

    Many who know the one password of a page may come within minutes, also from one network.
    """
    network, account = client_network(request.META), account.strip().casefold()
    try:
        cache.delete(_name(f"both:{network}:{account}", now))
        for what in (f"network:{network}", f"account:{account}"):
            _uncount(what, now)
    except redis.RedisError:
        logger.warning("login_throttle_not_forgotten")


def _count(what: str, now: datetime) -> int:
    name = _name(what, now)
    cache.add(name, 0, WINDOW_SECONDS)
    try:
        return int(cache.incr(name))
    except ValueError:  # it ran out between the two lines
        return 1


def _uncount(what: str, now: datetime) -> None:
    with suppress(ValueError):  # nothing is counted, or no longer
        cache.decr(_name(what, now))


def _name(what: str, now: datetime) -> str:
    day = f"{now:%Y%m%d}"
    key = cache.get_or_set(f"login-key:{day}", lambda: secrets.token_hex(16), DAY_SECONDS)
    digest = hmac.new(str(key).encode(), what.encode(), hashlib.sha256).hexdigest()
    return f"login:{day}:{int(now.timestamp()) // WINDOW_SECONDS}:{digest}"
