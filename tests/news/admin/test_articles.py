import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from analytics.models import PageDay
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
def articles():
    sport, culture = make_section("Sport"), make_section("Kultur")
    jana, tom = make_author("Jana"), make_author("Tom")
    first = make_article("Artikel A", section=sport, authors=(jana,))
    second = make_article("Artikel B", section=culture, authors=(tom, jana))
    make_article("Artikel C", section=culture, authors=(tom,), live=False)
    for article, visits in ((first, 3), (second, 12_345)):
        PageDay.objects.create(day=timezone.localdate(), page_id=article.pk, visits=visits)
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


def test_number_of_queries_does_not_grow(client):
    make_article(authors=(make_author(),))
    client.force_login(make_user(groups=("Editors",)))
    client.get("/admin/articles/")
    counts = []
    for _round in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get("/admin/articles/")
        counts.append(len(queries))
        for _number in range(2):
            make_article(authors=(make_author(), make_author()))

    assert counts[0] == counts[1]
