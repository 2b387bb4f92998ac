import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.dateparse import parse_datetime

from tests.factories import make_article, make_section
from tests.news.test_rankings import broken_ranking, rank

pytestmark = pytest.mark.django_db
URL = "/api/most-read/"


def test_answers_rank_page_title_address_and_counts(client):
    section = make_section("Wirtschaft")
    article = make_article("Erster", slug="erster", section=section)
    rank(article)

    answer = client.get(URL)

    body = answer.json()
    assert answer.status_code == 200
    assert parse_datetime(body.pop("generated_at")).tzinfo is not None
    assert body == {
        "window": "7d",
        "results": [
            {
                "rank": 1,
                "page": article.pk,
                "title": "Erster",
                "url": f"http://testserver/{section.slug}/erster/",
                "visits": 100,
                "views": 200,
            }
        ],
    }
    assert "no-store" in answer["Cache-Control"]
    assert not answer.cookies


def test_window_limit_and_language_are_asked_for(client):
    articles = [make_article() for _ in range(3)]
    rank(*articles, window="24h")

    assert client.get(URL).json()["results"] == []
    found = client.get(URL, {"window": "24h", "limit": "2", "language": "de"}).json()
    assert [row["page"] for row in found["results"]] == [article.pk for article in articles[:2]]
    assert client.get(URL, {"window": "24h", "language": "en"}).json()["results"] == []


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("window", "1y"),
        ("limit", "0"),
        ("limit", "51"),
        ("limit", "viele"),
        ("scope", "-1"),
        ("scope", "99999999999999999999"),
        ("language", "fr"),
        ("tag", "\x00"),
    ],
)
def test_bad_parameter_is_refused_by_its_name(client, parameter, value):
    answer = client.get(URL, {parameter: value})

    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [parameter]


def test_ranking_that_cannot_be_read_is_said(client):
    with connection.execute_wrapper(broken_ranking):
        answer = client.get(URL)

    assert answer.status_code == 503
    assert list(answer.json()["errors"]) == ["ranking"]


def test_post_is_not_allowed(client):
    assert client.post(URL).status_code == 405


def test_asks_as_much_for_one_as_for_three(client):
    counts = []
    for articles in ((make_article(),), (make_article(), make_article())):
        rank(*articles)
        client.get(URL)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(URL).status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_no_figure_of_a_person_if_the_site_wants_none(client, settings):
    settings.ANALYTICS_PER_PERSON = False
    rank(make_article("Erster"))

    assert client.get(URL, {"author": "jana"}).status_code == 400
    assert client.get(URL).status_code == 200
