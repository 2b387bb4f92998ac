from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from analytics.models import DaySalt
from analytics.pseudonyms import (
    day_of,
    delete_old_salts,
    forget_salts,
    salt_of,
    salts_from,
)

pytestmark = pytest.mark.django_db
BERLIN = ZoneInfo("Europe/Berlin")


def reader_at(moment: datetime, **fields: str) -> bytes:
    given = {"network": "203.0.113.7", "user_agent": "Firefox", "site": "testserver", **fields}
    return salt_of(day_of(int(moment.timestamp() * 1000))).pseudonym(**given)


def test_reader_changes_at_the_sites_midnight_and_not_at_utc_midnight():
    midnight = datetime(2026, 3, 11, tzinfo=BERLIN)

    before = reader_at(midnight - timedelta(milliseconds=1))
    at_midnight = reader_at(midnight)
    after_utc_midnight = reader_at(datetime(2026, 3, 11, 0, 30, tzinfo=UTC))

    assert before != at_midnight == after_utc_midnight


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25)])
def test_day_of_the_clock_change_is_one_day(day, hours):
    first = datetime(day.year, day.month, day.day, tzinfo=BERLIN).astimezone(UTC)
    readers = {reader_at(first + timedelta(hours=hour)) for hour in range(hours)}

    assert len(readers) == 1
    assert reader_at(first - timedelta(seconds=1)) not in readers
    assert reader_at(first + timedelta(hours=hours)) not in readers
    assert DaySalt.objects.count() == 3


def test_every_part_tells_readers_apart():
    noon = datetime(2026, 3, 10, 12, tzinfo=UTC)
    readers = [
        reader_at(noon),
        reader_at(noon, network="203.0.113.8"),
        reader_at(noon, user_agent="Chrome"),
        reader_at(noon, site="other.example"),
        reader_at(noon, network="203.0.113.7\0Fire", user_agent="fox"),
    ]

    assert len(set(readers)) == 5
    assert {len(reader) for reader in readers} == {8}


def test_processes_share_the_salt_of_a_day():
    first = salt_of(date(2026, 3, 10))
    forget_salts()

    assert salt_of(date(2026, 3, 10)) == first
    assert len(first) == 32
    assert salt_of(date(2026, 3, 11)) != first


def test_known_salt_costs_no_query(django_assert_num_queries):
    salt_of(date(2026, 3, 10))

    with django_assert_num_queries(0):
        salt_of(date(2026, 3, 10))


def test_todays_and_yesterdays_salts_are_kept_and_older_ones_deleted_twice():
    for day in (8, 9, 10):
        salt_of(date(2026, 3, day))
    now = datetime(2026, 3, 9, 23, 30, tzinfo=UTC)  # the 10th in Berlin

    assert delete_old_salts(now=now) == 1
    assert delete_old_salts(now=now) == 0
    days = list(DaySalt.objects.order_by("day").values_list("day", flat=True))
    assert days == [date(2026, 3, 9), date(2026, 3, 10)]


def test_salts_from_a_key_are_the_same_again():
    one, same, other = salts_from(b"k" * 32), salts_from(b"k" * 32), salts_from(b"x" * 32)
    day = date(2026, 3, 10)

    assert one(day) == same(day) != other(day)
    assert one(day) != one(date(2026, 3, 11))
    assert not DaySalt.objects.exists()
