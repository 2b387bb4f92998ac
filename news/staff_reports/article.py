"""What is known of one article: since publication, in its first hours, and against others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from django.conf import settings
from django.db.models import TextChoices
from django.utils.formats import date_format
from django.utils.translation import gettext, gettext_lazy
from wagtail.models import Page, PageLogEntry

from analytics.figures import Totals, spans
from analytics.figures.spans import Buckets, Days, Dimension, Point
from analytics.registry import PageIds
from news import territory
from news.models import ArticlePage
from news.reports import VIEW
from news.staff_reports import charts, extras
from news.staff_reports.charts import TableChart
from news.staff_reports.tables import LABELS

PEERS = 30
DAY, WEEK = 96, 7 * 96  # buckets
LONGEST_DAYS = 366
SPARKLINE_DAYS = 14
MOST_SERIES = 7
MOST_PLACES = 240
MOST_BARS = 62


class Steps(TextChoices):
    """The series on offer."""

    FIRST_WEEK = "first", gettext_lazy("First 7 days, by hour")
    LAST_WEEK = "last", gettext_lazy("Last 7 days, by hour")
    ALL = "all", gettext_lazy("Since publication, by day")


@dataclass(frozen=True, slots=True)
class Depth:
    """How many views reached a quarter of the page, and their share of those measured."""

    quarter: int
    count: int
    share: int


@dataclass(frozen=True, slots=True)
class Start:
    """Visits in an article's first day or week beside the median of its section.

    None: those first hours are not kept any more, or the section has nothing to compare with.
    """

    label: str
    visits: int | None
    median: int | None
    is_running: bool

    @property
    def change(self) -> int | None:
        if self.visits is None or not self.median or self.is_running:
            return None
        return round(100 * (self.visits - self.median) / self.median)


def may_see(user: Any, article: ArticlePage) -> bool:
    """Say whether a user may see an article's numbers: all of them, or those of their own."""
    sees_reports = user.has_perm(VIEW) and territory.covers(territory.of(user, VIEW), article)
    return sees_reports or is_own(user, article)


def is_own(user: Any, article: ArticlePage) -> bool:
    """Say whether the user made the article or stands in its byline."""
    return bool(
        article.owner_id == user.pk
        or article.article_authors.filter(author__user_id=user.pk).exists()
    )


@dataclass(slots=True)
class ArticleFigures:
    """Asks about one published article; every method costs a fixed number of queries."""

    article: ArticlePage
    now: datetime

    @property
    def published_at(self) -> datetime:
        assert self.article.first_published_at is not None
        return self.article.first_published_at

    @property
    def page_ids(self) -> PageIds:
        ids: PageIds = Page.objects.filter(pk=self.article.pk).values("pk")
        return ids

    @property
    def days(self) -> Days:
        """All days since publication; an article may have been read before it was moved here."""
        first, today = self._local(self.published_at), self._local(self.now)
        return Days(min(first, today), today)

    def totals(self) -> Totals:
        return spans.total(self.days, self.page_ids)

    def starts(self) -> list[Start]:
        """Return the first 24 hours and the first 7 days."""
        peers = self._peers()
        return [
            self._start(gettext("First 24 hours"), DAY, peers),
            self._start(gettext("First 7 days"), WEEK, peers),
        ]

    def default_steps(self) -> Steps:
        return Steps.FIRST_WEEK if self.now - self.published_at < timedelta(days=7) else Steps.ALL

    def series(self, steps: Steps) -> list[Point]:
        if steps is Steps.ALL:
            return self._daily_with_gaps(self.shown_days)
        buckets = self._buckets(steps)
        points = spans.hourly(buckets, self.page_ids)
        return spans.with_gaps(points, end=buckets.last, now=self.now)

    def events(self, points: list[Point]) -> dict[int, str]:
        """Return what was published when, by the step of the series it falls into."""
        moments = [(self.published_at, gettext("Published"))]
        updates = PageLogEntry.objects.filter(page=self.article.pk, action="wagtail.publish")
        later = list(updates.order_by("timestamp").values_list("timestamp", flat=True))
        if self.article.significantly_updated_at:
            later.append(self.article.significantly_updated_at)
        minute = timedelta(minutes=1)
        moments += [(at, gettext("Updated")) for at in later if at > self.published_at + minute]
        found: dict[int, str] = {}
        for at, text in moments:
            steps = [number for number, point in enumerate(points) if point.at <= at]
            if steps and (steps[-1] < len(points) - 1 or at <= self.now):
                found.setdefault(steps[-1], text)
        return found

    @property
    def is_by_week(self) -> bool:
        """Say whether origins are shown by the week: nobody can tell more bars apart."""
        return len(self.shown_days) > MOST_BARS

    def origins(self) -> dict[str, TableChart]:
        """Return how visits came over the days, by channel and by the largest referrers."""
        days = self.shown_days
        steps: dict[date, list[date]] = {}
        for day in days:
            monday = day - timedelta(days=day.weekday())
            steps.setdefault(max(monday, days.first) if self.is_by_week else day, []).append(day)
        gaps = self._gaps(list(steps.values()))
        found = {}
        for dimension in (Dimension.CHANNEL, Dimension.REFERRER):
            values = spans.dimension_by_day(days, dimension, self.article.pk)
            largest = sorted(values, key=lambda value: (-sum(values[value].values()), value))
            series: dict[str, list[int | None]] = {}
            for value in largest[:MOST_SERIES]:
                series[str(LABELS.get(value, value))] = _sums(steps, [values[value]])
            if rest := largest[MOST_SERIES:]:
                series[gettext("Others")] = _sums(steps, [values[value] for value in rest])
            if series:
                labels = [date_format(day, "SHORT_DATE_FORMAT") for day in steps]
                if self.is_by_week:
                    labels = [gettext("Week from %(day)s") % {"day": label} for label in labels]
                found[dimension.name.lower()] = charts.stacked(
                    series, list(steps), labels=labels, gaps=gaps
                )
        return found

    def _gaps(self, steps: list[list[date]]) -> set[int]:
        """Return the steps of which nobody counted a part; three queries."""
        points = self._daily_with_gaps(self.shown_days)
        lost = {point.at.date() for point in points if point.is_gap or point.is_partial}
        return {number for number, days in enumerate(steps) if not lost.isdisjoint(days)}

    def _daily_with_gaps(self, days: Days) -> list[Point]:
        end = spans.buckets_of_days(days.last, days.last).last
        return spans.with_gaps(spans.daily(days, self.page_ids), end=end, now=self.now)

    def places(self) -> TableChart | None:
        """Return the way through the ranking of seven days; None if it was never in it."""
        start, end = spans.bounds(self.shown_days)
        span = Buckets.between(start, min(end, self.now))
        known = spans.positions(self.article.pk, span)
        if not known:
            return None
        hours = range(span.first // 4, span.last // 4 + 1)
        step = max(1, len(hours) // MOST_PLACES)
        return charts.places(
            {
                spans.moment_of_hour(hour): known.get(hour)
                for hour in hours[::step]
                if min(known) <= hour
            }
        )

    def depths(self) -> list[Depth]:
        """Return which share of the views that were measured reached each quarter."""
        counts = spans.depths(self.shown_days, self.article.pk)
        measured = counts.get(0, 0)
        if not measured:
            return []
        return [
            Depth(quarter, counts.get(quarter, 0), round(100 * counts.get(quarter, 0) / measured))
            for quarter in (25, 50, 75, 100)
        ]

    @property
    def shown_days(self) -> Days:
        """The days since publication, the last year of them."""
        days = self.days
        return Days(max(days.first, days.last - timedelta(days=LONGEST_DAYS - 1)), days.last)

    def comment_count(self) -> int | None:
        """Return the reader comments since publication, if anybody counts them."""
        counted = extras.figures.get("comments")
        start, end = spans.bounds(self.days)
        return counted.count(start, end, self.page_ids) if counted else None

    def sparkline(self) -> list[Point]:
        """Return the last days with their gaps, for the side panel."""
        today = self._local(self.now)
        days = Days(today - timedelta(days=SPARKLINE_DAYS - 1), today)
        return self._daily_with_gaps(days)

    def _buckets(self, steps: Steps) -> Buckets:
        week, zone = timedelta(days=7), spans.site_zone()
        if steps is Steps.LAST_WEEK:
            start = (self.now - week).astimezone(zone).replace(minute=0, second=0, microsecond=0)
            return Buckets.between(start, self.now)
        start = self.published_at.astimezone(zone).replace(minute=0, second=0, microsecond=0)
        return Buckets.between(start, min(self.now, start + week))

    def _start(self, label: str, length: int, peers: dict[int, int]) -> Start:
        first, now = self._bucket(self.published_at), self._bucket(self.now)
        visits = None
        if self._is_kept(self.published_at):
            visits = spans.visits_since({self.article.pk: first}, length)[self.article.pk]
        done = {pk: start for pk, start in peers.items() if start + length <= now}
        counts = spans.visits_since(done, length)
        middle = round(median(counts.values())) if counts else None
        return Start(label, visits, middle, first + length > now)

    def _peers(self) -> dict[int, int]:
        """Return the section's newest other articles whose first hours are still kept."""
        oldest = self.now - timedelta(days=settings.ANALYTICS_BUCKET_RETENTION_DAYS - 1)
        section = self.article.path[: -Page.steplen]
        rows = (
            ArticlePage.objects.filter(path__startswith=section, first_published_at__gt=oldest)
            .exclude(pk=self.article.pk)
            .order_by("-first_published_at")
            .values_list("pk", "first_published_at")[:PEERS]
        )
        return {pk: self._bucket(at) for pk, at in rows}

    def _is_kept(self, at: datetime) -> bool:
        return spans.is_kept_in_buckets(self._local(at), today=self._local(self.now))

    @staticmethod
    def _bucket(at: datetime) -> int:
        return Buckets.between(at, at).first

    @staticmethod
    def _local(at: datetime) -> date:
        return at.astimezone(spans.site_zone()).date()


def _sums(steps: dict[date, list[date]], counts: list[dict[date, int]]) -> list[int | None]:
    return [sum(one.get(day, 0) for one in counts for day in days) for days in steps.values()]
