"""What the overview says, for page, interface and mail alike."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from django.db.models import Count, F, QuerySet
from django.db.models.functions import TruncDate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics.figures import Totals, spans
from analytics.figures.spans import Days, Point, Span
from analytics.figures.subtrees import Subtree
from analytics.registry import PageIds
from news.models import ArticlePage
from news.staff_reports import charts, extras, tables
from news.staff_reports.periods import Period
from news.staff_reports.tables import Table, TableName

# What changes this soon after publication belongs to it.
SETTLING = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """A figure beside the one it is compared with."""

    name: str
    label: str
    now: int
    before: int

    @property
    def change(self) -> int | None:
        """The change in per cent; None where there was nothing before."""
        return tables.change(self.now, self.before)


@dataclass
class Overview:
    """Asks about a period, narrowed to some pages or to one channel.

    Every property costs a fixed number of queries. With a channel, views and visits are known
    and nothing else, and they are kept by day. `subtree` are the same pages as `page_ids` if
    these are all at and below some places.
    """

    period: Period
    now: datetime
    page_ids: PageIds | None = None
    channel: str = ""
    subtree: Subtree | None = None

    @property
    def spans(self) -> tuple[Span, Span]:
        if self.channel:
            return self.period.as_days
        return self.period.span, self.period.before

    @cached_property
    def totals(self) -> tuple[Totals, Totals]:
        """The sums of the period, and of what it is compared with."""
        now, before = self.spans
        return self._total(now), self._total(before)

    def _total(self, span: Span) -> Totals:
        if isinstance(span, Days):
            return spans.sum_of(span, self._by_day, self._by_month)
        return spans.total(span, self.page_ids)

    @cached_property
    def _by_day(self) -> dict[date, Totals]:
        return spans.by_day(self._all_days, self.page_ids, self.channel, subtree=self.subtree)

    @cached_property
    def _by_month(self) -> dict[date, Totals]:
        return {} if self.channel else spans.by_month(self._all_days, self.page_ids)

    @property
    def _all_days(self) -> Days:
        """The period, what it is compared with, and what little lies between them."""
        days, before = self.period.as_days
        return Days(before.first, days.last)

    @property
    def is_empty(self) -> bool:
        return not self.totals[0].views

    @cached_property
    def key_figures(self) -> list[KeyFigure]:
        now, before = self.totals
        found = [
            KeyFigure("visits", _("Visits"), now.visits, before.visits),
            KeyFigure("views", _("Views"), now.views, before.views),
        ]
        if self.channel:
            return found
        minutes = now.engaged_seconds // 60, before.engaged_seconds // 60
        found += [
            KeyFigure("readers", self._readers_label, now.readers, before.readers),
            KeyFigure("engaged_minutes", _("Engaged minutes"), *minutes),
        ]
        for extra in extras.figures.values():
            counts = (extra.count(*spans.bounds(span), self.page_ids) for span in self.spans)
            found.append(KeyFigure(extra.name, str(extra.label), *counts))
        return found

    @property
    def _readers_label(self) -> str:
        is_one_day = len(self.period.days) == 1 and self.page_ids is None
        return _("Readers") if is_one_day else _("Readers (sum of daily readers)")

    @property
    def is_hourly(self) -> bool:
        return self.period.hours is not None and not self.channel

    @cached_property
    def points(self) -> tuple[list[Point], list[Point]]:
        """The series, with its gaps, and what it is compared with."""
        hours = self.period.hours
        if hours is None or self.channel:
            days, before = self.period.as_days
            series = [spans.daily(one, known=self._by_day) for one in (days, before)]
            end = spans.buckets_of_days(days.last, days.last).last
        else:
            step = self.period.step
            series = [
                spans.hourly(one, self.page_ids, step=step)
                for one in (hours, self.period.hours_before)
            ]
            end = hours.last
        return spans.with_gaps(series[0], end=end, now=self.now), series[1]

    @cached_property
    def chart(self) -> charts.Chart:
        points, before = self.points
        return charts.draw(points, before, hourly=self.is_hourly, now=self.now, events=self.events)

    @cached_property
    def events(self) -> dict[int, str]:
        """How much was published and updated, by the step of the series."""
        published, updated = (self._by_step(name) for name in MOMENTS)
        found = {}
        for step in sorted({*published, *updated}):
            texts = []
            if count := published[step]:
                texts.append(ngettext("%(n)s published", "%(n)s published", count) % {"n": count})
            if count := updated[step]:
                texts.append(ngettext("%(n)s updated", "%(n)s updated", count) % {"n": count})
            found[step] = ", ".join(texts)
        return found

    def _by_step(self, moment: str) -> Counter[int]:
        points = self.points[0]
        start, end = points[0].at, self.now
        rows = self._articles().filter(**{f"{moment}__gte": start, f"{moment}__lte": end})
        if moment == MOMENTS[1]:
            rows = rows.filter(significantly_updated_at__gt=F("first_published_at") + SETTLING)
        if self.is_hourly:
            starts = [point.at for point in points]
            moments = rows.values_list(moment, flat=True)
            return Counter(bisect_right(starts, at) - 1 for at in moments)
        by_day = rows.annotate(day=TruncDate(moment, tzinfo=spans.site_zone())).values("day")
        counts = dict(by_day.annotate(n=Count("pk")).order_by().values_list("day", "n"))
        steps = {point.at.date(): number for number, point in enumerate(points)}
        return Counter({steps[day]: n for day, n in counts.items() if day in steps})

    def _articles(self) -> QuerySet[Any]:
        articles = ArticlePage.objects.order_by()
        return articles if self.page_ids is None else articles.filter(pk__in=self.page_ids)

    def tables(self, names: Iterable[TableName], limit: int | None = None) -> list[Table]:
        """Return tables, each line with its visits in what the period is compared with.

        What is kept by day is compared over whole days only; where pages are picked out it costs
        as much again, so there only a table of its own says it.
        """
        span, before = self.spans
        days, days_before = self.period.as_days
        is_by_day = isinstance(before, Days) and (
            self.page_ids is None or self.subtree is not None or limit is None
        )
        return tables.build(
            names,
            span,
            days,
            self.page_ids,
            channel=self.channel,
            before=before,
            days_before=days_before if is_by_day else None,
            subtree=self.subtree,
            limit=limit,
        )


MOMENTS = ("first_published_at", "significantly_updated_at")
