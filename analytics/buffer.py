"""The only module that talks to Redis: stores events, reads streams, trims them."""

from __future__ import annotations

import logging
import os
import threading
import time
from datetime import UTC, datetime
from functools import lru_cache
from itertools import count
from typing import Any, Literal, NamedTuple

import redis
from django.conf import settings
from hiredis import pack_command
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError, RedisClusterException, RedisError
from redis.retry import Retry

from analytics import keys, meters, packing, spool
from analytics.breaker import CircuitBreaker
from analytics.calls import BEGIN_EPOCH, Call, call_to_note, call_to_store
from analytics.events import VIEW, Event
from analytics.feeder import Feeder
from analytics.line import Line, can_carry
from cms import redis_addresses

logger = logging.getLogger(__name__)

WORKER_TIMEOUT_SECONDS = 5.0
# Answers of the scripts.
STORED, CROWDED, REFUSED = b"stored", b"crowded", b"refused"

Client = Any  # redis.Redis or RedisCluster; their types answer "awaitable or not" for everything
Place = Literal["redis", "spool"]
StreamEntry = tuple[bytes, list[bytes]]


class NotStored(Exception):
    """Neither Redis nor the spool took the event."""


class StreamState(NamedTuple):
    """`epoch` is empty if Redis lost its data; `last_id` is the newest id ever given."""

    epoch: str
    last_id: str


# Storing


def accept(event: Event, *, now: datetime, is_replay: bool = False) -> Place:
    """Store an event in Redis, else in the spool, and say where; NotStored if neither took it.

    `is_replay` says that the event may have been stored before (a log fed again): a view id
    seen before is then passed over in silence instead of counted as a drop.
    """
    asked_in_vain = False
    if breaker.allows():
        try:
            answer = _store(event, now=now, is_replay=is_replay)
            if answer == STORED and event.reader and event.kind is VIEW and not is_replay:
                _note_reader(event.reader, event.at_ms // keys.MINUTE_MS)
            if answer != REFUSED:
                return "redis"
        except RedisError as error:
            # Only silence leaves open whether the event arrived; a refusal does not.
            asked_in_vain = isinstance(error, (redis.TimeoutError, redis.ConnectionError))
    now_ms = int(now.timestamp() * 1000)
    try:
        spool.writer.append(
            spool.SpoolEntry(event, asked_in_vain or is_replay, spooled_at_ms=now_ms)
        )
    except spool.SpoolFailed as error:
        raise NotStored(str(error)) from error
    if settings.ANALYTICS_FEEDS_FROM_WEB:
        feeder.wake()
    return "spool"


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
            return _store(entry.event, now=now, is_replay=True) != REFUSED
        except RedisError:
            return False

    return spool.feed(store)


def shards() -> range:
    """Return the numbers of the streams that take events."""
    return range(keys.FIRST_SHARD, keys.FIRST_SHARD + int(settings.ANALYTICS_SHARDS))


def _store(event: Event, *, now: datetime, is_replay: bool) -> bytes:
    """Ask Redis to take the event and return the script's answer; RedisError if it would not."""
    try:
        answer = bytes(_run(call_to_store(event, now=now, is_replay=is_replay)))
    except RedisError as error:
        breaker.fail()
        _report(error)
        raise
    breaker.succeed()
    if answer == CROWDED:
        meters.networks.note_crowded(event.at_ms // keys.MINUTE_MS)
    return answer


def _note_reader(reader: bytes, minute: int) -> None:
    readers = meters.readers.note(reader, minute)
    if readers:
        try:
            _run(call_to_note(readers, minute=minute))
        except (RedisError, RedisClusterException):
            # The view is stored; that a few readers are missing from "now" changes nothing in it.
            breaker.fail()


def _run(call: Call) -> Any:
    script, words = call
    try:
        return _ask("EVALSHA", script.digest, *words)
    except NoScriptError:
        return _ask("EVAL", script.text, *words)


def _ask(*command: Any) -> Any:
    """Ask Redis on this thread's line: the layers above it take longer than the answer."""
    client = web_client()
    line = _of_thread.line
    if line is None:  # a cluster's client finds the node
        return client.execute_command(*command)
    return line.ask(pack_command(command))


_report_count = count()


def _report(error: RedisError) -> None:
    if next(_report_count) % 100 == 0:
        logger.warning(
            "Redis did not take an event; it goes to the spool.",
            extra={"event": "event_spooled", "error": type(error).__name__},
        )


# Reading


def _stream_key(shard: int) -> str:
    return keys.stream_of(shard, settings.KEY_PREFIX)


def _epoch_key(shard: int) -> str:
    return keys.epoch_of(shard, settings.KEY_PREFIX)


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
    names = [_epoch_key(shard), _stream_key(shard)]
    arguments = [f"{marker_ms}-0", packing.EPOCH_ENTRY, "lost" if is_lost else ""]
    name = worker_client().execute_command(
        "EVAL", BEGIN_EPOCH.text, len(names), *names, *arguments
    )
    return bytes(name).decode()


def trim_stream(shard: int, *, before: str) -> None:
    """Drop entries before an id; a few more may stay, as that is much cheaper."""
    worker_client().execute_command("XTRIM", _stream_key(shard), "MINID", "~", before)


def backlog_of(shard: int, after: str, *, limit: int = 10_000) -> int:
    """Return how many entries wait after an id, counting to `limit` at most."""
    return len(read_stream(shard, after, count=limit))


def readers_now(*, now: datetime, minutes: int = 5) -> int:
    """Return about how many readers came in the last minutes; RedisError if it will not say."""
    newest, place = int(now.timestamp()) // 60, (settings.TIME_ZONE, settings.KEY_PREFIX)
    names = [keys.of_minute(newest - back, *place).readers_now for back in range(minutes + 1)]
    return int(web_client().execute_command("PFCOUNT", *names))


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
    meters.networks.begin(-1)
    meters.readers.begin(-1)
    spool.writer.let_go()


def _feed_from_web() -> bool:
    feed_spool(now=datetime.now(UTC))
    return spool.waiting_bytes() > 0


breaker = CircuitBreaker(time.monotonic)
feeder = Feeder(_feed_from_web)
