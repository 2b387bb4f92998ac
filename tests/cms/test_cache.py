import redis
from django.conf import settings
from django.core.cache import cache


def test_clearing_leaves_what_others_keep_in_the_same_redis(clean_redis: redis.Redis):
    stranger = f"{settings.KEY_PREFIX}:pages:versions"
    clean_redis.set(stranger, "bleibt")
    cache.set("geht", 1)

    cache.clear()

    assert cache.get("geht") is None
    assert clean_redis.get(stranger) == b"bleibt"
