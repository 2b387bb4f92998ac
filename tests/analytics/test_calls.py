import pytest
from django.conf import settings

from analytics import calls, keys
from analytics.events import Event
from tests.analytics.streams import MINUTE_MS, NOON, NOON_BUCKET, NOON_MS, drop, read, view

ID = b"0123456789abcdef"
EVENING_MS = NOON_MS + 11 * 60 * MINUTE_MS  # midnight in Berlin


@pytest.fixture(autouse=True)
def limits(settings):
    settings.ANALYTICS_SHARDS = 2
    settings.ANALYTICS_READER_LIMIT, settings.ANALYTICS_NETWORK_LIMIT = 300, 30_000
    settings.ANALYTICS_SPOOL_MAX_AGE_HOURS = 24


def parts(event: Event, **options: bool) -> tuple[calls.Script, list[str], list[object]]:
    script, (count, *words) = calls.call_to_store(
        event, now=NOON, **{"is_replay": False, **options}
    )
    return script, words[:count], words[count:]


def days_of(event: Event, **options: bool) -> list[str]:
    """The days in which the call looks for the event's id."""
    _, names, _ = parts(event, **options)
    return [name.split(":")[2] for name in names if ":i:" in name]


def test_view_is_stored_by_its_script_with_all_it_needs():
    script, names, arguments = parts(view(5, id=ID))

    prefix = f"{{{settings.KEY_PREFIX}}}"
    assert script is calls.STORE_VIEW
    assert [name.rpartition(":")[0] for name in names[1:3]] == [
        f"{prefix}:i:260310",
        f"{prefix}:r:260310",
    ]
    assert [names[0], names[3]] == [f"{prefix}:stream:101", f"{prefix}:l:{NOON_MS // MINUTE_MS}"]
    field, entry, mode, memory_seconds, reader, on_page, second, limit = arguments
    assert len(names) == 4
    assert {len(field), len(reader), len(on_page)} == {6}
    assert len({field, reader, on_page}) == 3
    assert (entry, mode, limit) == (f"1v\t{NOON_BUCKET}\t5\t", "live", 300)
    # noon in London is one o'clock in Berlin; midnight, a day of the spool and a margin
    assert int.from_bytes(second, "big") == 13 * 3600
    assert memory_seconds == (11 + 24 + 2) * 3600


def test_network_is_asked_about_only_if_it_is_told():
    assert parts(view(network=b"carrier1"))[2][8:] == [b"carrier1", 1, 30_000]
    assert parts(view())[2][8:] == []


def test_view_without_reader_has_no_fields_of_one():
    assert parts(view(reader=None))[2][4:6] == [b"", b""]


@pytest.mark.parametrize(
    ("event", "options", "days"),
    [
        (view(), {}, ["260310"]),
        (view(at_ms=EVENING_MS - MINUTE_MS), {}, ["260310", "260311"]),
        (view(at_ms=EVENING_MS + MINUTE_MS), {}, ["260311", "260310"]),
        (view(), {"is_replay": True}, ["260310", "260309", "260311"]),
        (read(ID), {}, ["260310", "260309"]),
        (read(ID, at_ms=EVENING_MS - MINUTE_MS), {}, ["260310", "260309", "260311"]),
        (drop(), {}, ["260310"]),
        (drop(), {"is_replay": True}, ["260310"]),
    ],
)
def test_id_is_looked_for_where_it_may_be_known(event, options, days):
    assert days_of(event, **options) == days


def test_day_that_is_long_over_is_remembered_for_as_long_as_the_spool_may_hold_something():
    late = view(at_ms=NOON_MS - 10 * 24 * 60 * MINUTE_MS)

    assert parts(late, is_replay=True)[2][3] == (24 + 2) * 3600


def test_page_has_its_shard_and_so_has_a_reason():
    streams = {parts(view(page))[1][0] for page in range(1, 9)}
    assert streams == {keys.stream_of(shard, settings.KEY_PREFIX) for shard in (100, 101)}
    assert parts(drop("bot"))[1][0] == parts(drop("bot", "ai"))[1][0]


def test_same_view_has_the_same_place_at_any_time_and_a_drop_at_its_own():
    place = parts(view(id=ID))[2][0]
    assert parts(view(6, id=ID, at_ms=NOON_MS + 1, reader=None))[2][0] == place
    assert parts(read(ID))[2][0] == place

    first, later = drop()._replace(id=ID), drop()._replace(id=ID, at_ms=NOON_MS + 1)
    assert len({place, parts(first)[2][0], parts(later)[2][0]}) == 3


def test_readers_are_noted_by_hashes_that_are_their_fields():
    minute = NOON_MS // MINUTE_MS
    script, words = calls.call_to_note([b"reader-1", b"reader-2"], minute=minute)

    place = keys.of_minute(minute, settings.TIME_ZONE, settings.KEY_PREFIX)
    field = parts(view(reader=b"reader-1"))[2][4]
    assert script is calls.NOTE_READERS
    assert words[:4] == (1, place.readers_now, 420, field)
