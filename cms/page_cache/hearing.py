"""What this process has heard of invalidations: it asks Redis twice a second.

While Redis is away it asks the database, where every drop is a row of the outbox. What it heard
there has moments of its own, later than the last one of Redis; nobody shares them.
"""

import threading
import time
from collections.abc import Callable, Collection
from functools import cache

import redis

from cms.page_cache import drops, versions
from cms.page_cache.drops import Drop

POLL_SECONDS = 0.5
# After so long without a word from either an invalidation may have been missed.
TRUST_SECONDS = 30
# After so long Redis may have forgotten what was dropped: then everything is read anew.
FORGET_SECONDS = versions.REMEMBERED_MICROSECONDS / 2_000_000
# Nothing is tagged so: it only moves the clock of Redis past the moments we gave ourselves.
RETURNED = "returned"


class Hearing:
    """A copy of the tags' versions; `now` is the newest moment that is known."""

    def __init__(self, steady_clock: Callable[[], float] = time.monotonic) -> None:
        self._steady_clock = steady_clock
        self._polling = threading.Lock()
        self._versions: dict[str, int] = {}
        self._floor = 0
        self._next_poll = 0.0
        self._next_try = 0.0
        self._heard_at = float("-inf")
        # Of Redis alone: its newest moment, and when it said so.
        self._redis_now = 0
        self._redis_heard_at = float("-inf")
        self._rows: set[int] = set()
        self._owed: dict[Drop, None] = {}
        self.now = 0
        self.redis_answers = False

    def is_current(self) -> bool:
        """Poll if it is time (one thread does, the others go on); False when trust ran out."""
        now = self._steady_clock()
        if now >= self._next_poll and self._polling.acquire(blocking=False):
            try:
                self._poll()
            finally:
                self._polling.release()
        return now - self._heard_at < TRUST_SECONDS

    def listen(self) -> bool:
        """Poll at once; False if both Redis and the database are away."""
        with self._polling:
            return self._poll()

    def listen_soon(self) -> None:
        """Have the next reader poll: this process itself has just dropped something."""
        self._next_poll = self._next_try = 0.0

    def owe(self, drop: Drop) -> None:
        """Keep what Redis did not hear from this process, and tell it with the next poll.

        The outbox tells it too, but a worker may need some seconds to come back.
        """
        self._owed[drop] = None
        self._next_poll = 0.0

    def is_unchanged(self, tags: Collection[str], clock: int) -> bool:
        """Tell whether none of the tags was dropped since `clock`, as far as is known."""
        known = self._versions
        if not self._floor <= clock <= self.now:
            return False
        return not any(known.get(tag, 0) > clock for tag in tags)

    def _poll(self) -> bool:
        """Bring the copy up to date; False if nobody answers."""
        self._next_poll = self._steady_clock() + POLL_SECONDS
        return self._ask_redis() or self._ask_database()

    def _ask_redis(self) -> bool:
        if not self.redis_answers and self._steady_clock() < self._next_try:
            return False
        self._next_try = self._steady_clock() + POLL_SECONDS
        since, least = self._redis_now, self.now + 1
        if self._steady_clock() - self._redis_heard_at > FORGET_SECONDS:
            since = 0
        try:
            self._tell_owed()
            if since != self.now:  # we gave moments ourselves
                versions.bump([RETURNED] if self.now else [], least=least)
            news = versions.read_since(since) if since else {}
            if not news:  # the first poll, or Redis lost what it knew
                versions.bump([], least=least)
                news = versions.read_since(0)
        except redis.RedisError:
            self.redis_answers = False
            return False
        latest = max(news.values())
        if latest != self.now or not self._versions:
            floor = news.get("*", self._floor if since else latest)
            self._adopt(news, floor=floor, now=latest)
        self._redis_now = latest
        self._rows.clear()
        self.redis_answers = True
        self._heard_at = self._redis_heard_at = self._steady_clock()
        return True

    def _tell_owed(self) -> None:
        for drop in list(self._owed):
            versions.bump(drop.tags, name=drop.name)
            self._owed.pop(drop, None)

    def _ask_database(self) -> bool:
        found = drops.read(self._rows)
        if found is None:
            return False
        if found or not self.now:
            moment = self.now + 1
            news = {tag: moment for drop in found.values() for tag in drop.tags}
            self._adopt(news, floor=self._floor, now=moment)
        self._rows.update(found)
        # Whoever hears of Redis first tells it: others may have been started meanwhile.
        self._owed.update(dict.fromkeys(found.values()))
        self._heard_at = self._steady_clock()
        return True

    def _adopt(self, news: dict[str, int], *, floor: int, now: int) -> None:
        known = {**self._versions, **news}
        # What was rendered before the floor is invalid whatever was dropped.
        self._versions = {tag: moment for tag, moment in known.items() if moment >= floor}
        self._floor = floor
        self.now = now


@cache
def of_this_process() -> Hearing:
    """Return the one copy that everything in this process shares."""
    return Hearing()
