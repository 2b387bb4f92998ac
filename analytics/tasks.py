"""Celery's pokes: each calls one verb, can run twice, and says nothing that is not in a table."""

from datetime import UTC, datetime

from celery import shared_task

from analytics import (
    buffer,
    drain,
    gaps,
    positions,
    pseudonyms,
    quality,
    retention,
    summaries,
    windows,
)

POKE_EXPIRES_SECONDS = 5


@shared_task(name="analytics.drain_shard")
def drain_shard(shard: int) -> None:
    result = drain.drain_shard(shard, now=datetime.now(UTC))
    if result.has_rest and not result.was_overtaken:
        drain_shard.apply_async(args=[shard], expires=POKE_EXPIRES_SECONDS)


@shared_task(name="analytics.drain_all")
def drain_all() -> None:
    """Poke every shard; workers share them, and a second poke finds nothing to do."""
    for shard in drain.shards():
        drain_shard.apply_async(args=[shard], expires=POKE_EXPIRES_SECONDS)


@shared_task(name="analytics.roll_windows")
def roll_windows() -> None:
    windows.roll_windows(now=datetime.now(UTC))


@shared_task(name="analytics.feed_spool")
def feed_spool() -> None:
    """Feed the spool of this worker's host; web hosts without a worker feed their own."""
    buffer.feed_spool(now=datetime.now(UTC))


@shared_task(name="analytics.enforce_retention")
def enforce_retention() -> None:
    retention.enforce_retention(now=datetime.now(UTC))


@shared_task(name="analytics.audit_windows")
def audit_windows() -> None:
    windows.audit_windows(now=datetime.now(UTC))


@shared_task(name="analytics.delete_old_salts")
def delete_old_salts() -> None:
    """Delete the salts by which readers of past days could be recognised."""
    pseudonyms.delete_old_salts(now=datetime.now(UTC))


@shared_task(name="analytics.note_pulse")
def note_pulse() -> None:
    """Note that counting is at work, so that a report can tell silence from nobody reading."""
    gaps.note_pulse(now=datetime.now(UTC), is_open=quality.is_beacon_reachable())


@shared_task(name="analytics.note_positions")
def note_positions() -> None:
    positions.note_positions(now=datetime.now(UTC))


@shared_task(name="analytics.summarise")
def summarise() -> None:
    summaries.summarise(now=datetime.now(UTC))
