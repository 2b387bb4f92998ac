"""Authors and tags are found by typing: by name, by slug, and never by guessing."""

import pytest
from django.http import QueryDict
from django.utils import timezone

from news.staff_reports.filters import ReportFilters
from tests.factories import make_article, make_author, make_user

pytestmark = pytest.mark.django_db

OPTIONS = "/admin/analytics/options/{}/"


def asked(query: str) -> ReportFilters:
    return ReportFilters(QueryDict(query), now=timezone.now())


def test_a_name_and_a_slug_mean_the_same():
    make_author("Jana Ähre", slug="jana")
    make_article(tags=("Klima & Küste",))

    for query in ("author=jana", "author=Jana+%C3%84hre", "author=jana+%C3%84hre"):
        filters = asked(query)
        assert filters.narrowing == {"author": "jana"}
        assert 'value="Jana Ähre"' in str(filters["author"])
    assert asked("tag=Klima+%26+K%C3%BCste").narrowing == {"tag": "klima-küste"}
    assert asked("tag=&author=").narrowing == {}


def test_what_is_not_known_or_not_clear_narrows_nothing_and_says_why():
    make_author("Jana", slug="jana-1")
    make_author("Jana", slug="jana-2")

    unknown, unclear = asked("tag=Nichts"), asked("author=jana")

    assert (unknown.narrowing, unclear.narrowing) == ({}, {})
    assert unknown.errors["tag"] == ["„Nichts“ gibt es nicht."]
    assert unclear.errors["author"] == [
        "So heißen mehrere. Geben Sie eines davon ein: jana-1, jana-2"
    ]
    assert asked("author=jana-2").narrowing == {"author": "jana-2"}


def test_options_hold_what_was_typed(client, settings):
    client.force_login(make_user(groups=("Analysts",)))
    for number in range(25):
        make_author(f"Autor {number:02}")
    make_author("Jana")

    def names(kind: str, text: str) -> list[str]:
        return client.get(OPTIONS.format(kind), {"q": text}).json()["names"]

    assert names("author", "jan") == ["Jana"]
    assert len(names("author", "")) == 20
    assert names("tag", "jan") == []
    assert client.get(OPTIONS.format("section")).status_code == 404
    settings.ANALYTICS_PER_PERSON = False
    assert client.get(OPTIONS.format("author")).status_code == 404


def test_a_page_of_figures_names_no_author_it_was_not_asked_for(client):
    client.force_login(make_user(groups=("Analysts",)))
    make_author("Jana")

    assert b"Jana" not in client.get("/admin/analytics/").content
    assert b'value="Jana"' in client.get("/admin/analytics/", {"author": "Jana"}).content
