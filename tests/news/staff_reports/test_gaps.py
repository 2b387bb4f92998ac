"""A pause of counting is drawn as a gap, never as a zero."""

import csv
import io
from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from analytics.events import Dimension
from analytics.figures import spans
from analytics.models import CountingGap, CountingPulse, PageBucket, PageDay, PageDayDimension
from news.staff_reports import charts, digest
from news.staff_reports.article import ArticleFigures
from tests.factories import make_article, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def days_ago():
    """Count on three days, and lose all of one and two hours of another."""
    article, today = make_article("Hafen"), timezone.localdate()
    for back, visits in ((3, 5), (1, 7), (0, 2)):
        PageDay.objects.create(
            page_id=article.pk, day=today - timedelta(back), visits=visits, views=visits
        )
    lost = spans.buckets_of_days(today - timedelta(2), today - timedelta(2))
    part = spans.buckets_of_days(today - timedelta(1), today - timedelta(1))
    numbers = [*range(lost.first, lost.last + 1), *range(part.first, part.first + 8)]
    CountingGap.objects.bulk_create(CountingGap(bucket=number) for number in numbers)
    running = int(timezone.now().timestamp()) // 900
    CountingPulse.objects.create(pk=1, bucket=running, was_open=True)
    return article


def test_a_lost_day_has_no_value_and_a_cut_one_says_so(client, days_ago):
    client.force_login(make_user(groups=("Analysts",)))

    response = client.get("/admin/analytics/")
    text = client.get("/admin/analytics/", {"export": "csv"}).getvalue().decode()

    rows = response.context["chart"].rows
    assert [row.visits for row in rows] == [0, 0, 0, 5, None, 7, 2]
    assert [row.note for row in rows][3:] == ["", "nicht gezählt", "teilweise gezählt", ""]
    assert response.content.decode().count('class="gap"') == 2
    assert list(csv.reader(io.StringIO(text)))[-3][1] == ""


def test_the_quality_page_says_it_as_well(client, days_ago):
    client.force_login(make_user(groups=("Analysts",)))

    days = client.get("/admin/analytics/quality/").context["days"]

    assert [row.note for row in days][4:6] == ["nicht gezählt", "teilweise gezählt"]


def test_a_worker_that_stopped_leaves_an_open_gap():
    now = timezone.now().replace(minute=20)
    running = int(now.timestamp()) // 900
    CountingPulse.objects.create(pk=1, bucket=running - 12, was_open=True)
    PageBucket.objects.create(page_id=5, bucket=running - 3, views=1, visits=1)
    start = (running // 4 - 4) * 4
    points = spans.hourly(spans.Buckets(start, running))

    marked = spans.with_gaps(points, end=running, now=now)

    # an hour with views is no gap, whatever was noted
    assert [point.is_gap for point in marked] == [False, False, True, False, True]
    assert marked[3].is_partial


def test_an_hour_that_has_not_begun_is_no_zero():
    now = timezone.now().replace(hour=10)
    points = [spans.Point(now - timedelta(hours=1), 3, 2), spans.Point(now + timedelta(hours=1))]

    rows = charts.draw(points, hourly=True, now=now).rows

    assert [row.visits for row in rows] == [2, None]


def test_origins_show_it_and_the_mail_says_it(days_ago):
    article, now = days_ago, timezone.now()
    article.first_published_at = now - timedelta(days=3)
    for back in (3, 1):
        PageDayDimension.objects.create(
            page_id=article.pk, day=timezone.localdate() - timedelta(back),
            dimension=Dimension.CHANNEL, value="direct", views=3, visits=3,
        )  # fmt: skip

    by_channel = ArticleFigures(article, now).origins()["channel"]
    bars = digest.bars_of(
        spans.Days(timezone.localdate() - timedelta(3), timezone.localdate()), None, now
    )

    assert (by_channel.has_gaps, by_channel.svg.count('class="gap"')) == (True, 2)
    in_panel = ArticleFigures(article, now).sparkline()
    assert [point.is_gap for point in in_panel[-4:]] == [False, True, False, False]
    assert [(bar.visits, bar.percent) for bar in bars] == [(5, 71), (None, 1), (7, 100), (2, 28)]


def test_a_long_time_is_shown_by_the_week(days_ago):
    article, now = days_ago, timezone.now()
    article.first_published_at = now - timedelta(days=90)
    for back in (90, 1):
        PageDayDimension.objects.create(
            page_id=article.pk, day=timezone.localdate() - timedelta(back),
            dimension=Dimension.CHANNEL, value="direct", views=back, visits=back,
        )  # fmt: skip

    rows = ArticleFigures(article, now).origins()["channel"].rows

    assert len(rows) in (13, 14)
    assert (rows[0][1], rows[-1][1][0] or rows[-2][1][0]) == ([90], 1)
    assert rows[1][0].startswith("Woche ab ")


def test_steps_are_named_once_and_never_on_top_of_each_other():
    start = datetime(2026, 3, 27, 13, tzinfo=spans.site_zone())
    week = [start + timedelta(hours=number) for number in range(168)]
    day = week[:24]

    names = charts.step_labels(week, hourly=True)

    assert [name for name in names if name] == [
        "27. Mär", "28. Mär", "29. Mär", "30. Mär", "31. Mär", "1. Apr", "2. Apr", "3. Apr",
    ]  # fmt: skip
    assert [name for name in charts.step_labels(day, hourly=True) if name] == [
        "13:00", "16:00", "19:00", "22:00", "01:00", "04:00", "07:00", "10:00",
    ]  # fmt: skip
    days = [date(2026, 1, 1) + timedelta(number) for number in range(365)]
    assert len([name for name in charts.step_labels(days, hourly=False) if name]) == 8
    assert charts.step_labels([], hourly=True) == []
