"""When each task last ran, how long it took, how often it failed: kept in the broker's Redis.

One hash holds it for all workers. Losing it loses no work: beat fills it again.
"""

import logging
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import redis
from celery import signals
from celery.schedules import crontab
from django.conf import settings

from cms import redis_addresses
from cms.celery import BEAT, QUEUES

logger = logging.getLogger(__name__)

TIMEOUT_SECONDS = 1.0
# A job may miss two turns and a deployment before anybody is told.
PATIENCE = timedelta(seconds=60)
TURNS_MISSED = 3

_started: dict[str, float] = {}


@dataclass(frozen=True, slots=True)
class Pulse:
    """What is known of one task; times are None as long as there is none."""

    task: str
    succeeded_at: datetime | None = None
    failed_at: datetime | None = None
    error: str = ""
    last_seconds: float = 0.0
    total_seconds: float = 0.0
    success_count: int = 0
    failure_count: int = 0

    @property
    def is_failing(self) -> bool:
        """Whether its last run failed."""
        if self.failed_at is None:
            return False
        return self.succeeded_at is None or self.succeeded_at < self.failed_at


@dataclass(frozen=True, slots=True)
class Job:
    """A line of the beat table with its pulse."""

    name: str
    pulse: Pulse
    every: timedelta
    is_late: bool


def connect() -> None:
    """Let this process note the tasks it runs, if it runs any."""
    signals.task_prerun.connect(_on_start, dispatch_uid="pulse.start")
    signals.task_postrun.connect(_on_end, dispatch_uid="pulse.end")
    signals.beat_init.connect(_on_beat, dispatch_uid="pulse.beat")


def note(task: str, *, ok: bool, seconds: float, error: str = "", now: datetime) -> None:
    """Note a run of a task; a Redis that is away is only logged."""
    at = now.timestamp()
    try:
        with client(settings.BROKER_URL).pipeline(transaction=False) as pipe:
            pipe.hset(_key(), f"{task}|{'succeeded' if ok else 'failed'}_at", str(at))
            pipe.hset(_key(), f"{task}|last_seconds", f"{seconds:.3f}")
            pipe.hincrbyfloat(_key(), f"{task}|total_seconds", round(seconds, 3))
            pipe.hincrby(_key(), f"{task}|{'success' if ok else 'failure'}_count", 1)
            if error:
                pipe.hset(_key(), f"{task}|error", error)
            pipe.execute()
    except redis.RedisError as failure:
        logger.warning("pulse_not_noted", extra={"task": task, "error": type(failure).__name__})


def pulses() -> dict[str, Pulse]:
    """Return what is known, by task; RedisError if the broker is away."""
    fields = _read()
    found: dict[str, dict[str, Any]] = {}
    for name, value in fields.items():
        task, _, column = name.partition("|")
        if column:
            found.setdefault(task, {})[column] = _parsed(column, value)
    return {task: Pulse(task, **columns) for task, columns in found.items()}


def jobs(*, now: datetime) -> list[Job]:
    """Return every line of the beat table; RedisError if the broker is away."""
    known = pulses()
    since = _read().get("beat_since")
    began = datetime.fromtimestamp(float(since), UTC) if since else None
    return [
        _job(name, known.get(task) or Pulse(task), schedule, began, now)
        for name, (task, schedule) in BEAT.items()
    ]


def waiting() -> dict[str, int]:
    """Return how many tasks wait, by queue; RedisError if the broker is away."""
    prefix = settings.CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"]
    with client(settings.BROKER_URL).pipeline(transaction=False) as pipe:
        for queue in QUEUES:
            pipe.llen(f"{prefix}{queue}")
        return dict(zip(QUEUES, pipe.execute(), strict=True))


@cache
def client(url: str) -> Any:
    """Return this process's connections to the broker's Redis; they give up quickly."""
    return redis_addresses.connect(url, **redis_addresses.quickly(url, seconds=TIMEOUT_SECONDS))


def _key() -> str:
    return f"{settings.KEY_PREFIX}:pulse"


def _read() -> dict[str, str]:
    found = client(settings.BROKER_URL).hgetall(_key())
    return {name.decode(): value.decode() for name, value in found.items()}


def _parsed(column: str, value: str) -> Any:
    if column.endswith("_at"):
        return datetime.fromtimestamp(float(value), UTC)
    if column.endswith("_count"):
        return int(value)
    return float(value) if column.endswith("_seconds") else value


def _job(
    name: str, pulse: Pulse, schedule: float | crontab, began: datetime | None, now: datetime
) -> Job:
    every = interval_of(schedule)
    last = pulse.succeeded_at or began
    is_late = last is None or now - last > TURNS_MISSED * every + PATIENCE
    if every >= timedelta(hours=12) and last is not None:  # a missed night is told next morning
        is_late = now - last > every + timedelta(hours=2)
    return Job(name, pulse, every, is_late)


def interval_of(schedule: float | crontab) -> timedelta:
    """Return how often a job runs: a crontab with an hour is daily, else hourly."""
    if isinstance(schedule, crontab):
        return timedelta(days=1) if len(schedule.hour) == 1 else timedelta(hours=1)
    return timedelta(seconds=schedule)


def _on_start(task_id: str = "", **kwargs: Any) -> None:
    _started[task_id] = time.monotonic()


def _on_end(task_id: str = "", task: Any = None, state: str = "", **kwargs: Any) -> None:
    began = _started.pop(task_id, None)
    if began is None or task is None:
        return
    outcome = kwargs.get("retval")
    note(
        task.name,
        ok=state == "SUCCESS",
        seconds=time.monotonic() - began,
        error=type(outcome).__name__ if isinstance(outcome, BaseException) else "",
        now=datetime.now(UTC),
    )


def _on_beat(**kwargs: Any) -> None:
    """Remember since when there is a beat: before that no job can be late."""
    try:
        client(settings.BROKER_URL).hset(_key(), "beat_since", str(time.time()))
    except redis.RedisError:
        logger.warning("pulse_not_noted", extra={"task": "beat"})
