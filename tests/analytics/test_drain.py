from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, connection

from analytics import buffer, drain, monitoring, quality
from analytics.drain import VALUES_LIMITS, aggregate, drain_shard
from analytics.events import Dimension
from analytics.models import (
    DropCount,
    PageBucket,
    PageDay,
    PageDayDimension,
    PoisonEntry,
    ShardCheckpoint,
    WindowDelta,
)
from analytics.timebuckets import bounds_of_days, bucket_of
from analytics.upserts import COUNTS
from analytics.windows import roll_windows
from cms.operation.checks import State
from tests.analytics.streams import (
    MINUTE_MS,
    NOON,
    NOON_BUCKET,
    NOON_MS,
    OTHER_SHARD,
    SHARD,
    drain_all,
    drop,
    epoch_of,
    own_keys,
    read,
    rows,
    stream_of,
    view,
)

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 10)


def accept(*events):
    for event in events:
        buffer.accept(event, now=NOON)


def test_events_become_exactly_these_rows(counting):
    direct = {Dimension.CHANNEL: "direct", Dimension.DEVICE: "phone"}
    search = {Dimension.CHANNEL: "search"}
    first = view(5, dimensions=direct)
    accept(
        first,
        view(5, dimensions=search, at_ms=NOON_MS + 20 * MINUTE_MS),
        view(6, dimensions=search),
        view(5, reader=b"reader-2", dimensions=direct),
        view(5, reader=None),
        read(first.id, seconds=40),
        drop("bot", "ai"),
        drop("bot", "ai"),
        drop("staff"),
    )

    assert drain_all() == 9

    assert rows(PageBucket, "page_id", "bucket", *COUNTS) == [
        (5, NOON_BUCKET, 3, 2, 2, 2, 40),
        (5, NOON_BUCKET + 1, 1, 0, 0, 0, 0),
        (6, NOON_BUCKET, 1, 1, 1, 0, 0),
    ]
    assert rows(PageDay, "page_id", "day", *COUNTS) == [
        (5, DAY, 4, 2, 2, 2, 40),
        (6, DAY, 1, 1, 1, 0, 0),
    ]
    assert rows(PageDayDimension, "day", "page_id", "dimension", "value", "views", "visits") == [
        (DAY, 5, Dimension.CHANNEL, "direct", 2, 2),
        (DAY, 5, Dimension.CHANNEL, "search", 1, 0),
        (DAY, 5, Dimension.DEVICE, "phone", 2, 2),
        (DAY, 5, Dimension.DEPTH, "0", 1, 0),
        (DAY, 5, Dimension.DEPTH, "25", 1, 0),
        (DAY, 5, Dimension.DEPTH, "50", 1, 0),
        (DAY, 6, Dimension.CHANNEL, "search", 1, 1),
    ]
    hour = NOON_BUCKET // 4
    assert rows(DropCount, "hour", "reason", "detail", "count") == [
        (hour, "bot", "ai", 2),
        (hour, "staff", "", 1),
    ]
    assert rows(PoisonEntry, "id") == []


def test_draining_twice_counts_once(counting):
    accept(view(), view(6))

    assert (drain_all(), drain_all()) == (2, 0)

    assert rows(PageBucket, "page_id", "views") == [(5, 1), (6, 1)]


def test_second_drain_adds_to_the_rows_of_the_first(counting):
    accept(view())
    drain_all()
    accept(view(reader=b"reader-2"))
    drain_all()

    assert rows(PageDay, "page_id", "day", "views", "visits") == [(5, DAY, 2, 2)]


def test_deltas_say_what_each_drain_added(counting):
    accept(view())
    drain_all()
    accept(view(reader=b"reader-2"), view(6))
    drain_all()

    assert rows(
        WindowDelta, "page_id", "bucket", "views", "visits", "readers", "engaged_seconds"
    ) == [(5, NOON_BUCKET, 1, 1, 1, 0), (5, NOON_BUCKET, 1, 1, 1, 0), (6, NOON_BUCKET, 1, 1, 1, 0)]


def test_view_after_midnight_counts_on_the_next_day(counting):
    accept(view(at_ms=NOON_MS + 11 * 60 * MINUTE_MS - 1), view(at_ms=NOON_MS + 660 * MINUTE_MS))
    drain_all()

    assert rows(PageDay, "day", "views", "visits", "readers") == [
        (DAY, 1, 1, 1),
        (DAY + timedelta(days=1), 1, 1, 1),
    ]


def test_drain_that_finds_the_checkpoint_moved_stops_and_writes_nothing(counting):
    accept(*(view(reader=bytes([n] * 8)) for n in range(20)))
    shard = OTHER_SHARD  # of page 5
    reads = []

    def overtake(execute, sql, params, many, context):
        """Another drain of the same shard, right before ours begins its transaction."""
        if sql.startswith("SAVEPOINT") and not reads:
            reads.append(sql)
            drain_shard(shard, now=NOON)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(overtake):
        result = drain_shard(shard, now=NOON)

    assert result.was_overtaken
    drain_all()
    assert rows(PageBucket, "page_id", "views") == [(5, 20)]


@pytest.mark.parametrize(
    "table", ["pagebucket", "pageday", "pagedaydimension", "dropcount", "windowdelta"]
)
def test_failure_at_any_table_leaves_nothing_and_is_made_up_for(counting, table):
    accept(view(dimensions={Dimension.CHANNEL: "direct"}), drop())

    def fail(execute, sql, params, many, context):
        if f'INSERT INTO "analytics_{table}"' in sql:
            raise DatabaseError("killed")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(fail):
        failures = 0
        for shard in (SHARD, OTHER_SHARD):
            try:
                drain_shard(shard, now=NOON)
            except DatabaseError:
                failures += 1
    assert failures >= 1
    drain_all()

    assert rows(PageBucket, "page_id", "views") == [(5, 1)]
    assert rows(PageDay, "page_id", "views") == [(5, 1)]
    assert rows(PageDayDimension, "value", "views") == [("direct", 1)]
    assert rows(DropCount, "reason", "count") == [("bot", 1)]
    assert rows(WindowDelta, "page_id", "views") == [(5, 1)]


@pytest.mark.parametrize(
    "fields",
    [
        {"e": "9v\t1\t5\t7"},
        {"e": "1v\tnoon\t5\t7"},
        {"e": "1v\t999999999\t5\t7"},
        {"e": f"1v\t{NOON_BUCKET}\t0\t7"},
        {"e": f"1v\t{NOON_BUCKET}\t99999999999\t7"},
        {"e": f"1v\t{NOON_BUCKET}\t5\t9999"},
        {"e": f"1v\t{NOON_BUCKET}\t5\tXdirect\t7"},
        {"e": f"1v\t{NOON_BUCKET}\t5\t1{'x' * 101}\t7"},
        {"e": f"1v\t{NOON_BUCKET}\t5\t1a\x00b\t7"},
        {"e": f"1v\t{NOON_BUCKET}"},
        {"e": f"1r\t{NOON_BUCKET}\t5\t-3\t0"},
        {"e": f"1d\t{NOON_BUCKET}\tbecause\t"},
        {"e": f"1d\t{NOON_BUCKET}\tbot"},
        {"e": b"\xff\xfe"},
        {"e": ""},
        {"other": "x"},
        {"e": "1e", "f": "1"},
    ],
)
def test_poison_is_set_aside_counted_and_blocks_nothing(counting, fields):
    entry_id = counting.xadd(stream_of(), fields).decode()
    for shard in (SHARD, OTHER_SHARD):
        counting.xadd(stream_of(shard), {"e": f"1v\t{NOON_BUCKET}\t5\t7"})

    drain_all()

    assert rows(PageBucket, "page_id", "views") == [(5, 2)]
    assert rows(PoisonEntry, "shard", "entry_id") == [(SHARD, entry_id)]
    assert rows(DropCount, "reason", "count") == [("poison", 1)]


def test_poison_is_reported_in_the_log_and_to_staff(counting, spool_dir, caplog):
    for number in range(2):
        counting.xadd(stream_of(), {"e": f"no event {number}"})
    drain_all()

    assert [(record.levelname, record.event, record.count) for record in caplog.records] == [
        ("ERROR", "poison_set_aside", 2)
    ]
    assert quality.look(now=NOON).poison_count == 2
    told, later = (
        [finding.state for finding in monitoring.counting(now) if "Unlesbar" in finding.title]
        for now in (NOON, NOON + timedelta(hours=25))
    )
    assert (told, later) == ([State.ATTENTION], [State.GOOD])


def test_stream_keeps_a_minute_behind_what_is_counted(counting):
    key = stream_of()
    counting.delete(key)
    for number in range(250):
        counting.xadd(key, {"e": f"1v\t{NOON_BUCKET}\t5\t7"}, id=f"{NOON_MS + number * 1000}-0")
    ShardCheckpoint.objects.filter(shard=SHARD).update(last_id="0-0")

    drain_shard(SHARD, now=NOON)

    oldest = int(buffer.read_stream(SHARD, "0-0")[0][0].split(b"-")[0])
    assert NOON_MS < oldest <= NOON_MS + 190_000
    assert rows(PageBucket, "page_id", "views") == [(5, 250)]


def test_more_than_one_transaction_counts_all(counting, monkeypatch):
    monkeypatch.setattr(drain, "READS_PER_TRANSACTION", 20)
    pipe = counting.pipeline()
    for number in range(25_500):
        pipe.xadd(stream_of(), {"e": f"1v\t{NOON_BUCKET}\t{number % 7 + 1}\t1"})
    pipe.execute()

    first = drain_shard(SHARD, now=NOON, transaction_limit=1)
    second = drain_shard(SHARD, now=NOON)

    assert (first.entry_count, first.has_rest) == (20_000, True)
    assert (second.entry_count, second.has_rest) == (5_500, False)
    assert sum(views for (views,) in rows(PageBucket, "views")) == 25_500


def test_first_drain_begins_an_epoch(clean_redis, db):
    buffer.reset()

    assert drain_shard(SHARD, now=NOON).entry_count == 0

    checkpoint = ShardCheckpoint.objects.get(shard=SHARD)
    assert checkpoint.epoch == buffer.stream_state(SHARD).epoch != ""
    assert checkpoint.drained_at == NOON


def test_stream_lost_that_begins_again_below_the_stored_id_is_drained(counting):
    accept(view())
    drain_all()
    far = "9999999999999-7"
    ShardCheckpoint.objects.all().update(last_id=far)
    counting.delete(*[key for key in own_keys(counting) if b"}:" in key])
    lost = view(6)
    accept(lost)  # refused by the script, so it goes to the spool

    drain_all()  # begins the epoch
    buffer.feed_spool(now=NOON)
    accept(view(7))
    drain_all()

    assert rows(PageBucket, "page_id", "views") == [(5, 1), (6, 1), (7, 1)]
    stored = [int(last_id.partition("-")[0]) for (last_id,) in rows(ShardCheckpoint, "last_id")]
    assert min(stored) > 9999999999999


def test_stream_that_lost_its_end_gets_new_ids_above_the_stored_one(counting):
    ShardCheckpoint.objects.all().update(last_id="9999999999999-7")

    drain_all()
    accept(view(), view(6), view(7, reader=b"reader-2"))
    drain_all()

    assert rows(PageBucket, "page_id", "views") == [(5, 1), (6, 1), (7, 1)]


def test_epoch_key_alone_is_missing_and_nothing_counts_twice(counting):
    accept(view())
    drain_all()
    for shard in (SHARD, OTHER_SHARD):
        counting.delete(epoch_of(shard))
    accept(view(6))

    drain_all()
    buffer.feed_spool(now=NOON)
    drain_all()

    assert rows(PageBucket, "page_id", "views") == [(5, 1), (6, 1)]


def test_emptied_redis_counts_what_it_had_counted_and_what_comes(counting):
    accept(view())
    drain_all()
    counting.delete(*[key for key in own_keys(counting) if b"}:" in key])
    accept(view(6))
    drain_all()
    buffer.feed_spool(now=NOON)
    drain_all()

    assert rows(PageBucket, "page_id", "views") == [(5, 1), (6, 1)]


def test_what_the_version_before_left_in_its_streams_is_counted_once(counting, settings):
    old = f"{{{settings.KEY_PREFIX}:s0}}"
    counting.set(f"{old}:epoch", "1-0")
    entry_id = counting.xadd(f"{old}:stream", {"e": f"1v\t{NOON_BUCKET}\t5\t7"}).decode()
    ShardCheckpoint.objects.create(shard=0, last_id=entry_id)
    counting.xadd(f"{old}:stream", {"e": f"1v\t{NOON_BUCKET}\t6\t7"})

    drain_all()
    counting.xadd(f"{old}:stream", {"e": f"1v\t{NOON_BUCKET}\t7\t7"})
    drain_all()

    assert rows(PageBucket, "page_id", "views") == [(6, 1), (7, 1)]


def test_shards_can_be_raised(counting, settings):
    accept(*(view(reader=bytes([n] * 8)) for n in range(20)))
    settings.ANALYTICS_SHARDS = 5
    drain_all()
    accept(*(view(reader=bytes([n] * 8)) for n in range(20, 60)))
    drain_all()

    assert rows(PageBucket, "page_id", "views") == [(5, 60)]
    assert rows(ShardCheckpoint, "shard") == [(n,) for n in range(SHARD, SHARD + 5)]


def test_equal_entries_are_read_once_and_count_each(counting):
    payload = f"1v\t{NOON_BUCKET}\t5\t1direct\t3".encode()

    batch = aggregate([(b"1-%d" % n, [b"e", payload]) for n in range(1000)])

    assert dict(batch.buckets) == {(5, NOON_BUCKET): [1000, 1000, 1000, 0, 0]}


@pytest.mark.parametrize(
    ("change", "quarters"), [(date(2026, 3, 29), 92), (date(2026, 10, 25), 100)]
)
def test_day_on_which_the_clocks_change_is_shorter_or_longer(change, quarters):
    """A view in every quarter of an hour of three days; the middle one is Berlin's change."""
    day_before, day_after = change - timedelta(days=1), change + timedelta(days=1)
    start, end = bounds_of_days(day_before, day_after, ZoneInfo("Europe/Berlin"))
    buckets = range(bucket_of(start), bucket_of(end))

    batch = aggregate((b"1-%d" % n, [b"e", f"1v\t{n}\t5\t1".encode()]) for n in buckets)

    assert {day: counts[0] for (_, day), counts in batch.days().items()} == {
        day_before: 96,
        change: quarters,
        day_after: 96,
    }


def test_view_is_in_the_windows_after_one_drain_and_one_roll(counting):
    from analytics.models import WindowTotal

    accept(view())
    drain_all()
    roll_windows(now=NOON)

    assert rows(WindowTotal, "window", "page_id", "visits") == [
        ("24h", 5, 1),
        ("30d", 5, 1),
        ("7d", 5, 1),
    ]


def campaigns(page: int = 5) -> dict[str, int]:
    rows = PageDayDimension.objects.filter(page_id=page, dimension=Dimension.CAMPAIGN)
    return dict(rows.values_list("value", "views"))


def test_campaigns_beyond_the_limit_of_page_and_day_are_counted_as_others(
    counting, settings, monkeypatch
):
    settings.ANALYTICS_SHARDS = 1  # what shards drain at once may pass the limit
    monkeypatch.setitem(VALUES_LIMITS, Dimension.CAMPAIGN, 2)

    def take(*names: str, **where):
        for name in names:
            buffer.accept(view(dimensions={Dimension.CAMPAIGN: name}, **where), now=NOON)
        drain_all()

    take("a")
    take("d", "c", "c", "b")
    take("a", "c", "e", "other")
    take("x", "y", page=6)

    assert campaigns() == {"a": 2, "c": 3, "other": 4}
    assert campaigns(6) == {"x": 1, "y": 1}
