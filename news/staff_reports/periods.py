"""The periods of the reports, each with the one before it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from analytics.figures import spans
from analytics.figures.spans import Buckets, Days, Span

BUCKETS_PER_DAY = 96


class Preset(TextChoices):
    """The periods on offer."""

    TODAY = "today", _("Today")
    DAY = "24h", _("24 hours")
    WEEK = "7d", _("7 days")
    MONTH = "28d", _("28 days")
    QUARTER = "90d", _("90 days")
    YEAR = "12m", _("12 months")
    CUSTOM = "custom", _("Custom")


LENGTHS = {Preset.WEEK: 7, Preset.MONTH: 28, Preset.QUARTER: 90}


@dataclass(frozen=True, slots=True)
class Period:
    """What is shown and what it is compared with; `days` hold it whole."""

    preset: Preset
    span: Span
    before: Span
    days: Days
    is_running: bool

    @property
    def hours(self) -> Buckets | None:
        """The same period in buckets, if its series goes by the hour."""
        if isinstance(self.span, Buckets):
            return self.span
        if self.preset == Preset.TODAY:
            return spans.buckets_of_days(self.days.first, self.days.last)
        return None


def period(
    preset: str = "",
    first: date | None = None,
    last: date | None = None,
    *,
    now: datetime,
) -> Period:
    """Return what was asked for; nothing means 7 days.

    Today is compared with yesterday up to the same time of day, other periods with as many days
    right before them.
    """
    local = now.astimezone(spans.site_zone())
    today = local.date()
    if preset == Preset.CUSTOM or (not preset and (first or last)):
        last = min(last or today, today)
        first = min(first or last - timedelta(days=27), today)
        first, last = min(first, last), max(first, last)
        day_before = first - timedelta(days=1)
        if first == last and spans.is_kept_in_buckets(day_before, today=today):
            return Period(
                Preset.CUSTOM,
                spans.buckets_of_days(first, last),
                spans.buckets_of_days(day_before, day_before),
                Days(first, last),
                last == today,
            )
        return _whole_days(Preset.CUSTOM, first, last, today)
    chosen = Preset(preset or Preset.WEEK)
    if chosen is Preset.TODAY:
        yesterday = local - timedelta(days=1)  # the same time on the clock
        start = spans.buckets_of_days(yesterday.date(), yesterday.date()).first
        before = Buckets(start, Buckets.between(yesterday, yesterday).last)
        return Period(chosen, Days(today, today), before, Days(today, today), True)
    if chosen is Preset.DAY:
        end = Buckets.between(now, now).last
        first_bucket = end - BUCKETS_PER_DAY + 1
        return Period(
            chosen,
            Buckets(first_bucket, end),
            Buckets(first_bucket - BUCKETS_PER_DAY, first_bucket - 1),
            Days(today - timedelta(days=1), today),
            True,
        )
    if chosen is Preset.YEAR:
        return _whole_days(chosen, _a_year_before(today) + timedelta(days=1), today, today)
    return _whole_days(chosen, today - timedelta(days=LENGTHS[chosen] - 1), today, today)


def _whole_days(preset: Preset, first: date, last: date, today: date) -> Period:
    length = (last - first).days + 1
    before = Days(first - timedelta(days=length), first - timedelta(days=1))
    return Period(preset, Days(first, last), before, Days(first, last), last == today)


def _a_year_before(day: date) -> date:
    is_leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if is_leap_day else day.day)
