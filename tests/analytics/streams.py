"""Events and tables for the tests of counting."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from django.conf import settings
from django.db import models

from analytics import buffer
from analytics.drain import drain_shard, shards
from analytics.events import Dimension, Event, Kind

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
NOON_MS = int(NOON.timestamp() * 1000)
NOON_BUCKET = NOON_MS // 900_000
MINUTE_MS = 60_000
SHARD, OTHER_SHARD = 100, 101


def view(
    page: int = 5,
    *,
    at_ms: int = NOON_MS,
    reader: bytes | None = b"reader-1",
    dimensions: Mapping[Dimension, str] = MappingProxyType({}),
    network: bytes = b"",
    **rest: Any,
) -> Event:
    return Event(
        kind=Kind.VIEW,
        network=network,
        network_views=1 if network else 0,
        id=rest.pop("id", None) or os.urandom(16),
        at_ms=at_ms,
        page=page,
        reader=reader,
        dimensions=tuple((dimension.value, value) for dimension, value in dimensions.items()),
        **rest,
    )


def read(
    id: bytes,
    *,
    seconds: int = 30,
    scroll: int = 50,
    at_ms: int = NOON_MS,
    reader: bytes | None = b"reader-1",
    page: int = 5,
) -> Event:
    return Event(Kind.READ, id, at_ms, page, reader, seconds=seconds, scroll=scroll)


def drop(reason: str = "bot", detail: str = "", *, at_ms: int = NOON_MS) -> Event:
    return Event(Kind.DROP, os.urandom(16), at_ms, reason=reason, detail=detail)


def stream_of(shard: int = SHARD) -> str:
    return f"{{{settings.KEY_PREFIX}}}:stream:{shard}"


def epoch_of(shard: int = SHARD) -> str:
    return f"{{{settings.KEY_PREFIX}}}:epoch:{shard}"


def begin_epochs(now: datetime = NOON) -> None:
    """Let every shard take events, as the first drain does; the second reads the markers."""
    buffer.reset()
    for shard in [*shards(), *shards()]:
        drain_shard(shard, now=now)


def drain_all(now: datetime = NOON) -> int:
    return sum(drain_shard(shard, now=now).entry_count for shard in shards())


def payloads() -> list[str]:
    """What stands in all streams, without the markers of epochs."""
    return [
        fields[1].decode()
        for shard in buffer.shards()
        for _, fields in buffer.read_stream(shard, "0-0")
        if fields[1] != b"1e"
    ]


def rows(model: type[models.Model], *columns: str) -> list[tuple[Any, ...]]:
    """The whole table, in order of the columns."""
    return sorted(model._default_manager.values_list(*columns))


@contextmanager
def without_epoch() -> Iterator[None]:
    """Redis refuses inside, as after losing its data."""
    names = [key_of(shard) for shard in shards() for key_of in (epoch_of, stream_of)]
    client = buffer.worker_client()
    for name in names:
        client.rename(name, f"{name}:away")
    yield
    for name in names:
        client.rename(f"{name}:away", name)


def own_keys(client: Any) -> list[bytes]:
    """Return the keys of this test process; others may count in the same Redis."""
    patterns = (f"{{{settings.KEY_PREFIX}*", f"{settings.KEY_PREFIX}:*")
    return [key for pattern in patterns for key in client.scan_iter(pattern)]
