"""Where rendered pages are kept: a copy in this process's memory, and in Redis for the others."""

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import redis
from django.conf import settings

from cms.page_cache import versions
from cms.page_cache.entries import Entry, pack, unpack
from cms.page_cache.hearing import Hearing

MEMORY_BYTES = 32_000_000
REBUILD_SECONDS = 10
# So much longer an old page stands in for one that cannot be rendered: the database is away.
LAST_RESORT_SECONDS = 600
# How entries are packed: programs of two versions may run side by side during an upgrade.
FORMAT = 3


class Store:
    """Entries by key; what is returned was not invalidated, as far as the last poll knows."""

    def __init__(
        self,
        *,
        fresh_seconds: int,
        stale_seconds: int,
        memory_bytes: int = MEMORY_BYTES,
        clock: Callable[[], float] = time.time,
        hearing: Hearing | None = None,
    ) -> None:
        self.fresh_seconds = fresh_seconds
        self.life_seconds = fresh_seconds + stale_seconds
        self._memory_bytes = memory_bytes
        self.clock = clock
        self._hearing = hearing or Hearing()
        self._memory: OrderedDict[str, Entry] = OrderedDict()
        self._used_bytes = 0
        self._lock = threading.Lock()

    def find(self, key: str, *, shared: bool) -> Entry | None:
        """Return a living entry, fresh or stale, from memory or (if `shared`) from Redis."""
        if not self._hearing.is_current():
            return None
        entry = self._memory.get(key)
        if entry is not None and not self._is_alive(entry):
            if not self._is_last_resort(entry):
                self._forget(key)
            entry = None
        if (entry is None or not self.is_fresh(entry)) and shared and self._hearing.redis_answers:
            other = self._fetch(key)
            if other and self._is_alive(other) and (not entry or other.made_at > entry.made_at):
                self._remember(key, other)
                return other
        return entry

    def find_fresh(self, key: str) -> Entry | None:
        """Return what is at hand and needs no second thought; the way of nearly every request."""
        entry = self._memory.get(key)
        if (
            entry is not None
            and self._hearing.is_current()
            and entry.checked_at == self._hearing.now
            and self.clock() - entry.made_at < self.fresh_seconds
        ):
            return entry
        return None

    def find_last_resort(self, key: str) -> Entry | None:
        """Return an entry of any age that nobody dropped, for a page that cannot be rendered."""
        entry = self._memory.get(key) if self._hearing.is_current() else None
        return entry if entry is not None and self._is_last_resort(entry) else None

    def is_fresh(self, entry: Entry) -> bool:
        return self.clock() - entry.made_at < self.fresh_seconds

    def read_clock(self) -> int | None:
        """Read the versions now, before rendering; None if nobody tells: then don't store."""
        return self._hearing.now if self._hearing.listen() else None

    def keep(self, key: str, entry: Entry, *, shared: bool) -> bool:
        """Keep what was rendered, unless one of its tags was dropped meanwhile."""
        if not self._hearing.listen() or not self._is_alive(entry):
            return False
        self._remember(key, entry)
        if shared and self._hearing.redis_answers:
            try:
                self._client.set(self._redis_key(key), pack(entry), ex=self.life_seconds or 1)
            except redis.RedisError:
                self._hearing.redis_answers = False
        return True

    def may_rebuild(self, key: str) -> bool:
        """Tell whether it is this caller's turn to render a stale page anew."""
        if not self._hearing.redis_answers:
            return True
        try:
            lock = self._redis_key(key) + ":rebuild"
            return bool(self._client.set(lock, 1, nx=True, ex=REBUILD_SECONDS))
        except redis.RedisError:
            self._hearing.redis_answers = False
            return True

    def rebuilt(self, key: str) -> None:
        """Let the next caller rebuild as soon as the page is stale again."""
        if not self._hearing.redis_answers:
            return
        try:
            self._client.delete(self._redis_key(key) + ":rebuild")
        except redis.RedisError:
            self._hearing.redis_answers = False

    @property
    def _client(self) -> redis.Redis:
        return versions.client(settings.CACHE_URL)

    def _redis_key(self, key: str) -> str:
        digest = hashlib.blake2b(key.encode(), digest_size=20).hexdigest()
        return f"{settings.KEY_PREFIX}:pages:{FORMAT}:{digest}"

    def _is_alive(self, entry: Entry) -> bool:
        return self.clock() - entry.made_at < self.life_seconds and self._is_unchanged(entry)

    def _is_last_resort(self, entry: Entry) -> bool:
        age = self.clock() - entry.made_at
        return age < self.life_seconds + LAST_RESORT_SECONDS and self._is_unchanged(entry)

    def _is_unchanged(self, entry: Entry) -> bool:
        now = self._hearing.now
        if entry.checked_at == now:
            return True
        if not self._hearing.is_unchanged(entry.tags, entry.clock):
            return False
        entry.checked_at = now
        return True

    def _fetch(self, key: str) -> Entry | None:
        try:
            packed: Any = self._client.get(self._redis_key(key))
        except redis.RedisError:
            self._hearing.redis_answers = False
            return None
        return unpack(packed) if packed else None

    def _remember(self, key: str, entry: Entry) -> None:
        with self._lock:
            previous = self._memory.pop(key, None)
            self._used_bytes += entry.size_bytes - (previous.size_bytes if previous else 0)
            self._memory[key] = entry
            while self._used_bytes > self._memory_bytes:
                _, oldest = self._memory.popitem(last=False)
                self._used_bytes -= oldest.size_bytes

    def _forget(self, key: str) -> None:
        with self._lock:
            entry = self._memory.pop(key, None)
            if entry is not None:
                self._used_bytes -= entry.size_bytes
