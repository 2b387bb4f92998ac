"""The periods of the reports, each with what it is compared with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from analytics.figures import spans
from analytics.figures.spans import Buckets, Days, Span

BUCKETS_PER_HOUR = 4
BUCKETS_PER_DAY = 96
BUCKETS_PER_WEEK = 7 * BUCKETS_PER_DAY


class Preset(TextChoices):
    """The periods on offer."""

    NOW = "now", _("Now")
    TODAY = "today", _("Today")
    DAY = "24h", _("24 hours")
    WEEK = "7d", _("7 days")
    MONTH = "28d", _("28 days")
    QUARTER = "90d", _("90 days")
    YEAR = "12m", _("12 months")
    CUSTOM = "custom", _("Custom")


# What goes by whole days.
DAILY = tuple(preset for preset in Preset if preset not in (Preset.NOW, Preset.DAY))


class Comparison(TextChoices):
    """What a period is compared with."""

    BEFORE = "before", _("The period before")
    WEEKDAYS = "weekdays", _("The same weekdays before")


LENGTHS = {Preset.WEEK: 7, Preset.MONTH: 28, Preset.QUARTER: 90}


@dataclass(frozen=True, slots=True)
class Period:
    """What is shown and what it is compared with; `days` hold it whole."""

    preset: Preset
    span: Span
    before: Span
    days: Days
    is_running: bool
    comparison: Comparison = Comparison.BEFORE

    @property
    def hours(self) -> Buckets | None:
        """The same period in buckets, if its series goes by the hour."""
        if isinstance(self.span, Buckets):
            return self.span
        if self.preset == Preset.TODAY:
            return spans.buckets_of_days(self.days.first, self.days.last)
        return None

    @property
    def hours_before(self) -> Buckets:
        """What `hours` are compared with, whole days where they are."""
        if self.preset == Preset.TODAY:
            shift = timedelta(7 if self.comparison is Comparison.WEEKDAYS else 1)
            return spans.buckets_of_days(self.days.first - shift, self.days.last - shift)
        assert isinstance(self.before, Buckets)
        return self.before

    @property
    def step(self) -> int:
        """Buckets to a step of a series by the hour; now goes by the quarter."""
        return 1 if self.preset == Preset.NOW else BUCKETS_PER_HOUR

    @property
    def as_days(self) -> tuple[Days, Days]:
        """The period and what it is compared with in whole days: so channels are kept."""
        if isinstance(self.before, Days):
            return self.days, self.before
        shift = timedelta(7 if self.comparison is Comparison.WEEKDAYS else len(self.days))
        return self.days, Days(self.days.first - shift, self.days.last - shift)


def period(
    preset: str = "",
    first: date | None = None,
    last: date | None = None,
    *,
    now: datetime,
    comparison: str = "",
) -> Period:
    """Return what was asked for; nothing means 7 days.

    A running day is compared up to the same time of day; other periods with as many days right
    before them, or with the same weekdays so many whole weeks earlier that they do not overlap.
    """
    compared = Comparison(comparison or Comparison.BEFORE)
    today = now.astimezone(spans.site_zone()).date()
    if preset == Preset.CUSTOM or (not preset and (first or last)):
        return _custom(first, last, today, compared)
    chosen = Preset(preset or Preset.WEEK)
    if chosen is Preset.TODAY:
        return _today(now, today, compared)
    if chosen in (Preset.NOW, Preset.DAY):
        return _last_buckets(chosen, now, today, compared)
    if chosen is Preset.YEAR:
        return _whole_days(chosen, _a_year_before(today) + timedelta(1), today, today, compared)
    return _whole_days(chosen, today - timedelta(LENGTHS[chosen] - 1), today, today, compared)


def _custom(first: date | None, last: date | None, today: date, compared: Comparison) -> Period:
    last = min(last or today, today)
    first = min(first or last - timedelta(days=27), today)
    first, last = min(first, last), max(first, last)
    day_before = first - timedelta(days=7 if compared is Comparison.WEEKDAYS else 1)
    if first == last and spans.is_kept_in_buckets(day_before, today=today):
        return Period(
            Preset.CUSTOM,
            spans.buckets_of_days(first, last),
            spans.buckets_of_days(day_before, day_before),
            Days(first, last),
            last == today,
            compared,
        )
    return _whole_days(Preset.CUSTOM, first, last, today, compared)


def _today(now: datetime, today: date, compared: Comparison) -> Period:
    days = 7 if compared is Comparison.WEEKDAYS else 1
    then = now.astimezone(spans.site_zone()) - timedelta(days)  # the same time on the clock
    start = spans.buckets_of_days(then.date(), then.date()).first
    before = Buckets(start, Buckets.between(then, then).last)
    return Period(Preset.TODAY, Days(today, today), before, Days(today, today), True, compared)


def _last_buckets(chosen: Preset, now: datetime, today: date, compared: Comparison) -> Period:
    """Return the last hour or the last 24, up to the running quarter."""
    end = Buckets.between(now, now).last
    length = BUCKETS_PER_DAY if chosen is Preset.DAY else BUCKETS_PER_HOUR + 1
    first = end - length + 1
    shift = BUCKETS_PER_WEEK if compared is Comparison.WEEKDAYS else length
    first_day = spans.day_of_bucket(first)
    return Period(
        chosen,
        Buckets(first, end),
        Buckets(first - shift, end - shift),
        Days(first_day, today),
        True,
        compared,
    )


def _whole_days(
    preset: Preset, first: date, last: date, today: date, compared: Comparison
) -> Period:
    length = (last - first).days + 1
    if compared is Comparison.WEEKDAYS:
        length = -(-length // 7) * 7
    shift = timedelta(length)
    before = Days(first - shift, last - shift)
    return Period(preset, Days(first, last), before, Days(first, last), last == today, compared)


def _a_year_before(day: date) -> date:
    is_leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if is_leap_day else day.day)
