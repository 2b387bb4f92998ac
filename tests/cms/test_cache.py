import time
from typing import Any

import pytest
import redis
from django.conf import settings
from django.core.cache import cache, caches


def test_a_redis_that_is_away_is_an_empty_cache(settings: Any):
    settings.CACHES = {
        "default": settings.CACHES["default"] | {"LOCATION": ["redis://127.0.0.1:9"]}
    }
    away = caches.create_connection("default")
    started = time.monotonic()

    away.set("da", 1)

    assert away.get("da", "nichts") == "nichts"
    with pytest.raises(redis.ConnectionError):
        away.add("da", 1)
    assert time.monotonic() - started < 2


def test_clearing_leaves_what_others_keep_in_the_same_redis(clean_redis: redis.Redis):
    stranger = f"{settings.KEY_PREFIX}:pages:versions"
    clean_redis.set(stranger, "bleibt")
    cache.set("geht", 1)

    cache.clear()

    assert cache.get("geht") is None
    assert clean_redis.get(stranger) == b"bleibt"
