"""Django's cache in a Redis that it shares: clearing takes its own keys and no others."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any, ClassVar

import redis
from django.core.cache.backends.redis import RedisCache, RedisCacheClient


class KeptClient(RedisCacheClient):
    """Django's own makes a new client for every command, which takes longer than the command."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._kept: dict[Any, redis.Redis] = {}

    def get_client(self, key: Any = None, *, write: bool = False) -> redis.Redis:
        pool = self._get_connection_pool(write)
        known = self._kept.get(pool)
        if known is None:
            known = self._kept[pool] = redis.Redis(connection_pool=pool)
        return known


class SharedRedisCache(RedisCache):
    """Django's own would empty the whole database, and with it views that wait to be counted.

    While Redis is away it holds nothing: pages are rendered and published without it. Whoever
    counts or locks with it (`add`, `incr`) hears of that and decides for itself. What could not
    be deleted meanwhile is deleted before anything is read again.
    """

    _owed: ClassVar[set[str]] = set()

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = KeptClient

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        try:
            self._delete_owed()
            return super().get(key, default, version)
        except redis.RedisError:
            return default

    def get_many(self, keys: Iterable[str], version: int | None = None) -> dict[str, Any]:
        try:
            self._delete_owed()
            return super().get_many(keys, version)
        except redis.RedisError:
            return {}

    def set(self, *args: Any, **options: Any) -> None:
        with suppress(redis.RedisError):
            super().set(*args, **options)

    def delete(self, key: str, version: int | None = None) -> bool:
        try:
            return super().delete(key, version)
        except redis.RedisError:
            self._owed.add(self.make_key(key, version))
            return False

    def _delete_owed(self) -> None:
        if owed := list(self._owed):
            self._cache.get_client(write=True).delete(*owed)
            self._owed.difference_update(owed)

    def clear(self) -> bool:
        client: Any = self._cache.get_client(write=True)
        pattern = f"{self.key_prefix}:*"
        for key in client.scan_iter(pattern, count=1000):
            client.delete(key)
        return True
