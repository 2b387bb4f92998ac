"""What the operator has set for taking views in, read once: each look at a setting is a call."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.core.signals import setting_changed
from django.dispatch import receiver

from analytics import keys

MEMORY_MARGIN_SECONDS = 2 * 3600


class IntakeConf(NamedTuple):
    """The settings that every beacon hangs on; limits are 0 for none.

    `streams` are the keys of the shards; `memory_seconds` is how long after its day a view id is
    remembered.
    """

    key_prefix: str
    streams: tuple[str, ...]
    memory_seconds: int
    time_zone: str
    reader_limit: int
    network_limit: int
    respects_gpc: bool
    country_header: str
    site_host: str
    session_cookie: str
    spam_referrers: tuple[str, ...]


@lru_cache(maxsize=1)
def intake_conf() -> IntakeConf:
    header = settings.ANALYTICS_COUNTRY_HEADER
    return IntakeConf(
        key_prefix=settings.KEY_PREFIX,
        streams=tuple(
            keys.stream_of(keys.FIRST_SHARD + number, settings.KEY_PREFIX)
            for number in range(settings.ANALYTICS_SHARDS)
        ),
        memory_seconds=settings.ANALYTICS_SPOOL_MAX_AGE_HOURS * 3600 + MEMORY_MARGIN_SECONDS,
        time_zone=settings.TIME_ZONE,
        reader_limit=settings.ANALYTICS_READER_LIMIT,
        network_limit=settings.ANALYTICS_NETWORK_LIMIT,
        respects_gpc=settings.ANALYTICS_RESPECT_GPC,
        country_header="HTTP_" + header.upper().replace("-", "_") if header else "",
        site_host=urlsplit(settings.SITE_URL).hostname or "",
        session_cookie=settings.SESSION_COOKIE_NAME,
        spam_referrers=tuple(settings.ANALYTICS_SPAM_REFERRERS),
    )


@receiver(setting_changed)
def _read_again(**_: Any) -> None:
    intake_conf.cache_clear()
