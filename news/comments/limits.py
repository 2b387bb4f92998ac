"""How often one network and one address may comment: counters that live an hour.

The client's address becomes a digest under a random key of the day before it is used, and only
that digest ever leaves this module.
"""

import hashlib
import hmac
import ipaddress
import secrets
from datetime import datetime

import redis
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

from news.consent import subjects

HOUR = 3600


def exceeded(request: HttpRequest, *, email: str, now: datetime) -> bool:
    """Count this comment; True if it is one too many. A cache that is away limits nobody."""
    try:
        counts = [
            _count("network", _network(request), now) > settings.COMMENTS_PER_NETWORK > 0,
            _count("address", subjects.normalise(email), now) > settings.COMMENTS_PER_ADDRESS > 0,
        ]
    except redis.RedisError:
        return False
    return any(counts)


def too_many_reports(request: HttpRequest, *, now: datetime) -> bool:
    """Count a report of a comment likewise, by network only."""
    try:
        return _count("report", _network(request), now) > settings.COMMENTS_PER_NETWORK > 0
    except redis.RedisError:
        return False


def _count(kind: str, value: str, now: datetime) -> int:
    day_key = cache.get_or_set(f"comment-limit-key:{now:%Y%m%d}", secrets.token_hex(16), 24 * HOUR)
    digest = hmac.new(str(day_key).encode(), value.encode(), hashlib.sha256).hexdigest()
    name = f"comment-limit:{kind}:{now:%Y%m%d%H}:{digest}"
    cache.add(name, 0, HOUR)
    try:
        return int(cache.incr(name))
    except ValueError:  # it ran out between the two lines
        return 1


def _network(request: HttpRequest) -> str:
    """Return the client's network: /24, or /48 for IPv6."""
    hops = [request.META.get("REMOTE_ADDR", "")]
    if hops[0] in settings.TRUSTED_PROXIES:
        hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",")]
        hops = [hop for hop in hops if hop not in settings.TRUSTED_PROXIES]
    try:
        address = ipaddress.ip_address(hops[-1] if hops else "")
    except ValueError:
        return "unknown"
    prefix = 24 if address.version == 4 else 48
    return str(ipaddress.ip_network((address, prefix), strict=False))
