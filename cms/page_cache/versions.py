"""One clock of invalidations in Redis: which tag was dropped when."""

from collections.abc import Iterable
from functools import cache
from typing import Any

import redis
from django.conf import settings

from cms import redis_addresses

# Longer than any entry lives: what was dropped before needs no remembering.
REMEMBERED_MICROSECONDS = 3_600_000_000
TIMEOUT_SECONDS = 0.25

# A sorted set, member = tag, score = moment of its last invalidation, in microseconds and
# strictly growing. The member "*" is the floor: what was rendered before it is invalid, so
# that a Redis that lost or evicted the set drops every entry and none survives by accident.
# A drop that has a name is made once: who repeats it, because it may have been lost, drops
# nothing that was rendered since.
_BUMP = """
if KEYS[2] and not redis.call('SET', KEYS[2], 1, 'NX', 'PX', math.floor(ARGV[1] / 1000)) then
  return false
end
local now = redis.call('TIME')
local moment = math.max(now[1] * 1000000 + now[2], tonumber(ARGV[2]))
local last = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')
local floor = redis.call('ZSCORE', KEYS[1], '*')
if last[2] then moment = math.max(moment, last[2] + 1) end
if floor then floor = math.max(floor, moment - ARGV[1]) else floor = moment end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('(%.0f', floor))
redis.call('ZADD', KEYS[1], string.format('%.0f', floor), '*')
for i = 3, #ARGV do
  redis.call('ZADD', KEYS[1], string.format('%.0f', moment), ARGV[i])
end
return string.format('%.0f', moment)
"""


def key() -> str:
    return f"{settings.KEY_PREFIX}:pages:versions"


@cache
def client(url: str) -> redis.Redis:
    """Return this process's connections to the cache's Redis; they give up quickly."""
    made: redis.Redis = redis_addresses.connect(
        url, **redis_addresses.quickly(url, seconds=TIMEOUT_SECONDS)
    )
    return made


def bump(tags: Iterable[str], *, name: str = "", least: int = 0) -> int | None:
    """Raise the version of each tag, in one atomic call; without tags only make the floor.

    The new version is at least `least`. None if a drop of this `name` was made before.
    """
    keys = [key(), f"{settings.KEY_PREFIX}:pages:dropped:{name}"] if name else [key()]
    moment: Any = client(settings.CACHE_URL).eval(
        _BUMP, len(keys), *keys, str(REMEMBERED_MICROSECONDS), str(least), *sorted(tags)
    )
    return None if moment is None else int(moment)


def read_since(moment: int) -> dict[str, int]:
    """Return what was dropped at or after `moment`: empty only if Redis lost the versions."""
    found: Any = client(settings.CACHE_URL).zrangebyscore(key(), moment, "+inf", withscores=True)
    return {tag.decode(): int(score) for tag, score in found}
