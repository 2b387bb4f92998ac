"""The names of the keys in Redis.

They carry one hash tag, so that one script reaches them all, on Redis Cluster too:

    {prefix}:stream:<shard>             what happened, until the drain has counted it
    {prefix}:epoch:<shard>              stands as long as Redis has not lost its data
    {prefix}:i:<day>:<n>, r:<day>:<n>   view ids and readers of a day of the site, many to one
                                        small hash, which Redis keeps packed
    {prefix}:l:<minute>                 how often in a minute, by reader and page and by network;
                                        gone after two minutes
    {prefix}:n:<minute>                 about how many readers in a minute; gone after seven

What is remembered belongs to no shard: a view sent again from another network, after midnight or
with more shards than before is found, and dropped, by the same call that would store it. Shards
share out the work of counting alone. A page has its shard, so that two drains at once do not wait
for each other's rows.
"""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from analytics.timebuckets import bounds_of_days, day_of_ms

MINUTE_MS = 60_000
# So many that 128 entries, the packed size of a Redis nobody tuned, are enough for millions.
HASHES_PER_DAY = 32_768
# Lower numbers are streams of a version before, which had hash tags of their own: what a running
# upgrade left in them is drained, and processes of that version may go on writing to them.
FIRST_SHARD = 100


def stream_of(shard: int, prefix: str) -> str:
    if shard < FIRST_SHARD:
        return f"{{{prefix}:s{shard}}}:stream"
    return f"{{{prefix}}}:stream:{shard}"


def epoch_of(shard: int, prefix: str) -> str:
    if shard < FIRST_SHARD:
        return f"{{{prefix}:s{shard}}}:epoch"
    return f"{{{prefix}}}:epoch:{shard}"


class Minute(NamedTuple):
    """A minute, and its day: Unix seconds, and what the keys of its small hashes begin with."""

    day_start: int
    day_end: int
    ids: str
    ids_before: str
    ids_after: str
    readers: str
    counters: str
    readers_now: str


@lru_cache(maxsize=1024)
def of_minute(minute: int, zone_name: str, prefix: str) -> Minute:
    """Return what keys a minute since 1970 has; `zone_name` says where its day is."""
    zone = ZoneInfo(zone_name)
    day = day_of_ms(minute * MINUTE_MS, zone)
    start, end = bounds_of_days(day, day, zone)

    def of_day(kind: str, days_later: int = 0) -> str:
        return f"{{{prefix}}}:{kind}:{day + timedelta(days=days_later):%y%m%d}:"

    return Minute(
        day_start=int(start.timestamp()),
        day_end=int(end.timestamp()),
        ids=of_day("i"),
        ids_before=of_day("i", -1),
        ids_after=of_day("i", 1),
        readers=of_day("r"),
        counters=f"{{{prefix}}}:l:{minute}",
        readers_now=f"{{{prefix}}}:n:{minute}",
    )
