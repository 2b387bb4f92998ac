"""Summaries against the days they are made of."""

from datetime import UTC, date, datetime, timedelta

import pytest

from analytics.events import Dimension
from analytics.figures.facts import Days, Pieces, pieces
from analytics.models import (
    PageDay,
    PageDayDimension,
    PageMonthDimension,
    PageMonthSum,
    SiteDay,
    SiteDayDimension,
    SiteMonth,
)
from analytics.summaries import forget_before, mark_stale, summarise

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
FIRST = date(2026, 1, 30)


@pytest.fixture
def days() -> None:
    for number in range(32):
        for page in (1, 2):
            day = FIRST + timedelta(number)
            PageDay.objects.create(
                page_id=page, day=day, views=3, visits=2, readers=2, site_readers=1,
                engaged_seconds=page,
            )  # fmt: skip
            PageDayDimension.objects.create(
                page_id=page,
                day=day,
                dimension=Dimension.CHANNEL,
                value="direct",
                views=3,
                visits=2,
            )


def fresh(model) -> int:
    return model.objects.filter(is_stale=False).count()


def test_days_and_months_that_are_over_are_summed(days):
    summarise(now=NOW)

    assert (fresh(SiteDay), SiteDay.objects.count(), fresh(SiteMonth)) == (31, 32, 3)
    assert set(SiteDay.objects.filter(is_stale=False).values_list(
        "views", "visits", "readers", "site_readers", "engaged_seconds"
    )) == {(6, 4, 4, 2, 3)}  # fmt: skip
    assert set(SiteDayDimension.objects.values_list("dimension", "value", "views", "visits")) == {
        (1, "direct", 6, 4)
    }
    assert sorted(PageMonthSum.objects.values_list("month", "page_id", "visits")) == [
        (date(2026, month, 1), page, visits)
        for month, visits in ((1, 4), (2, 56), (3, 2))
        for page in (1, 2)
    ]
    assert PageMonthDimension.objects.filter(page_id=1).values_list("visits").order_by("month")[
        1
    ] == (56,)


def test_a_second_run_has_nothing_to_do_and_a_late_view_makes_its_day_stale(days):
    summarise(now=NOW)
    assert summarise(now=NOW) == 0

    PageDay.objects.filter(day=date(2026, 2, 3), page_id=1).update(visits=12)
    mark_stale([date(2026, 2, 3), NOW.date()], now=NOW)

    assert (fresh(SiteDay), fresh(SiteMonth)) == (30, 2)
    assert summarise(now=NOW) == 3
    assert SiteDay.objects.get(day=date(2026, 2, 3)).visits == 14
    assert PageMonthSum.objects.get(month=date(2026, 2, 1), page_id=1).visits == 66


def test_yesterday_is_not_summed_right_after_midnight(days):
    summarise(now=datetime(2026, 3, 1, 23, 10, tzinfo=UTC))  # ten past midnight in Berlin

    assert not SiteDay.objects.filter(day=date(2026, 3, 1), is_stale=False).exists()


def test_what_retention_takes_away_goes_from_the_summaries(days):
    summarise(now=NOW)

    forget_before(date(2026, 2, 1))

    assert SiteDay.objects.order_by("day").first().day == date(2026, 2, 1)
    assert set(PageMonthSum.objects.values_list("month", flat=True)) == {
        date(2026, 2, 1),
        date(2026, 3, 1),
    }


def test_the_running_month_is_summed_up_to_yesterday_and_again_each_day(days):
    def known() -> tuple[date, list[int]]:
        visits = PageMonthSum.objects.filter(month=month).order_by("page_id")
        through = SiteMonth.objects.get(month=month).through
        return through, list(visits.values_list("visits", flat=True))

    month = date(2026, 2, 1)
    summarise(now=datetime(2026, 2, 10, 12, tzinfo=UTC))
    assert known() == (date(2026, 2, 9), [18, 18])
    assert summarise(now=datetime(2026, 2, 10, 20, tzinfo=UTC)) == 0

    assert summarise(now=datetime(2026, 2, 11, 12, tzinfo=UTC)) == 3
    assert known() == (date(2026, 2, 10), [20, 20])
    summarise(now=NOW)
    assert known() == (date(2026, 2, 28), [56, 56])


def test_periods_take_a_month_as_far_as_it_is_summed(days):
    summarise(now=datetime(2026, 2, 10, 12, tzinfo=UTC))
    january, february = date(2026, 1, 1), date(2026, 2, 1)
    until = Days(date(2026, 2, 10), date(2026, 2, 10))

    assert pieces(Days(january, until.last)) == Pieces([january, february], [until])
    assert pieces(Days(february, until.first)) == Pieces([february], [until])
    half = Days(date(2026, 2, 2), until.last)
    assert pieces(half) == Pieces([], [half])
    whole = Days(february, date(2026, 2, 8))
    assert pieces(whole) == Pieces([], [whole])
    # whatever was summed before months said how far they are was over
    SiteMonth.objects.update(through=None)
    assert pieces(Days(january, date(2026, 1, 31))) == Pieces([january], [])
    assert pieces(Days(february, date(2026, 2, 20))).months == []
