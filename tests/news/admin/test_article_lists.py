import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from analytics.models import PageDay
from news.comments.models import CommentState, ReaderComment
from news.models import SectionPage
from tests.factories import make_article, make_author, make_section, make_user

pytestmark = pytest.mark.django_db


def listing(client, group: str = "Editors", query: str = "") -> str:
    client.force_login(make_user(groups=(group,)))
    response = client.get(f"/admin/articles/?{query}")
    assert response.status_code == 200
    return response.content.decode()


def headlines(html: str) -> list[str]:
    return re.findall(r"Artikel [A-Z]\b", re.sub(r"<[^>]+>|\s+", " ", html))


@pytest.fixture
def articles(django_capture_on_commit_callbacks):
    sport, culture = make_section("Sport"), make_section("Kultur")
    jana, tom = make_author("Jana"), make_author("Tom")
    with django_capture_on_commit_callbacks(execute=True):
        first = make_article("Artikel A", section=sport, authors=(jana,))
        second = make_article("Artikel B", section=culture, authors=(tom, jana))
        make_article("Artikel C", section=culture, authors=(tom,), live=False)
    for article, visits in ((first, 3), (second, 12_345)):
        PageDay.objects.create(day=timezone.localdate(), page_id=article.pk, visits=visits)
    ReaderComment.objects.create(
        article=first,
        name="Jo",
        text="Gut.",
        state=CommentState.PUBLISHED,
        language="de",
        submitted_at=timezone.now(),
        confirmed_at=timezone.now(),
        published_at=timezone.now(),
    )
    return {"culture": culture.pk, "jana": jana.pk}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("ordering=title", ["Artikel A", "Artikel B", "Artikel C"]),
        ("ordering=-week_visits", ["Artikel B", "Artikel A", "Artikel C"]),
        ("ordering=comment_count&status=draft", ["Artikel C"]),
        ("ordering=title&section={culture}", ["Artikel B", "Artikel C"]),
        ("ordering=title&author={jana}", ["Artikel A", "Artikel B"]),
        ("status=changed", []),
        ("ordering=title&week_visits=3", ["Artikel A", "Artikel B"]),
        ("week_visits=4", ["Artikel B"]),
        ("ordering=title&comment_count=1", ["Artikel A"]),
        (
            "ordering=title&week_visits=-1&comment_count=viele",
            ["Artikel A", "Artikel B", "Artikel C"],
        ),
        ("q=artikel&ordering=-week_visits", ["Artikel B", "Artikel A", "Artikel C"]),
        ("q=artikel&author={jana}&week_visits=4", ["Artikel B"]),
        ("q=kein+treffer", []),
    ],
)
def test_articles_are_ordered_and_filtered(client, articles, query, expected):
    html = listing(client, query=query.format(**articles))

    assert list(dict.fromkeys(headlines(html))) == expected


def test_columns_show_section_authors_and_numbers(client, articles):
    text = re.sub(r"<[^>]+>|\s+", " ", listing(client))

    for part in ("Kultur", "Tom, Jana", "12345"):
        assert part in text.replace(".", "")


def test_visits_are_for_those_who_may_read_reports(client, articles):
    assert "week_visits" in listing(client, "Editors")
    assert "week_visits" not in listing(client, "Reporters")


def explorer(client, section: int, group: str = "Editors", query: str = ""):
    client.force_login(make_user(groups=(group,)))
    response = client.get(f"/admin/pages/{section}/?{query}")
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("ordering=title", ["Artikel B", "Artikel C"]),
        ("ordering=week_visits", ["Artikel C", "Artikel B"]),
        ("author={jana}", ["Artikel B"]),
        ("status=draft", ["Artikel C"]),
        ("week_visits=1", ["Artikel B"]),
        ("comment_count=1", []),
        ("q=artikel&ordering=-week_visits", ["Artikel B", "Artikel C"]),
        ("q=artikel&search_all=1&author={jana}&ordering=title", ["Artikel A", "Artikel B"]),
    ],
)
def test_the_explorer_orders_and_filters_a_section(client, articles, query, expected):
    html = explorer(client, articles["culture"], query=query.format(**articles))

    assert list(dict.fromkeys(headlines(html))) == expected


def test_the_explorer_shows_authors_numbers_and_sections_within(client, articles):
    make_section("Theater", parent=SectionPage.objects.get(pk=articles["culture"]))

    text = re.sub(
        r"<[^>]+>|\s+", " ", explorer(client, articles["culture"], query="ordering=title")
    )

    for part in ("Tom, Jana", "12345", "Theater"):
        assert part in text.replace(".", "")
    assert "week_visits" not in explorer(client, articles["culture"], "Reporters")


@pytest.mark.parametrize("address", ["/admin/articles/", "/admin/pages/{section}/"])
def test_number_of_queries_does_not_grow_with_the_rows(client, address):
    section = make_section()
    make_article(section=section, authors=(make_author(),))
    client.force_login(make_user(groups=("Editors",)))
    address = address.format(section=section.pk)
    client.get(address)
    counts = []
    for _round in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        counts.append(len(queries))
        for _number in range(2):
            make_article(section=section, authors=(make_author(), make_author()))

    assert counts[0] == counts[1]
