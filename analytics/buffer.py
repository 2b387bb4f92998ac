"""The only module that talks to Redis: stores events, reads streams, trims them.

All keys carry one hash tag, so that one script reaches them all, on Redis Cluster too:

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

import hashlib
import logging
import os
import threading
import time
import zlib
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import redis
from django.conf import settings
from hiredis import pack_command
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError, RedisError
from redis.retry import Retry

from analytics import packing, spool
from analytics.breaker import CircuitBreaker
from analytics.conf import intake_conf
from analytics.events import Event, Kind
from analytics.feeder import Feeder
from analytics.line import Line, can_carry
from analytics.timebuckets import BUCKET_SECONDS, bounds_of_days, bucket_of_ms, day_of_ms
from cms import redis_addresses
from cms.operation.metrics import stored_events

logger = logging.getLogger(__name__)

# So many that 128 entries, the packed size of a Redis nobody tuned, are enough for millions.
HASHES_PER_DAY = 32_768
# Lower numbers are streams of a version before, which had hash tags of their own: what a running
# upgrade left in them is drained, and processes of that version may go on writing to them.
FIRST_SHARD = 100
MEMORY_MARGIN_SECONDS = 2 * 3600
WORKER_TIMEOUT_SECONDS = 5.0
MINUTE_MS = 60_000
NO_LIMIT = 2**53
# A live event is known on the day after only if another host's clock was ahead.
CLOCKS_APART_MS = 3_600_000

_SCRIPT = (Path(__file__).parent / "store_event.lua").read_text(encoding="utf-8")
_SCRIPT_DIGEST = hashlib.sha1(_SCRIPT.encode(), usedforsecurity=False).hexdigest()

# Begins an epoch if the old one is gone; the marker's id is above everything counted, so that
# later ids are too, whatever the clock says.
_BEGIN_EPOCH = """
local stands = redis.call('EXISTS', KEYS[1], KEYS[2]) == 2
if stands and ARGV[3] == '' then
  return redis.call('GET', KEYS[1])
end
local marker = redis.pcall('XADD', KEYS[2], ARGV[1], 'e', ARGV[2])
if type(marker) == 'table' and marker.err then
  -- Another drain was first; the stream's ids are above by now.
  redis.call('XADD', KEYS[2], '*', 'e', ARGV[2])
end
redis.call('SET', KEYS[1], ARGV[1])
return ARGV[1]
"""

Client = Any  # redis.Redis or RedisCluster; their types answer "awaitable or not" for everything
StreamEntry = tuple[bytes, list[bytes]]


class NotStored(Exception):
    """Neither Redis nor the spool took the event."""


class StreamState(NamedTuple):
    """`epoch` is empty if Redis lost its data; `last_id` is the newest id ever given."""

    epoch: str
    last_id: str


_stored_in_redis = stored_events.labels("redis")

# Storing


def accept(event: Event, *, now: datetime, is_replay: bool = False) -> None:
    """Store an event in Redis, else in the spool; NotStored if neither took it.

    `is_replay` says that the event may have been stored before (a log fed again): a view id
    seen before is then passed over in silence instead of counted as a drop.
    """
    asked_in_vain = False
    if breaker.allows():
        try:
            if _store(event, now=now, is_replay=is_replay):
                _stored_in_redis.inc()
                return
        except RedisError as error:
            # Only silence leaves open whether the event arrived; a refusal does not.
            asked_in_vain = isinstance(error, (redis.TimeoutError, redis.ConnectionError))
    now_ms = int(now.timestamp() * 1000)
    try:
        spool.writer.append(
            spool.SpoolEntry(event, asked_in_vain or is_replay, spooled_at_ms=now_ms)
        )
    except spool.SpoolFailed as error:
        stored_events.labels("nowhere").inc()
        raise NotStored(str(error)) from error
    stored_events.labels("spool").inc()
    if settings.ANALYTICS_FEEDS_FROM_WEB:
        feeder.wake()


def feed_spool(*, now: datetime) -> int:
    """Feed this host's spool back to Redis until it is empty or Redis refuses; return how many."""

    def store(entry: spool.SpoolEntry) -> bool:
        waited = now.timestamp() * 1000 - entry.spooled_at_ms
        if entry.may_have_arrived and waited > settings.ANALYTICS_SPOOL_MAX_AGE_HOURS * 3_600_000:
            # Redis has forgotten its id: better not counted than counted twice.
            logger.error(
                "An event waited too long in the spool.", extra={"event": "spool_entry_expired"}
            )
            return True
        if not breaker.allows():
            return False
        try:
            return _store(entry.event, now=now, is_replay=True)
        except RedisError:
            return False

    return spool.feed(store)


def shards() -> range:
    """Return the numbers of the streams that take events."""
    return range(FIRST_SHARD, FIRST_SHARD + int(settings.ANALYTICS_SHARDS))


def _shard_of(event: Event, shard_count: int) -> int:
    """Return the shard of an event's page; of a drop's reason, which has a row as well."""
    number = event.page or zlib.crc32(event.reason.encode())
    return FIRST_SHARD + number % shard_count


def _store(event: Event, *, now: datetime, is_replay: bool) -> bool:
    """Ask Redis to take the event; False if it lost its data, RedisError if it would not."""
    keys, arguments = _call_of(event, now=now, is_replay=is_replay)
    try:
        try:
            answer = _ask("EVALSHA", _SCRIPT_DIGEST, len(keys), *keys, *arguments)
        except NoScriptError:
            answer = _ask("EVAL", _SCRIPT, len(keys), *keys, *arguments)
    except RedisError as error:
        breaker.fail()
        _report(error)
        raise
    breaker.succeed()
    return bytes(answer) != b"refused"


def _ask(*command: Any) -> Any:
    """Ask Redis on this thread's line: the layers above it take longer than the answer."""
    client = web_client()
    if _of_thread.line is None:  # a cluster's client finds the node
        return client.execute_command(*command)
    return _of_thread.line.ask(pack_command(command))


def _call_of(event: Event, *, now: datetime, is_replay: bool) -> tuple[list[str], list[Any]]:
    """Return the keys and arguments of the script, which says what they are."""
    conf = intake_conf()
    at_ms = event.at_ms
    day = _day_of_bucket(bucket_of_ms(at_ms), conf.time_zone, conf.key_prefix)
    if event.kind is Kind.DROP:
        # The same view may be dropped more than once; sent again it has the same time as well.
        id_digest = _digest(b"drop", event.id + at_ms.to_bytes(8, "big"))
    else:
        id_digest = _digest(b"view", event.id)
    id_hash = _hash_of(id_digest)
    reader_hash = "0"
    arguments: list[Any] = [
        event.kind.value,
        id_digest[2:8],
        packing.pack(event),
        "replay" if is_replay else "live",
        max(0, day.end_ms // 1000 - int(now.timestamp()))
        + conf.spool_hours * 3600
        + MEMORY_MARGIN_SECONDS,
    ]
    if event.kind is Kind.VIEW:
        reader_field = field_on_page = b""
        if event.reader:
            digest = _digest(b"reader", event.reader)
            reader_hash, reader_field = _hash_of(digest), digest[2:8]
            on_page = _digest(b"page", event.reader + event.page.to_bytes(8, "big"))
            field_on_page = on_page[2:8]
        arguments += (
            reader_field,
            field_on_page,
            (at_ms - day.start_ms) // 1000,
            event.network,
            conf.reader_limit or NO_LIMIT,
            conf.network_limit or NO_LIMIT,
        )
    elif event.kind is Kind.READ:
        arguments += (event.seconds, event.scroll)
    keys = [
        *_keys_of_shard(_shard_of(event, conf.shard_count), conf.key_prefix),
        day.readers + reader_hash,
        *_keys_of_minute(at_ms // MINUTE_MS, conf.key_prefix),
        day.ids + id_hash,
        day.ids_before + id_hash,
    ]
    if is_replay or day.end_ms - at_ms < CLOCKS_APART_MS:
        keys.append(day.ids_after + id_hash)
    return keys, arguments


class _Day(NamedTuple):
    """A day of the site, and what the keys of its small hashes begin with."""

    start_ms: int
    end_ms: int
    ids: str
    ids_before: str
    ids_after: str
    readers: str


@lru_cache(maxsize=1024)
def _day_of_bucket(bucket: int, zone_name: str, prefix: str) -> _Day:
    """Return the day in the site's time zone; every zone's midnight is a bucket's edge."""
    zone = ZoneInfo(zone_name)
    day = day_of_ms(bucket * BUCKET_SECONDS * 1000, zone)
    start, end = bounds_of_days(day, day, zone)

    def keys(kind: str, days_later: int = 0) -> str:
        return f"{{{prefix}}}:{kind}:{day + timedelta(days=days_later):%y%m%d}:"

    return _Day(
        start_ms=int(start.timestamp() * 1000),
        end_ms=int(end.timestamp() * 1000),
        ids=keys("i"),
        ids_before=keys("i", -1),
        ids_after=keys("i", 1),
        readers=keys("r"),
    )


def _digest(purpose: bytes, text: bytes) -> bytes:
    """Spread evenly over hashes and fields; it does not lead back to a pseudonym."""
    return hashlib.blake2b(text, digest_size=12, person=purpose).digest()


def _hash_of(digest: bytes) -> str:
    return str(int.from_bytes(digest[:2], "big") % HASHES_PER_DAY)


@lru_cache(maxsize=16)
def _keys_of_minute(minute: int, prefix: str) -> tuple[str, str]:
    """Return the keys of a minute's counters and of its readers."""
    return f"{{{prefix}}}:l:{minute}", f"{{{prefix}}}:n:{minute}"


@lru_cache(maxsize=256)
def _keys_of_shard(shard: int, prefix: str) -> tuple[str, str]:
    """Return the keys of a shard's epoch and stream."""
    if shard < FIRST_SHARD:
        return f"{{{prefix}:s{shard}}}:epoch", f"{{{prefix}:s{shard}}}:stream"
    return f"{{{prefix}}}:epoch:{shard}", f"{{{prefix}}}:stream:{shard}"


def _epoch_key(shard: int) -> str:
    return _keys_of_shard(shard, settings.KEY_PREFIX)[0]


def _stream_key(shard: int) -> str:
    return _keys_of_shard(shard, settings.KEY_PREFIX)[1]


_report_count = count()


def _report(error: RedisError) -> None:
    if next(_report_count) % 100 == 0:
        logger.warning(
            "Redis did not take an event; it goes to the spool.",
            extra={"event": "event_spooled", "error": type(error).__name__},
        )


# Reading


def read_stream(shard: int, after: str, *, count: int = 1000) -> list[StreamEntry]:
    """Return up to `count` entries after an id, oldest first: id and its flat fields, raw."""
    entries: list[StreamEntry] = worker_client().execute_command(
        "XRANGE", _stream_key(shard), f"({after}", "+", "COUNT", count
    )
    return entries


def stream_state(shard: int) -> StreamState:
    client = worker_client()
    epoch = client.get(_epoch_key(shard))
    try:
        last_id = client.xinfo_stream(_stream_key(shard))["last-generated-id"]
    except redis.ResponseError:  # no such key
        return StreamState("", "0-0")
    return StreamState(epoch.decode() if epoch else "", last_id.decode())


def begin_epoch(shard: int, *, above: str, now: datetime, is_lost: bool = False) -> str:
    """Begin an epoch with ids above one that is counted; return its name.

    Does nothing if an epoch stands, unless the caller knows that its stream lost its end.
    """
    marker_ms = max(int(above.partition("-")[0]) + 1, int(now.timestamp() * 1000))
    keys = [_epoch_key(shard), _stream_key(shard)]
    arguments = [f"{marker_ms}-0", packing.EPOCH_ENTRY, "lost" if is_lost else ""]
    name = worker_client().execute_command("EVAL", _BEGIN_EPOCH, len(keys), *keys, *arguments)
    return bytes(name).decode()


def trim_stream(shard: int, *, before: str) -> None:
    """Drop entries before an id; a few more may stay, as that is much cheaper."""
    worker_client().execute_command("XTRIM", _stream_key(shard), "MINID", "~", before)


def backlog_of(shard: int, after: str, *, limit: int = 10_000) -> int:
    """Return how many entries wait after an id, counting to `limit` at most."""
    return len(read_stream(shard, after, count=limit))


def readers_now(*, now: datetime, minutes: int = 5) -> int:
    """Return about how many readers came in the last minutes; RedisError if it will not say."""
    newest = int(now.timestamp()) // 60
    tag = f"{{{settings.KEY_PREFIX}}}"
    keys = [f"{tag}:n:{newest - back}" for back in range(minutes + 1)]
    return int(web_client().execute_command("PFCOUNT", *keys))


def is_alive() -> bool:
    try:
        return bool(web_client().ping())
    except RedisError:
        return False


# Connections


def _connect(timeout_seconds: float) -> Client:
    client: Client = redis_addresses.connect(
        str(settings.REDIS_URL),
        socket_timeout=timeout_seconds,
        socket_connect_timeout=timeout_seconds,
        retry=Retry(NoBackoff(), 0),
        protocol=2,
    )
    # Making objects of every entry would cost more than all the rest of a drain. A cluster's
    # client knows no such wish: its nodes have made objects by then.
    client.set_response_callback("XRANGE", _as_it_came)
    return client


def _as_it_came(answer: Any, **options: Any) -> list[StreamEntry]:
    if answer and isinstance(answer[0][1], dict):
        return [
            (name, [part for pair in fields.items() for part in pair]) for name, fields in answer
        ]
    return answer or []


class _OfThread(threading.local):
    """A thread's own connection; taking one from a pool costs as much as a whole question."""

    client: Client = None
    owner: object = None
    line: Line | None = None


_of_thread = _OfThread()


@lru_cache(maxsize=1)
def _web_client_of_process() -> Client:
    return _connect(settings.ANALYTICS_REDIS_TIMEOUT_MS / 1000)


# A child that is forked has connections of its own.
os.register_at_fork(after_in_child=_web_client_of_process.cache_clear)


def web_client() -> Client:
    """Return this thread's client for storing: impatient, without retries."""
    shared = _web_client_of_process()
    if _of_thread.owner is not shared:
        is_single = isinstance(shared, redis.Redis)
        _of_thread.client = shared.client() if is_single else shared
        _of_thread.line = _line_of(_of_thread.client) if is_single else None
        _of_thread.owner = shared
    return _of_thread.client


def _line_of(client: Client) -> Line | None:
    if not can_carry(client.connection):
        return None
    timeout_seconds = settings.ANALYTICS_REDIS_TIMEOUT_MS / 1000
    return Line(client.connection, timeout_seconds=timeout_seconds)


@lru_cache(maxsize=1)
def worker_client() -> Client:
    """Return the client for reading: large answers may take a moment."""
    return _connect(WORKER_TIMEOUT_SECONDS)


def reset() -> None:
    """Forget connections and failures, as a new process would."""
    global breaker
    _web_client_of_process.cache_clear()
    worker_client.cache_clear()
    breaker = CircuitBreaker(time.monotonic)
    spool.writer.let_go()


def _feed_from_web() -> bool:
    feed_spool(now=datetime.now(UTC))
    return spool.waiting_bytes() > 0


breaker = CircuitBreaker(time.monotonic)
feeder = Feeder(_feed_from_web)
