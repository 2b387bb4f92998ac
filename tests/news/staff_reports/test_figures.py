"""Every period, comparison and filter against a recomputation from single views.

The views lie around both changes of the clocks; the reports must agree with them whether the
days are summed already or not.
"""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from django.http import QueryDict

from analytics.events import Dimension
from analytics.models import PageBucket, PageDay, PageDayDimension
from analytics.summaries import summarise
from news.staff_reports.filters import ReportFilters
from news.staff_reports.overview import Overview
from news.staff_reports.tables import TableName
from tests.factories import make_article, make_author, make_home, make_section

pytestmark = pytest.mark.django_db

BERLIN = ZoneInfo("Europe/Berlin")
CHANNELS = ("direct", "search", "social")
GONE = 987_654
NOWS = {
    "spring": datetime(2026, 3, 30, 10, 7, tzinfo=BERLIN),
    "spring morning": datetime(2026, 3, 29, 3, 20, tzinfo=BERLIN),
    "autumn": datetime(2026, 10, 26, 10, 7, tzinfo=BERLIN),
}
PERIODS = ("now", "today", "24h", "7d", "28d", "90d", "12m", "custom")


class World:
    """Pages with what they belong to, and single views: (page, moment, is_visit, channel)."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        culture, trade = make_section("Kultur"), make_section("Wirtschaft")
        english = make_section("Business", parent=make_home(language="en"))
        jana, timo = make_author("Jana", slug="jana"), make_author("Timo", slug="timo")
        old = now - timedelta(days=500)
        articles = [
            make_article(section=culture, authors=(jana,), tags=("Musik",), published_at=old),
            make_article(section=culture, authors=(jana, timo), published_at=old),
            make_article(section=trade, authors=(timo,), tags=("Musik",), published_at=old),
            make_article(section=english, tags=("Hafen",), published_at=old),
        ]
        one, two, three, four = (article.pk for article in articles)
        pages = [one, two, three, four, make_home().pk, GONE]
        self.filters = {
            "": set(pages),
            f"section={culture.pk}": {one, two},
            "author=jana": {one, two},
            "author=timo&section=" + str(culture.pk): {two},
            "tag=musik": {one, three},
            "language=en": {four},
        }
        self.titles = {article.title: {article.pk} for article in articles}
        self.sections = {"Kultur": {one, two}, "Wirtschaft": {three}, "Business": {four}}
        self.authors = {"Jana": {one, two}, "Timo": {two, three}}
        self.views = list(self._views(pages))
        self._write()

    def _views(self, pages):
        random = Random(11)
        for reach, count in ((400 * 1440, 1500), (60 * 1440, 900), (9 * 1440, 900), (120, 150)):
            for _ in range(count):
                at = self.now - timedelta(minutes=random.uniform(0, reach))
                is_visit = random.random() < 0.7
                yield random.choice(pages), at.astimezone(UTC), is_visit, random.choice(CHANNELS)

    def _write(self) -> None:
        buckets, days, channels = Counter(), Counter(), Counter()
        for page, at, is_visit, channel in self.views:
            day = at.astimezone(BERLIN).date()
            for figure, amount in ((0, 1), (1, is_visit)):
                buckets[page, int(at.timestamp()) // 900, figure] += amount
                days[page, day, figure] += amount
                channels[page, day, channel, figure] += amount
        PageBucket.objects.bulk_create(
            PageBucket(page_id=p, bucket=b, views=n, visits=buckets[p, b, 1])
            for (p, b, figure), n in list(buckets.items())
            if figure == 0
        )
        PageDay.objects.bulk_create(
            PageDay(page_id=p, day=d, views=n, visits=days[p, d, 1])
            for (p, d, figure), n in list(days.items())
            if figure == 0
        )
        PageDayDimension.objects.bulk_create(
            PageDayDimension(
                page_id=p, day=d, dimension=Dimension.CHANNEL, value=c, views=n,
                visits=channels[p, d, c, 1],
            )
            for (p, d, c, figure), n in list(channels.items())
            if figure == 0
        )  # fmt: skip

    def count(self, start, end, pages, channel="") -> tuple[int, int]:
        """Count views and visits the slow way."""
        hits = [
            is_visit
            for page, at, is_visit, of in self.views
            if start <= at < end and page in pages and channel in ("", of)
        ]
        return len(hits), sum(hits)


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=BERLIN)


def end_of_quarter(at: datetime) -> datetime:
    return datetime.fromtimestamp(int(at.timestamp()) // 900 * 900 + 900, UTC)


def stretches(period: str, compare: str, now: datetime, *, by_day: bool):
    """Say in other words what a period is and what it is compared with."""
    today = now.astimezone(BERLIN).date()
    is_weekdays = compare == "weekdays"
    if period in ("now", "24h"):
        quarters = 5 if period == "now" else 96
        end = end_of_quarter(now)
        start = end - timedelta(minutes=15 * quarters)
        if not by_day:
            shift = timedelta(days=7) if is_weekdays else end - start
            return (start, end), (start - shift, end - shift)
        first, last = start.astimezone(BERLIN).date(), today
    elif period == "today":
        first = last = today
        if not by_day:
            day = today - timedelta(days=7 if is_weekdays else 1)
            clock = now.astimezone(BERLIN)
            then = clock.replace(year=day.year, month=day.month, day=day.day)
            whole = (midnight(today), midnight(today + timedelta(1)))
            return whole, (midnight(day), end_of_quarter(then))
    elif period == "12m":
        first, last = today.replace(year=today.year - 1) + timedelta(1), today
    elif period == "custom":
        first, last = today - timedelta(days=40), today - timedelta(days=10)
    else:
        first, last = today - timedelta(days=int(period[:-1]) - 1), today
    days = (last - first).days + 1
    if is_weekdays:
        days = (days + 6) // 7 * 7
    shift = timedelta(days)
    return (
        (midnight(first), midnight(last + timedelta(1))),
        (midnight(first - shift), midnight(last - shift + timedelta(1))),
    )


def overview(query: str, now: datetime) -> Overview:
    filters = ReportFilters(QueryDict(query), now=now)
    assert filters.is_valid(), filters.errors
    return Overview(
        filters.chosen_period, now, filters.page_ids, filters.chosen_channel, filters.subtree
    )


@pytest.fixture(params=NOWS)
def world(request):
    return World(NOWS[request.param])


@pytest.mark.parametrize("is_summed", [False, True], ids=["from days", "from sums"])
def test_every_period_comparison_and_filter_agrees_with_the_views(world, is_summed):
    if is_summed:
        summarise(now=world.now)
    today = world.now.date()
    custom = f"&first={today - timedelta(40)}&last={today - timedelta(10)}"
    got, expected, series = {}, {}, {}
    for period in PERIODS:
        for compare in ("before", "weekdays"):
            for channel in ("", "search"):
                spans = stretches(period, compare, world.now, by_day=bool(channel))
                for name, pages in world.filters.items():
                    query = f"period={period}&compare={compare}&channel={channel}&{name}"
                    query += custom if period == "custom" else ""
                    asked = overview(query, world.now)
                    got[query] = tuple((one.views, one.visits) for one in asked.totals)
                    expected[query] = tuple(world.count(*span, pages, channel) for span in spans)
                    points = asked.points[0]
                    series[query] = (
                        sum(point.views for point in points),
                        sum(point.visits for point in points),
                    )

    assert got == expected
    assert series == {query: counts[0] for query, counts in expected.items()}


def test_every_table_agrees_with_the_views(world):
    summarise(now=world.now)
    for period in ("24h", "28d", "12m"):
        for channel in ("", "social"):
            agree(world, period, channel)


def agree(world: World, period: str, channel: str) -> None:
    span, before = stretches(period, "before", world.now, by_day=bool(channel))
    asked = overview(f"period={period}&channel={channel}", world.now)
    names = (TableName.ARTICLES, TableName.SECTIONS, TableName.AUTHORS)
    articles, sections, authors = (
        {row.label: (row.views, row.visits, row.visits_before) for row in table.rows}
        for table in asked.tables(names)
    )

    titles = set(articles)

    def counts_of(pages) -> tuple[int, int, int]:
        return *world.count(*span, pages, channel), world.count(*before, pages, channel)[1]

    def expect(groups) -> dict:
        counts = {name: counts_of(pages) for name, pages in groups.items()}
        return {name: count for name, count in counts.items() if count[0]}

    gone, home = counts_of({GONE}), counts_of({make_home().pk})
    assert {name: articles.pop(name) for name in world.titles if name in articles} == expect(
        world.titles
    )
    assert sorted(articles.values()) == sorted(count for count in (gone, home) if count[0])
    assert sections == expect(world.sections)
    assert authors == expect(world.authors)
    heads = asked.tables(names, limit=1)
    assert [head.count for head in heads] == [len(rows) for rows in (titles, sections, authors)]
    assert [(row.label, row.views, row.visits) for head in heads[1:] for row in head.rows] == [
        (name, *counts[:2])
        for rows in (sections, authors)
        for name, counts in [max(rows.items(), key=lambda item: (item[1][1], item[1][0]))]
    ]
    if period == "28d" and not channel:
        (by_channel,) = asked.tables([TableName.CHANNELS])
        assert {
            row.key: (row.views, row.visits, row.visits_before) for row in by_channel.rows
        } == {
            name: (
                *world.count(*span, world.filters[""], name),
                world.count(*before, world.filters[""], name)[1],
            )
            for name in CHANNELS
        }
