"""Readers' pseudonyms: a keyed hash with the random salt of the day, and the life of salts."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.conf import settings

from analytics.conf import intake_conf
from analytics.models import DaySalt
from analytics.timebuckets import BUCKET_SECONDS, bucket_of_ms, day_of_ms

SALT_BYTES = 32
PSEUDONYM_BYTES = 8


class Salt(bytes):
    """The secret of a day. What all its hashes begin with is computed once."""

    def __init__(self, secret: bytes) -> None:
        self._reader = hashlib.blake2b(key=secret, digest_size=PSEUDONYM_BYTES)
        self._network = hashlib.blake2b(key=secret, digest_size=PSEUDONYM_BYTES, person=b"network")

    def pseudonym(self, *, network: str, user_agent: str, site: str) -> bytes:
        """Return the 8 bytes that stand for a reader of `site` for as long as the salt lives."""
        hasher = self._reader.copy()
        text = "\0".join((network, user_agent, site))
        hasher.update(text.encode("utf-8", "surrogateescape"))
        return hasher.digest()

    def network_hash(self, network: str) -> bytes:
        """Return the 8 bytes that stand for a network for as long as the salt lives."""
        hasher = self._network.copy()
        hasher.update(network.encode("utf-8", "surrogateescape"))
        return hasher.digest()


Salts = Callable[[date], Salt]

_lock = threading.Lock()
_salts: dict[date, Salt] = {}


def salt_of(day: date) -> Salt:
    """Return the salt of a day, drawn by whichever process asks first; kept in this process.

    Only two days stay in memory: a newer day pushes the oldest out.
    """
    try:
        return _salts[day]
    except KeyError:
        pass
    DaySalt.objects.bulk_create(
        [DaySalt(day=day, salt=secrets.token_bytes(SALT_BYTES))], ignore_conflicts=True
    )
    salt = Salt(bytes(DaySalt.objects.values_list("salt", flat=True).get(day=day)))
    with _lock:
        _salts[day] = salt
        for old in sorted(_salts)[:-2]:
            del _salts[old]
    return salt


def salts_from(key: bytes) -> Salts:
    """Return salts that one secret key decides: the same on every run with that key."""

    @lru_cache(maxsize=2)
    def salt_from_key(day: date) -> Salt:
        text = day.isoformat().encode()
        return Salt(hashlib.blake2b(text, key=key, digest_size=SALT_BYTES).digest())

    return salt_from_key


def day_of(at_ms: int) -> date:
    """Return the day of the site's time zone in which a pseudonym of this moment lives."""
    return _day_of_bucket(bucket_of_ms(at_ms), intake_conf().time_zone)


@lru_cache(maxsize=64)
def _day_of_bucket(bucket: int, zone_name: str) -> date:
    """Return the bucket's day; every zone's midnight is a bucket's edge."""
    return day_of_ms(bucket * BUCKET_SECONDS * 1000, ZoneInfo(zone_name))


def delete_old_salts(*, now: datetime) -> int:
    """Delete every salt older than yesterday's, here and in the database; return how many."""
    yesterday = now.astimezone(ZoneInfo(settings.TIME_ZONE)).date() - timedelta(days=1)
    with _lock:
        for day in [day for day in _salts if day < yesterday]:
            del _salts[day]
    deleted, _ = DaySalt.objects.filter(day__lt=yesterday).delete()
    return deleted


def forget_salts() -> None:
    """Empty this process's memory of salts."""
    with _lock:
        _salts.clear()
