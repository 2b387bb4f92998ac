"""What this process has heard of invalidations: it asks Redis twice a second."""

import threading
import time
from collections.abc import Callable, Collection
from functools import cache

import redis

from cms.page_cache import versions

POLL_SECONDS = 0.5
# After so long without a word from Redis an invalidation may have been missed.
TRUST_SECONDS = 30
# After so long Redis may have forgotten what was dropped: then everything is read anew.
FORGET_SECONDS = versions.REMEMBERED_MICROSECONDS / 2_000_000


class Hearing:
    """A copy of the tags' versions; `now` is the newest moment that is known."""

    def __init__(self, steady_clock: Callable[[], float] = time.monotonic) -> None:
        self._steady_clock = steady_clock
        self._polling = threading.Lock()
        self._versions: dict[str, int] = {}
        self._floor = 0
        self._next_poll = 0.0
        self._heard_at = float("-inf")
        self._owed: set[str] = set()
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
        """Poll at once; False if Redis is away."""
        with self._polling:
            return self._poll()

    def listen_soon(self) -> None:
        """Have the next reader poll: this process itself has just dropped something."""
        self._next_poll = 0.0

    def owe(self, tags: Collection[str]) -> None:
        """Keep what Redis did not hear from this process, and tell it with the next poll.

        The outbox tells it too, but a worker may need some seconds to come back.
        """
        self._owed.update(tags)

    def is_unchanged(self, tags: Collection[str], clock: int) -> bool:
        """Tell whether none of the tags was dropped since `clock`, as far as is known."""
        known = self._versions
        if not self._floor <= clock <= self.now:
            return False
        return not any(known.get(tag, 0) > clock for tag in tags)

    def _poll(self) -> bool:
        """Bring the copy up to date; False if Redis is away."""
        if not self.redis_answers and self._steady_clock() < self._next_poll:
            return False
        self._next_poll = self._steady_clock() + POLL_SECONDS
        if self._steady_clock() - self._heard_at > FORGET_SECONDS:
            self.now = 0
        owed, self._owed = self._owed, set()
        try:
            if owed:
                versions.bump(owed)
                owed = set()
            news = versions.read_since(self.now) if self.now else {}
            if not news:  # the first poll, or Redis lost what it knew
                versions.bump([])
                news = versions.read_since(0)
                self._versions = {}
        except redis.RedisError:
            self._owed |= owed
            self.redis_answers = False
            return False
        latest = max(news.values())
        if latest != self.now or not self._versions:
            self._versions = {**self._versions, **news}
            self._floor = self._versions.get("*", latest)
            self.now = latest
        self.redis_answers = True
        self._heard_at = self._steady_clock()
        return True


@cache
def of_this_process() -> Hearing:
    """Return the one copy that everything in this process shares."""
    return Hearing()
