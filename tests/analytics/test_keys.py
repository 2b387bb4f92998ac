from datetime import UTC, datetime

import pytest

from analytics import keys

BERLIN = "Europe/Berlin"


def minute_at(*moment: int) -> keys.Minute:
    return keys.of_minute(int(datetime(*moment, tzinfo=UTC).timestamp()) // 60, BERLIN, "zeitung")


def test_minute_knows_its_names_and_its_day():
    start = int(datetime(2026, 3, 9, 23, tzinfo=UTC).timestamp())
    minute = int(datetime(2026, 3, 10, 12, tzinfo=UTC).timestamp()) // 60

    assert minute_at(2026, 3, 10, 12) == keys.Minute(
        day_start=start,
        day_end=start + 24 * 3600,
        ids="{zeitung}:i:260310:",
        ids_before="{zeitung}:i:260309:",
        ids_after="{zeitung}:i:260311:",
        readers="{zeitung}:r:260310:",
        counters=f"{{zeitung}}:l:{minute}",
        readers_now=f"{{zeitung}}:n:{minute}",
    )


def test_day_ends_at_the_sites_midnight():
    assert minute_at(2026, 3, 10, 22, 59).ids == "{zeitung}:i:260310:"
    assert minute_at(2026, 3, 10, 23, 0).ids == "{zeitung}:i:260311:"


@pytest.mark.parametrize(("month", "day", "hours"), [(3, 29, 23), (10, 25, 25)])
def test_day_of_the_clock_change_has_its_length(month, day, hours):
    minute = minute_at(2026, month, day, 12)

    assert minute.day_end - minute.day_start == hours * 3600


def test_streams_of_before_keep_the_names_they_had():
    assert keys.stream_of(100, "zeitung") == "{zeitung}:stream:100"
    assert keys.epoch_of(100, "zeitung") == "{zeitung}:epoch:100"
    assert keys.stream_of(3, "zeitung") == "{zeitung:s3}:stream"
    assert keys.epoch_of(3, "zeitung") == "{zeitung:s3}:epoch"
