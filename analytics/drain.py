"""From the streams into the tables, each event once.

What is counted and how far the stream is counted change in one transaction, which begins with
moving the checkpoint from where this drain has read to where it ends: whoever finds it moved
stops. A crash anywhere repeats the reading or has nothing to repeat; nothing counts twice.
"""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count

from analytics import buffer, packing
from analytics.events import DROP, READ, VIEW, Dimension, DropReason
from analytics.models import (
    DropCount,
    PageBucket,
    PageDay,
    PageDayDimension,
    PoisonEntry,
    ShardCheckpoint,
    WindowDelta,
)
from analytics.summaries import mark_stale
from analytics.timebuckets import BUCKET_SECONDS, BUCKETS_PER_HOUR, bucket_of_ms, day_of_ms
from analytics.upserts import COUNTS, add_rows, insert_rows

logger = logging.getLogger(__name__)

READ_COUNT = 1000
READS_PER_TRANSACTION = 50
TRANSACTIONS_PER_CALL = 50
TRIM_BEHIND_MS = 60_000
POISON_LIMIT_CHARACTERS = 2000
# How many values of a dimension a page may gather in a day; senders are free to invent some.
# Shards that are drained at once may pass it by a few.
VALUES_LIMITS = {Dimension.CAMPAIGN: 50, Dimension.REFERRER: 200, Dimension.SEARCH_WORDS: 50}
OTHER = "other"

Shown = tuple[int, str]  # a dimension and its value
DEPTHS: list[Shown] = [(Dimension.DEPTH.value, str(25 * quarter)) for quarter in range(5)]


@dataclass(frozen=True, slots=True)
class DrainResult:
    """What one call did; `has_rest` says that more waits."""

    shard: int
    entry_count: int = 0
    poison_count: int = 0
    has_rest: bool = False
    was_overtaken: bool = False


@dataclass(slots=True)
class Batch:
    """The sums of some entries, by the keys of the tables.

    `dimensions` hold views and visits by day and page, then by dimension and value.
    """

    buckets: dict[tuple[int, int], list[int]] = field(default_factory=dict)
    dimensions: dict[tuple[date, int], dict[Shown, list[int]]] = field(default_factory=dict)
    drops: Counter[tuple[int, str, str]] = field(default_factory=Counter)
    poison: list[tuple[str, str, str]] = field(default_factory=list)
    zone: str = field(default_factory=lambda: settings.TIME_ZONE)

    def add(self, entry: packing.Entry, times: int) -> None:
        """Add an entry that was read `times` times."""
        if entry.kind == VIEW:
            self._add_view(entry, times)
        elif entry.kind == READ:
            self._add_reading(entry, times)
        elif entry.kind == DROP:
            hour = entry.bucket // BUCKETS_PER_HOUR
            self.drops[hour, entry.reason, entry.detail] += times

    def _counts(self, entry: packing.Entry) -> list[int]:
        key = entry.page, entry.bucket
        counts = self.buckets.get(key)
        if counts is None:
            counts = self.buckets[key] = [0] * len(COUNTS)
        return counts

    def _add_view(self, entry: packing.Entry, times: int) -> None:
        flags = entry.flags
        visits = times if flags & 1 else 0
        counts = self._counts(entry)
        counts[0] += times
        counts[1] += visits
        if flags & 2:
            counts[2] += times
        if flags & 4:
            counts[3] += times
        if entry.dimensions:
            self._add_shown(entry, entry.dimensions, times, visits)

    def _add_reading(self, entry: packing.Entry, times: int) -> None:
        self._counts(entry)[4] += entry.seconds * times
        if entry.depths:
            self._add_shown(entry, (DEPTHS[quarter] for quarter in entry.depths), times, 0)

    def _add_shown(
        self, entry: packing.Entry, shown: Iterable[Shown], views: int, visits: int
    ) -> None:
        key = _day_of_bucket(entry.bucket, self.zone), entry.page
        of_page = self.dimensions.get(key)
        if of_page is None:
            of_page = self.dimensions[key] = {}
        for value in shown:
            figures = of_page.get(value)
            if figures is None:
                of_page[value] = [views, visits]
            else:
                figures[0] += views
                figures[1] += visits

    def days(self) -> dict[tuple[int, date], list[int]]:
        """Return the sums by page and day of the site."""
        days: dict[tuple[int, date], list[int]] = {}
        for (page, bucket), counts in self.buckets.items():
            key = page, _day_of_bucket(bucket, self.zone)
            known = days.get(key)
            days[key] = (
                [a + b for a, b in zip(known, counts, strict=True)] if known else list(counts)
            )
        return days


def drain_shard(
    shard: int, *, now: datetime, transaction_limit: int = TRANSACTIONS_PER_CALL
) -> DrainResult:
    """Count what waits in a shard's stream; safe to call twice, at once, and after any crash."""
    checkpoint, _ = ShardCheckpoint.objects.get_or_create(shard=shard)
    last_id = checkpoint.last_id
    entry_count = poison_count = 0
    has_rest = True
    for _ in range(transaction_limit):
        entries, has_rest = _read(shard, last_id)
        if not entries:
            break
        batch = aggregate(entries)
        next_id = entries[-1][0].decode()
        if not _count(batch, shard, last_id, next_id, now=now):
            return DrainResult(shard, entry_count, poison_count, has_rest, was_overtaken=True)
        last_id = next_id
        entry_count += len(entries)
        poison_count += len(batch.poison)
        if not has_rest:
            break
    if entry_count:
        buffer.trim_stream(shard, before=f"{max(0, _ms_of(last_id) - TRIM_BEHIND_MS)}-0")
    else:
        _look_after_epoch(shard, last_id, now=now)
    return DrainResult(shard, entry_count, poison_count, has_rest)


def shards() -> list[int]:
    """Return every shard that may hold something, also if there are fewer now."""
    known = ShardCheckpoint.objects.values_list("shard", flat=True)
    return sorted({*buffer.shards(), *known})


def aggregate(entries: Iterable[buffer.StreamEntry]) -> Batch:
    """Return the sums of entries; what cannot be read is set aside and counted as poison."""
    batch = Batch()
    payloads: Counter[bytes] = Counter()
    entries = list(entries)
    payloads.update(fields[1] for _, fields in entries if _is_ours(fields))
    bad: dict[bytes, str] = {}
    for payload, times in payloads.items():
        try:
            entry = packing.unpack(payload)
        except ValueError as error:
            bad[payload] = str(error)
        else:
            batch.add(entry, times)
    if bad or payloads.total() != len(entries):
        _set_aside(batch, entries, bad)
    return batch


def _is_ours(fields: list[bytes]) -> bool:
    return len(fields) == 2 and fields[0] == b"e"


def _set_aside(batch: Batch, entries: Iterable[buffer.StreamEntry], bad: dict[bytes, str]) -> None:
    for entry_id, fields in entries:
        error = bad.get(fields[1], "") if _is_ours(fields) else "Not one packed field."
        if error:
            name = entry_id.decode()
            batch.poison.append((name, repr(fields)[:POISON_LIMIT_CHARACTERS], error[:200]))
            hour = bucket_of_ms(_ms_of(name)) // BUCKETS_PER_HOUR
            batch.drops[hour, DropReason.POISON.value, ""] += 1


def _read(shard: int, after: str) -> tuple[list[buffer.StreamEntry], bool]:
    """Return entries for one transaction, and whether there may be more."""
    entries: list[buffer.StreamEntry] = []
    for _ in range(READS_PER_TRANSACTION):
        part = buffer.read_stream(shard, after, count=READ_COUNT)
        entries += part
        if len(part) < READ_COUNT:
            return entries, False
        after = part[-1][0].decode()
    return entries, True


def _count(batch: Batch, shard: int, old_id: str, new_id: str, *, now: datetime) -> bool:
    with transaction.atomic(durable=True):
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                # Redis forgets what is counted: the commit must be on disk, whatever the
                # server's default is.
                cursor.execute("SET LOCAL synchronous_commit TO on")
        moved = ShardCheckpoint.objects.filter(shard=shard, last_id=old_id).update(
            last_id=new_id, drained_at=now
        )
        if moved != 1:
            return False
        _write(batch, shard, now=now)
    if batch.poison:
        logger.error(
            "Entries of a stream cannot be read; they are set aside.",
            extra={"event": "poison_set_aside", "shard": shard, "count": len(batch.poison)},
        )
    return True


def _cap_values(batch: Batch) -> None:
    """Let new values of a page beyond the limit of its day be counted as others."""
    for dimension, limit in VALUES_LIMITS.items():
        number = dimension.value
        asked = {
            key: count
            for key, shown in batch.dimensions.items()
            if (count := sum(kind == number for kind, _ in shown))
        }
        if not asked:
            continue
        rows = PageDayDimension.objects.filter(
            dimension=dimension,
            day__in={day for day, _ in asked},
            page_id__in={page for _, page in asked},
        )
        counts = rows.values_list("day", "page_id").annotate(count=Count("value"))
        counts = counts.filter(count__gt=limit - max(asked.values()))
        stored = {(day, page): count for day, page, count in counts}
        crowded = {key for key in asked if stored.get(key, 0) + asked[key] > limit}
        if not crowded:
            continue
        known: dict[tuple[date, int], set[str]] = defaultdict(set)
        rows = rows.filter(page_id__in={page for _, page in crowded})
        for day, page, value in rows.values_list("day", "page_id", "value"):
            known[day, page].add(value)
        for key in crowded:
            _gather_others(batch.dimensions[key], number, known[key], limit)


def _gather_others(
    of_page: dict[Shown, list[int]], number: int, known: set[str], limit: int
) -> None:
    """Count as others what is beyond the limit; what is read most keeps its name."""
    shown = [key for key in of_page if key[0] == number]
    for key in sorted(shown, key=lambda key: (-of_page[key][0], key)):
        value = key[1]
        if value == OTHER or value in known:
            continue
        if len(known - {OTHER}) < limit:
            known.add(value)
            continue
        views, visits = of_page.pop(key)
        others = of_page.setdefault((number, OTHER), [0, 0])
        others[0] += views
        others[1] += visits


def _write(batch: Batch, shard: int, *, now: datetime) -> None:
    _cap_values(batch)
    days = batch.days()
    add_rows(
        PageBucket,
        ["page_id", "bucket"],
        COUNTS,
        ((*key, *counts) for key, counts in batch.buckets.items()),
    )
    add_rows(
        PageDay,
        ["page_id", "day"],
        COUNTS,
        ((*key, *counts) for key, counts in days.items()),
    )
    add_rows(
        PageDayDimension,
        ["day", "page_id", "dimension", "value"],
        ["views", "visits"],
        (
            (*key, *shown, *figures)
            for key, of_page in batch.dimensions.items()
            for shown, figures in of_page.items()
        ),
    )
    add_rows(
        DropCount,
        ["hour", "reason", "detail"],
        ["count"],
        ((*key, count) for key, count in batch.drops.items()),
    )
    insert_rows(
        WindowDelta,
        ["page_id", "bucket", "views", "visits", "readers", "engaged_seconds"],
        (
            (*key, views, visits, readers, seconds)
            for key, (views, visits, readers, _, seconds) in batch.buckets.items()
        ),
    )
    insert_rows(
        PoisonEntry,
        ["shard", "entry_id", "payload", "error", "found_at"],
        ((shard, *columns, now) for columns in batch.poison),
    )
    mark_stale((day for _, day in days), now=now)


def _look_after_epoch(shard: int, last_id: str, *, now: datetime) -> None:
    """Note that nothing waits; begin a new epoch if Redis lost the stream, or its end."""
    state = buffer.stream_state(shard)
    is_cut = _order(state.last_id) < _order(last_id)
    epoch = state.epoch
    if not epoch or is_cut:
        epoch = buffer.begin_epoch(shard, above=last_id, now=now, is_lost=is_cut)
        logger.warning(
            "A new epoch begins: Redis has no stream, or an old one.",
            extra={"event": "epoch_begun", "shard": shard, "epoch": epoch},
        )
    ShardCheckpoint.objects.filter(shard=shard, last_id=last_id).update(
        epoch=epoch, drained_at=now
    )


def _order(entry_id: str) -> tuple[int, int]:
    milliseconds, _, number = entry_id.partition("-")
    return int(milliseconds), int(number or 0)


def _ms_of(entry_id: str) -> int:
    return _order(entry_id)[0]


@lru_cache(maxsize=4096)
def _day_of_bucket(bucket: int, zone_name: str) -> date:
    """Return the bucket's day; every zone's midnight is a bucket's edge."""
    return day_of_ms(bucket * BUCKET_SECONDS * 1000, ZoneInfo(zone_name))
