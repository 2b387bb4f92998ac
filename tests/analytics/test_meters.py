from analytics.meters import (
    SLOTS,
    STEPS_PER_LIMIT,
    UNTOLD_LIMIT,
    UNTOLD_SHARE,
    NetworkMeter,
    ReaderMeter,
)

LIMIT = 10 * STEPS_PER_LIMIT


def another_place(network: str) -> str:
    """A network that does not share the other's place in the table."""
    names = (f"2001:db8::{number:x}" for number in range(1, 100))
    return next(name for name in names if (hash(name) - hash(network)) % SLOTS)


def test_network_is_told_in_steps_of_a_hundredth_of_its_limit():
    meter = NetworkMeter()

    told = [meter.count("203.0.113.7", 5, limit=LIMIT) for _ in range(35)]

    assert told == ([0] * 9 + [10]) * 3 + [0] * 5


def test_networks_count_apart_and_minutes_too():
    meter = NetworkMeter()
    one, other = "203.0.113.7", another_place("203.0.113.7")

    told = [meter.count(one, 5, limit=LIMIT) for _ in range(9)]
    told += [meter.count(other, 5, limit=LIMIT) for _ in range(9)]
    told += [meter.count(one, 6, limit=LIMIT) for _ in range(9)]

    assert not any(told)


def test_under_a_small_limit_every_view_is_told():
    meter = NetworkMeter()

    assert [meter.count("203.0.113.7", 5, limit=STEPS_PER_LIMIT) for _ in range(3)] == [1, 1, 1]


def test_once_a_network_is_crowded_every_view_is_told_until_the_minute_is_over():
    meter = NetworkMeter()
    meter.count("203.0.113.7", 5, limit=LIMIT)

    meter.note_crowded(4)  # an answer that comes late
    assert meter.count("203.0.113.7", 5, limit=LIMIT) == 0
    meter.note_crowded(5)
    assert [meter.count("203.0.113.7", 5, limit=LIMIT) for _ in range(2)] == [3, 1]
    assert meter.count("203.0.113.7", 6, limit=LIMIT) == 0


def test_view_that_comes_late_begins_no_minute_but_a_clock_that_was_set_does():
    meter = NetworkMeter()
    told = [meter.count("203.0.113.7", minute, limit=LIMIT) for minute in [5, 6] * 10]
    assert told == [0] * 10 + [10] + [0] * 9

    assert [meter.count("203.0.113.7", 1, limit=LIMIT) for _ in range(9)] == [0] * 9


def test_few_readers_are_told_at_once():
    meter = ReaderMeter()
    readers = [b"reader%02d" % number for number in range(UNTOLD_SHARE)]

    assert [meter.note(reader, 5) for reader in readers] == [[reader] for reader in readers]


def test_of_many_readers_a_small_share_is_kept_back_and_none_is_told_twice():
    meter = ReaderMeter()
    told: list[bytes] = []
    for number in range(50_000):
        told += meter.note(b"%08d" % number, 5)
        missing = number + 1 - len(told)
        assert missing < UNTOLD_LIMIT
        assert missing * UNTOLD_SHARE <= number + 1

    assert told == [b"%08d" % number for number in range(len(told))]


def test_readers_of_a_minute_are_not_told_as_those_of_the_next():
    meter = ReaderMeter()
    for number in range(100):
        meter.note(b"%08d" % number, 5)

    assert meter.note(b"tomorrow", 6) == [b"tomorrow"]
