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


def test_what_could_not_be_deleted_is_gone_when_redis_is_back(settings: Any):
    cache.set("alt", 1)
    here = settings.CACHES["default"]
    away = here | {"LOCATION": ["redis://127.0.0.1:9"]}
    settings.CACHES = {"default": away}
    assert caches.create_connection("default").delete("alt") is False
    assert caches.create_connection("default").get_many(["alt"]) == {}

    settings.CACHES = {"default": here}

    assert caches.create_connection("default").get("alt") is None


def test_clearing_leaves_what_others_keep_in_the_same_redis(clean_redis: redis.Redis):
    stranger = f"{settings.KEY_PREFIX}:pages:versions"
    clean_redis.set(stranger, "bleibt")
    cache.set("geht", 1)

    cache.clear()

    assert cache.get("geht") is None
    assert clean_redis.get(stranger) == b"bleibt"
