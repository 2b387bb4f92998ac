import os
from datetime import timedelta

import pytest
import redis
from django.conf import settings

from analytics import buffer, keys, spool
from analytics.events import Dimension
from analytics.models import PageBucket
from tests.analytics.streams import (
    MINUTE_MS,
    NOON,
    NOON_BUCKET,
    NOON_MS,
    begin_epochs,
    drain_all,
    drop,
    epoch_of,
    own_keys,
    payloads,
    read,
    rows,
    stream_of,
    view,
    without_epoch,
)

pytestmark = pytest.mark.django_db
EVENING_MS = NOON_MS + 11 * 60 * MINUTE_MS  # midnight in Berlin


@pytest.fixture(autouse=True)
def one_stream(settings):
    """So that payloads stand in the order in which their events came."""
    settings.ANALYTICS_SHARDS = 1


def accept(*events, now=NOON, **options):
    for event in events:
        buffer.accept(event, now=now, **options)


def flags():
    return [int(payload.rpartition("\t")[2]) for payload in payloads()]


def test_first_view_is_visit_and_first_on_page_and_site(counting):
    accept(view(dimensions={Dimension.CHANNEL: "direct", Dimension.DEVICE: "phone"}))

    assert payloads() == [f"1v\t{NOON_BUCKET}\t5\t1direct\t3phone\t7"]


def test_view_of_another_page_is_visit_and_first_there(counting):
    accept(view(5), view(6))

    assert flags() == [7, 3]


def test_view_within_half_an_hour_is_no_visit(counting):
    accept(view(), view(at_ms=NOON_MS + 29 * MINUTE_MS), view(at_ms=NOON_MS + 58 * MINUTE_MS))

    assert flags() == [7, 0, 0]


def test_view_after_half_an_hour_is_a_visit(counting):
    accept(view(), view(at_ms=NOON_MS + 30 * MINUTE_MS))

    assert flags() == [7, 1]


def test_visits_and_readers_split_at_the_sites_midnight(counting):
    accept(view(at_ms=EVENING_MS - 1000), view(at_ms=EVENING_MS))

    assert flags() == [7, 7]


def test_late_view_beside_a_known_one_starts_no_visit(counting):
    accept(view(at_ms=NOON_MS), view(at_ms=NOON_MS - 20 * MINUTE_MS))

    assert flags() == [7, 0]


def test_late_view_far_from_known_ones_is_a_visit(counting):
    accept(view(), view(at_ms=NOON_MS - 90 * MINUTE_MS), view(at_ms=NOON_MS - 80 * MINUTE_MS))

    assert flags() == [7, 1, 0]


def test_late_view_leaves_the_newest_as_it_was(counting):
    accept(
        view(),
        view(at_ms=NOON_MS - 90 * MINUTE_MS),
        view(at_ms=NOON_MS + 10 * MINUTE_MS),
    )

    assert flags() == [7, 1, 0]


def test_reader_with_many_visits_keeps_the_hash_packed(counting):
    for number in range(23):
        accept(view(at_ms=NOON_MS - 12 * 60 * MINUTE_MS + number * 31 * MINUTE_MS))

    hashes = [key for key in own_keys(counting) if b":r:" in key]
    assert {counting.object("encoding", key) for key in hashes} == {b"listpack"}


def test_view_without_reader_counts_as_view_only(counting):
    accept(view(reader=None), view(reader=None))

    assert flags() == [0, 0]


def test_same_id_is_dropped_as_duplicate(counting):
    id = os.urandom(16)

    accept(view(id=id), view(id=id))

    assert payloads() == [
        f"1v\t{NOON_BUCKET}\t5\t7",
        f"1d\t{NOON_BUCKET}\tduplicate\t",
    ]


def test_same_id_without_reader_is_dropped_as_duplicate(counting):
    id = os.urandom(16)

    accept(view(id=id, reader=None), view(id=id, reader=None))

    assert sorted(payload[:2] for payload in payloads()) == ["1d", "1v"]


@pytest.mark.parametrize("minutes", [-50, 120])
def test_same_id_on_the_day_before_or_after_is_dropped(counting, minutes):
    """It may come back hours later, and at once to a host whose clock is behind."""
    id = os.urandom(16)
    late = EVENING_MS + MINUTE_MS if minutes < 0 else EVENING_MS - MINUTE_MS

    accept(view(id=id, at_ms=late), view(id=id, at_ms=late + minutes * MINUTE_MS))

    assert sorted(payload[:2] for payload in payloads()) == ["1d", "1v"]


def test_replay_passes_over_a_known_id_in_silence(counting):
    event = view()

    accept(event)
    accept(event, is_replay=True)

    assert flags() == [7]


def test_drop_is_stored_and_the_same_drop_only_once(counting):
    event = drop("bot", "ai")

    accept(event, event, drop("bot", "ai"))

    assert payloads().count(f"1d\t{NOON_BUCKET}\tbot\tai") == 2


def test_reading_time_counts_what_is_more_than_before(counting):
    event = view()

    accept(event, read(event.id, seconds=30, scroll=50), read(event.id, seconds=75, scroll=40))

    assert payloads()[1:] == [
        f"1r\t{NOON_BUCKET}\t5\t30\t50\t-2",
        f"1r\t{NOON_BUCKET}\t5\t45\t0\t22",
    ]


def test_reading_time_sent_again_counts_nothing(counting):
    event = view()

    accept(event, read(event.id), read(event.id), read(event.id, seconds=10))

    assert len(payloads()) == 2


def test_reading_time_is_clamped(counting):
    event = view()

    accept(event, read(event.id, seconds=1700), read(event.id, seconds=999_999, scroll=900))

    assert payloads()[1:] == [
        f"1r\t{NOON_BUCKET}\t5\t1700\t50\t-2",
        f"1r\t{NOON_BUCKET}\t5\t100\t50\t24",
    ]


def test_reading_time_of_an_unknown_view_is_dropped_once(counting):
    accept(read(os.urandom(16)))

    assert payloads() == [f"1d\t{NOON_BUCKET}\tunknown_view\t"]


def test_reading_time_finds_its_view_under_any_pseudonym(counting):
    events = [view(reader=os.urandom(8)) for _ in range(20)]

    accept(*events)
    accept(*(read(event.id, reader=None) for event in events))
    accept(*(read(event.id, reader=os.urandom(8), seconds=40) for event in events))

    assert sorted(payload[:2] for payload in payloads()) == ["1r"] * 40 + ["1v"] * 20


def test_reading_time_after_midnight_finds_yesterdays_view(counting):
    event = view(at_ms=EVENING_MS - MINUTE_MS)

    accept(event, read(event.id, at_ms=EVENING_MS + MINUTE_MS))

    assert [payload[:2] for payload in payloads()] == ["1v", "1r"]


def test_no_key_holds_a_pseudonym_and_all_expire_but_stream_and_epoch(counting):
    accept(view(reader=b"geheim-1", network=b"netz-123"))

    own = [key for key in own_keys(counting) if settings.KEY_PREFIX.encode() in key]
    assert {key.split(b":")[1] for key in own if counting.ttl(key) == -1} == {b"stream", b"epoch"}
    expiring = [key for key in own if counting.ttl(key) > 0]
    assert sorted(key.split(b":")[1] for key in expiring) == [b"i", b"l", b"n", b"r"]
    hashes = [key for key in own if counting.type(key) == b"hash"]
    fields = b" ".join(field for key in hashes for field in counting.hkeys(key))
    assert b"heim" not in fields
    # until midnight in Berlin, then as long as the spool may hold something, and a margin
    assert {counting.ttl(key) for key in expiring} == {120, 420, (11 + 24 + 2) * 3600}
    assert all(b"geheim-1" not in payload.encode() for payload in payloads())


def test_all_keys_share_one_hash_tag(counting):
    accept(*(view(reader=os.urandom(8)) for _ in range(20)))

    tags = {key.partition(b"}")[0] for key in own_keys(counting)}
    assert tags == {f"{{{settings.KEY_PREFIX}".encode()}


def test_pages_are_shared_out_among_the_shards(counting, settings):
    """So that drains at once never write the same row."""
    settings.ANALYTICS_SHARDS = 2
    begin_epochs()
    events = [view(page) for page in range(1, 21)]
    accept(*events, *(read(event.id, page=event.page) for event in events))

    found = [
        {fields[1].split(b"\t")[2] for _, fields in buffer.read_stream(shard, "0-0")[1:]}
        for shard in buffer.shards()
    ]
    assert not found[0] & found[1]
    assert [len(pages) for pages in found] == [10, 10]


def test_view_sent_again_from_another_network_is_dropped(counting):
    ids = [os.urandom(16) for _ in range(20)]

    accept(*(view(id=id, reader=b"at-home-", network=b"homehome") for id in ids))
    accept(*(view(id=id, reader=b"on-train", network=b"carrier1") for id in ids))

    assert [payload[:2] for payload in payloads()].count("1v") == 20
    assert {payload for payload in payloads() if payload[:2] == "1d"} == {
        f"1d\t{NOON_BUCKET}\tduplicate\t"
    }


def test_view_sent_again_after_midnight_from_another_network_is_dropped(counting):
    ids = [os.urandom(16) for _ in range(20)]

    accept(*(view(id=id, at_ms=EVENING_MS - 1000) for id in ids))
    accept(*(view(id=id, at_ms=EVENING_MS + 1000, reader=b"tomorrow") for id in ids))

    assert [payload[:2] for payload in payloads()].count("1v") == 20


def test_view_that_waits_in_the_spool_and_came_by_another_way_counts_once(counting, spool_dir):
    """The first try timed out at one web host; the reader's retry reached another."""
    first = view(reader=b"at-home-")
    spool.writer.append(spool.SpoolEntry(first, True, spooled_at_ms=NOON_MS))
    accept(view(id=first.id, reader=b"on-train"))

    buffer.feed_spool(now=NOON)

    assert [payload[:2] for payload in payloads()] == ["1v"]


def test_event_is_spooled_while_there_is_no_epoch_and_counts_after(counting, spool_dir):
    with without_epoch():
        accept(view())
        assert payloads() == []

    assert buffer.feed_spool(now=NOON) == 1
    assert flags() == [7]
    assert spool.waiting_bytes() == 0


def test_missing_stream_is_refused_too(counting, spool_dir):
    for shard in buffer.shards():
        counting.delete(stream_of(shard))

    accept(view())

    assert spool.waiting_bytes() > 0
    own = own_keys(counting)
    assert [key for key in own if b":i:" in key] == []


def test_views_count_on_though_the_epochs_name_is_gone(counting, spool_dir):
    for shard in buffer.shards():
        counting.delete(epoch_of(shard))

    accept(view(5), view(6))
    drain_all()
    drain_all()

    assert rows(PageBucket, "page_id", "views") == [(5, 1), (6, 1)]
    assert [counting.exists(epoch_of(shard)) for shard in buffer.shards()] == [1]
    assert spool.waiting_bytes() == 0


@pytest.mark.parametrize(
    "event", [view(network=b"carrier1"), read(os.urandom(16)), drop("bot", "ai")]
)
def test_refused_event_leaves_nothing_in_redis(counting, spool_dir, event):
    accept(view(reader=b"reader-1"))
    before = {key: counting.dump(key) for key in own_keys(counting)}
    for shard in buffer.shards():
        counting.rename(stream_of(shard), f"{stream_of(shard)}:away")

    accept(event)

    for shard in buffer.shards():
        counting.rename(f"{stream_of(shard)}:away", stream_of(shard))
    assert {key: counting.dump(key) for key in own_keys(counting)} == before
    assert spool.waiting_bytes() > 0


def test_script_is_loaded_again_after_redis_forgot_it(counting):
    accept(view())
    counting.script_flush()

    accept(view(6))

    assert flags() == [7, 3]


@pytest.mark.parametrize("wait", [timedelta(0), timedelta(hours=1)])
def test_write_that_timed_out_but_arrived_counts_once(counting, spool_dir, wait):
    event = view()
    accept(event)
    spool.writer.append(spool.SpoolEntry(event, True, spooled_at_ms=NOON_MS))

    assert buffer.feed_spool(now=NOON + wait) == 1

    assert flags() == [7]


def test_write_that_timed_out_counts_once_with_more_shards(counting, spool_dir, settings):
    events = [view(reader=os.urandom(8)) for _ in range(20)]
    for event in events:
        accept(event)
        spool.writer.append(spool.SpoolEntry(event, True, spooled_at_ms=NOON_MS))

    settings.ANALYTICS_SHARDS = 5
    begin_epochs()
    assert buffer.feed_spool(now=NOON) == 20

    assert flags() == [7] * 20


def test_silent_redis_sends_events_to_the_spool_and_they_count_once(counting_alone, spool_dir):
    """Redis takes commands but does not answer: CLIENT PAUSE."""
    events = [view(page) for page in range(1, 7)]
    counting_alone.execute_command("CLIENT", "PAUSE", "1600", "ALL")
    accept(*events)
    assert spool.waiting_bytes() > 0
    counting_alone.ping()

    buffer.reset()
    buffer.feed_spool(now=NOON)

    assert sorted(payload.split("\t")[2] for payload in payloads()) == list("123456")
    assert spool.waiting_bytes() == 0


@pytest.mark.parametrize(
    ("setting", "bad", "good"), [("maxmemory", "1", "0"), ("min-replicas-to-write", "3", "0")]
)
def test_redis_that_refuses_to_write_sends_events_to_the_spool(
    counting_alone, spool_dir, setting, bad, good
):
    counting_alone.config_set(setting, bad)
    try:
        accept(view(), view(6))
        assert spool.waiting_bytes() > 0
    finally:
        counting_alone.config_set(setting, good)

    buffer.reset()
    assert buffer.feed_spool(now=NOON) == 2
    assert flags() == [7, 3]


def test_redis_away_and_no_spool_is_said(counting, spool_dir, settings):
    settings.ANALYTICS_SPOOL_LIMIT_MB = 0

    with without_epoch(), pytest.raises(buffer.NotStored):
        accept(view())


def test_redis_away_opens_the_breaker(counting, spool_dir, settings):
    settings.REDIS_URL = "unix:///nowhere/redis.sock"
    buffer.reset()

    accept(*(view(page) for page in range(1, 6)))

    assert buffer.breaker.is_open
    settings.REDIS_URL = redis_url_of(counting)
    buffer.reset()
    assert buffer.feed_spool(now=NOON) == 5
    assert flags() == [7, 3, 3, 3, 3]


def redis_url_of(client: redis.Redis) -> str:
    from cms.settings import REDIS_URL

    return REDIS_URL


def test_entry_that_may_have_arrived_and_waited_too_long_is_not_counted_twice(counting, spool_dir):
    sure, unsure = view(5), view(6)
    for event, may_have_arrived in ((sure, False), (unsure, True)):
        spool.writer.append(spool.SpoolEntry(event, may_have_arrived, NOON_MS))

    buffer.feed_spool(now=NOON + timedelta(hours=25))

    assert [payload.split("\t")[2] for payload in payloads()] == ["5"]


def test_readers_of_the_last_minutes_are_counted_once_each(counting):
    for minutes in (0, 3, 5, 7):
        at_ms = NOON_MS - minutes * MINUTE_MS
        accept(*(view(reader=b"reader-%d" % n, at_ms=at_ms) for n in range(minutes + 1)))

    assert buffer.readers_now(now=NOON) == 6
    assert buffer.readers_now(now=NOON + timedelta(minutes=8)) == 0


def test_many_readers_of_the_last_minutes_are_counted_but_for_a_small_share(counting):
    accept(*(view(reader=b"%08d" % n) for n in range(1000)))

    assert 950 <= buffer.readers_now(now=NOON) <= 1020


def test_readers_of_views_that_are_dropped_are_not_noted(counting, settings):
    settings.ANALYTICS_NETWORK_LIMIT = 5

    accept(*(view(reader=b"%08d" % n, network=b"carrier1") for n in range(40)))

    assert buffer.readers_now(now=NOON) == 5


def test_readers_that_cannot_be_noted_are_no_reason_to_spool(counting, spool_dir):
    minute = NOON_MS // MINUTE_MS
    counting.set(keys.of_minute(minute, settings.TIME_ZONE, settings.KEY_PREFIX).readers_now, "x")

    accept(view())

    assert flags() == [7]
    assert spool.waiting_bytes() == 0
