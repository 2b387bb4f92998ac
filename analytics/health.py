"""Whether counting works: for the health address, the commands and the pages of staff."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.db.models import Min
from redis.exceptions import RedisError

from analytics import buffer, spool
from analytics.models import ShardCheckpoint, WindowState

LATE_SECONDS = 30
STALLED_SECONDS = 300


class Freshness(IntEnum):
    """How old the counts are; the number is an exit status."""

    OK = 0
    LATE = 1
    STALLED = 2


@dataclass(frozen=True, slots=True)
class Health:
    """What works; None stands for unknown. `backlog_count` is counted to 10,000 at most."""

    database: bool
    redis: bool
    drained_seconds_ago: int | None
    rolled_seconds_ago: int | None
    backlog_count: int | None
    spool_bytes: int

    @property
    def freshness(self) -> Freshness:
        """How old the ranking is, by the step that is behind most."""
        if self.drained_seconds_ago is None or self.rolled_seconds_ago is None:
            return Freshness.STALLED
        age = max(self.drained_seconds_ago, self.rolled_seconds_ago)
        if age >= STALLED_SECONDS:
            return Freshness.STALLED
        return Freshness.LATE if age >= LATE_SECONDS else Freshness.OK

    @property
    def is_spool_roomy(self) -> bool:
        limit = settings.ANALYTICS_SPOOL_LIMIT_MB * 1_000_000
        return self.spool_bytes < spool.WARNING_SHARE * limit

    @property
    def is_good(self) -> bool:
        return (
            self.database
            and self.redis
            and self.freshness is not Freshness.STALLED
            and self.is_spool_roomy
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "status": "ok" if self.is_good else "failing",
            "database": self.database,
            "redis": self.redis,
            "worker": self.drained_seconds_ago,
            "ranking": self.rolled_seconds_ago,
            "backlog": self.backlog_count,
            "spool": self.spool_bytes,
        }


def check(*, now: datetime) -> Health:
    """Look at everything; a part that fails is a fact here, never an error."""
    has_redis = buffer.is_alive()
    try:
        positions = dict(ShardCheckpoint.objects.values_list("shard", "last_id"))
        drained_at = _drained_at()
        rolled_at = WindowState.objects.aggregate(oldest=Min("rolled_at"))["oldest"]
    except DatabaseError:
        return Health(False, has_redis, None, None, None, spool.waiting_bytes())
    return Health(
        database=True,
        redis=has_redis,
        drained_seconds_ago=_age(drained_at, now),
        rolled_seconds_ago=_age(rolled_at, now),
        backlog_count=_backlog(positions) if has_redis else None,
        spool_bytes=spool.waiting_bytes(),
    )


def _drained_at() -> datetime | None:
    """Return when the shard that is behind most was drained; None if one never was."""
    rows = ShardCheckpoint.objects.filter(shard__in=buffer.shards())
    times = [row.drained_at for row in rows if row.drained_at]
    return min(times) if len(times) == len(buffer.shards()) else None


def _backlog(positions: dict[int, str]) -> int | None:
    try:
        return sum(buffer.backlog_of(shard, last_id) for shard, last_id in positions.items())
    except RedisError:
        return None


def _age(moment: datetime | None, now: datetime) -> int | None:
    return None if moment is None else max(0, int((now - moment).total_seconds()))
