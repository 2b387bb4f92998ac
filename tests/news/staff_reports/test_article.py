from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from analytics.models import PageBucket, PageDay
from news.staff_reports.article import ArticleFigures, Steps
from tests.factories import make_article, make_author, make_section, make_user

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 10, 26, 12, tzinfo=UTC)  # the day after the clocks went back


def read(article, at: datetime, visits: int = 1) -> None:
    """Count visits at a moment, in its bucket and its day."""
    bucket = int(at.timestamp()) // 900
    PageBucket.objects.create(page_id=article.pk, bucket=bucket, visits=visits, views=visits)
    day, _ = PageDay.objects.get_or_create(page_id=article.pk, day=timezone.localdate(at))
    PageDay.objects.filter(page_id=article.pk, day=day.day).update(
        visits=day.visits + visits, views=day.views + visits
    )


def report_address(article) -> str:
    return f"/admin/analytics/article/{article.pk}/"


def test_first_hours_stand_beside_the_median_of_the_section():
    section, other = make_section("Kultur"), make_section("Sport")
    published = NOW - timedelta(days=10)
    article = make_article("Oper", section=section, published_at=published)
    read(article, published, 5)
    read(article, published + timedelta(hours=23, minutes=59), 7)
    read(article, published + timedelta(hours=24), 100)
    for visits in (4, 6, 80):
        peer = make_article(section=section, published_at=published)
        read(peer, published + timedelta(hours=1), visits)
    unfinished = make_article(section=section, published_at=NOW - timedelta(hours=3))
    read(unfinished, NOW - timedelta(hours=2), 5000)
    read(make_article(section=other, published_at=published), published, 9000)

    day, week = ArticleFigures(article, NOW).starts()

    assert (day.visits, day.median, day.change, day.is_running) == (12, 6, 100, False)
    assert (week.visits, week.median, week.is_running) == (112, 6, False)


def test_old_first_hours_are_not_made_up():
    article = make_article("Alt", published_at=NOW - timedelta(days=60))

    day, _week = ArticleFigures(article, NOW).starts()

    assert (day.visits, day.median, day.change) == (None, None, None)


def test_the_hours_of_a_series_survive_the_change_of_the_clocks():
    published = datetime(2026, 10, 24, 22, 10, tzinfo=UTC)
    article = make_article("Nacht", published_at=published)
    for hours in (0, 1, 2, 3, 30):
        read(article, published + timedelta(hours=hours), hours + 1)

    points = ArticleFigures(article, NOW).series(Steps.FIRST_WEEK)

    found = {point.at.astimezone(UTC).hour: point.visits for point in points[:4]}
    assert found == {22: 1, 23: 2, 0: 3, 1: 4}
    assert (points[30].visits, len(points)) == (31, 39)


def test_publication_and_updates_are_marked():
    published = NOW - timedelta(hours=30)
    article = make_article(
        "Oper", published_at=published, significantly_updated_at=NOW - timedelta(hours=2)
    )
    figures = ArticleFigures(article, NOW)

    points = figures.series(Steps.FIRST_WEEK)
    events = figures.events(points)

    assert sorted(events) == [0, 28]


def test_the_report_shows_all_of_it(client):
    client.force_login(make_user(groups=("Analysts",)))
    article = make_article("Oper")
    read(article, timezone.now(), 3)

    for steps in ("", "first", "last", "all", "nonsense"):
        response = client.get(report_address(article), {"steps": steps})
        assert response.context["totals"].visits == 3
        assert sum(row.visits for row in response.context["chart"].rows) == 3


@pytest.mark.parametrize("export", ["csv", "xlsx"])
def test_series_and_tables_are_taken_along(client, export):
    client.force_login(make_user(groups=("Analysts",)))
    article = make_article("Oper")
    read(article, timezone.now(), 3)

    for table in ("", "channels", "nonsense"):
        response = client.get(report_address(article), {"export": export, "table": table})
        assert response.status_code == 200
        assert response.getvalue()


def test_reporters_see_their_own_and_take_nothing_along(client):
    reporter = make_user(groups=("Reporters",))
    client.force_login(reporter)
    owned = make_article("Mein", owner=reporter)
    signed = make_article("Auch mein", authors=(make_author(user=reporter),))
    foreign = make_article("Fremd")

    answers = [client.get(report_address(row)).status_code for row in (owned, signed, foreign)]

    assert answers == [200, 200, 302]
    assert client.get(report_address(owned), {"export": "csv"}).status_code == 302


def test_drafts_have_no_report(client):
    client.force_login(make_user(groups=("Analysts",)))

    assert client.get(report_address(make_article(live=False))).status_code == 404


def test_the_editor_shows_key_figures_beside_the_text(client):
    client.force_login(make_user(groups=("Editors",)))
    article = make_article("Oper")
    read(article, timezone.now(), 1234)

    page = client.get(f"/admin/pages/{article.pk}/edit/").content.decode()

    assert report_address(article) in page
    assert "staff-panel__sparkline" in page


def test_the_explorer_leads_to_the_report(client):
    client.force_login(make_user(groups=("Editors",)))
    article = make_article("Oper")

    page = client.get(f"/admin/pages/{article.get_parent().pk}/").content.decode()

    assert report_address(article) in page


def test_same_query_count_whatever_the_section_holds(client):
    client.force_login(make_user(groups=("Analysts",)))
    article = make_article("Oper")
    read(article, timezone.now())

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(report_address(article)).status_code == 200
        return len(captured)

    old = timezone.now() - timedelta(days=9)
    make_article(published_at=old)
    queries()
    at_one = queries()
    for _number in range(3):
        read(make_article(published_at=old), old)

    assert queries() == at_one
