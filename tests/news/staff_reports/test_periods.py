from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from analytics.figures import spans
from analytics.figures.spans import Buckets, Days
from news.staff_reports.periods import Preset, period

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 29, 14, 20, tzinfo=BERLIN)  # the clocks went forward this morning


@pytest.mark.parametrize(
    ("asked", "shown", "before"),
    [
        (
            (),
            Days(date(2026, 3, 23), date(2026, 3, 29)),
            Days(date(2026, 3, 16), date(2026, 3, 22)),
        ),
        (
            ("28d",),
            Days(date(2026, 3, 2), date(2026, 3, 29)),
            Days(date(2026, 2, 2), date(2026, 3, 1)),
        ),
        (
            ("12m",),
            Days(date(2025, 3, 30), date(2026, 3, 29)),
            Days(date(2024, 3, 30), date(2025, 3, 29)),
        ),
        (
            ("custom", date(2026, 2, 2), date(2026, 2, 1)),
            Days(date(2026, 2, 1), date(2026, 2, 2)),
            Days(date(2026, 1, 30), date(2026, 1, 31)),
        ),
        (
            ("custom", date(2026, 3, 28), date(2027, 1, 1)),
            Days(date(2026, 3, 28), date(2026, 3, 29)),
            Days(date(2026, 3, 26), date(2026, 3, 27)),
        ),
    ],
)
def test_days(asked, shown, before):
    found = period(*asked, now=NOW)

    assert (found.span, found.before, found.hours) == (shown, before, None)


def test_today_ends_yesterday_at_the_same_time_on_the_clock():
    found = period("today", now=NOW)

    start = datetime(2026, 3, 28, tzinfo=BERLIN)
    end = datetime(2026, 3, 28, 14, 20, tzinfo=BERLIN)
    assert found.span == Days(date(2026, 3, 29), date(2026, 3, 29))
    assert found.before == Buckets.between(start, end)
    assert len(spans_of(found.hours)) == 23 * 4


def test_24_hours_are_24_hours_also_when_the_clocks_change():
    found = period("24h", now=NOW)

    assert found.span == Buckets.between(
        NOW.astimezone(ZoneInfo("UTC")) - timedelta(hours=23, minutes=45), NOW
    )
    assert len(spans_of(found.span)) == len(spans_of(found.before)) == 96
    assert found.before.last == found.span.first - 1


def test_one_past_day_goes_by_the_hour_while_its_buckets_are_kept():
    recent = period("custom", date(2026, 3, 20), date(2026, 3, 20), now=NOW)
    old = period("custom", date(2025, 3, 20), date(2025, 3, 20), now=NOW)

    day = date(2026, 3, 20)
    assert (recent.preset, recent.hours) == (Preset.CUSTOM, spans.buckets_of_days(day, day))
    assert old.hours is None


def test_a_leap_day_has_a_year_before_it():
    found = period("12m", now=datetime(2028, 2, 29, 12, tzinfo=BERLIN))

    assert found.span == Days(date(2027, 3, 1), date(2028, 2, 29))


def spans_of(buckets: Buckets) -> range:
    return range(buckets.first, buckets.last + 1)
