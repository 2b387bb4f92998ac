from datetime import UTC, date, datetime, timedelta

import pytest
from wagtail.models import PageLogEntry

from analytics.figures.spans import Days
from analytics.models import PageDay
from news.staff_reports import output
from news.staff_reports.output import Output, OutputRow
from tests.factories import (
    make_article,
    make_author,
    make_image,
    make_section,
    make_user,
)

pytestmark = pytest.mark.django_db
MARCH = Days(date(2026, 3, 1), date(2026, 3, 31))
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def note(kind: str, at: datetime) -> tuple[str, dict]:
    return ("note", {"kind": kind, "noted_at": at, "text": "<p>Es waren drei Kräne.</p>"})


@pytest.fixture
def newsroom() -> dict:
    culture, trade = make_section("Kultur"), make_section("Wirtschaft")
    jana, timo = make_author("Jana"), make_author("Timo")
    good = make_image(creator="Jane Doe", description="Drei Kräne")
    bare = make_image()
    opera = make_article(
        "Oper", section=culture, authors=(jana, timo), published_at=NOON, lead_image=good,
        word_count=300, body=[note("correction", NOON), note("update", NOON)],
    )  # fmt: skip
    make_article(
        "Hafen", section=trade, authors=(jana,), published_at=NOON, lead_image=bare,
        lead_image_alternative_text="Ein Hafen", word_count=200,
    )  # fmt: skip
    make_article("Alt", section=trade, published_at=NOON - timedelta(days=60))
    PageLogEntry.objects.create(
        page=opera, action="wagtail.create", content_type=opera.content_type, label="Oper",
        timestamp=NOON - timedelta(hours=5),
    )  # fmt: skip
    PageDay.objects.create(page_id=opera.pk, day=NOON.date(), visits=30, views=40)
    return {"opera": opera, "trade": trade}


def test_sections_with_articles_corrections_hours_and_pictures(newsroom):
    assert output.Work(MARCH).by_section() == [
        OutputRow("Kultur", 1, 1, 5.0, 100, 100),
        OutputRow("Wirtschaft", 1, 0, None, 0, 100),
    ]
    assert output.Work(MARCH).whole("Alle") == OutputRow("Alle", 2, 1, 5.0, 50, 100)


def test_an_article_by_two_counts_for_both(newsroom):
    assert output.Work(MARCH).by_author() == [
        OutputRow("Jana", 2, 1, 5.0, 50, 100),
        OutputRow("Timo", 1, 1, 5.0, 100, 100),
    ]


def test_a_correction_counts_on_its_day_wherever_the_article_was_published(newsroom):
    april = Days(date(2026, 4, 1), date(2026, 4, 30))
    make_article(
        "Alt 2",
        section=newsroom["trade"],
        published_at=NOON,
        body=[note("correction", NOON + timedelta(days=30))],
    )
    newsroom["opera"].__class__.objects.filter(title="Alt 2").update(
        last_published_at=NOON + timedelta(days=30)
    )

    assert output.Work(april).by_section() == [OutputRow("Wirtschaft", 0, 1, None, None, None)]


def test_output_and_how_it_was_read(newsroom):
    assert output.of_pages(MARCH) == Output(2, 500, 30)
    assert output.of_pages(MARCH).visits_per_article == 15
    assert [row.visits for row in output.newest(MARCH, None, limit=5)] == [0, 30]


def test_the_page_names_no_author_if_the_site_wants_none(client, newsroom, settings):
    client.force_login(make_user(groups=("Analysts",)))
    wishes = {"period": "custom", "first": "2026-03-01", "last": "2026-03-31"}
    address = "/admin/analytics/newsroom/"
    assert b"Timo" in client.get(address, wishes).content

    settings.ANALYTICS_PER_PERSON = False

    assert b"Timo" not in client.get(address, wishes).content
    text = client.get(address, wishes | {"table": "authors", "export": "csv"}).getvalue()
    assert b"Timo" not in text
    assert b"Kultur" in text
