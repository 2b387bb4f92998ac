"""Lists that stay put while new articles appear."""

from datetime import timedelta

import pytest
from django.test import Client, RequestFactory
from django.utils import timezone

from news import listings
from tests.factories import make_article, make_section

pytestmark = pytest.mark.django_db

NOW = timezone.now()


def page_of(section, before: str = "") -> listings.Listing:
    request = RequestFactory().get("/", {"before": before} if before else {})
    return listings.page_of(section.articles(), request, size=2)


def test_older_articles_follow_without_gap_or_repeat_when_new_ones_appear() -> None:
    section = make_section()
    old = [make_article(published_at=NOW - timedelta(hours=hours)) for hours in (1, 2, 2, 3)]
    first = page_of(section)
    make_article(published_at=NOW)

    second = page_of(section, first.older)

    seen = [article.pk for article in (*first.articles, *second.articles)]
    assert seen == [old[0].pk, old[2].pk, old[1].pk, old[3].pk]
    assert second.older == ""
    assert (first.is_first, second.is_first) == (True, False)


def test_articles_of_nested_sections_are_listed() -> None:
    section = make_section()
    nested = make_section("Energie", parent=section)
    article = make_article(section=nested)

    assert [found.pk for found in page_of(section).articles] == [article.pk]


@pytest.mark.parametrize("before", ["x", "1-2-3", "99999999999999999999999-1", "1-x"])
def test_broken_cursor_is_not_found(client: Client, before: str) -> None:
    section = make_section()

    assert client.get(section.url, {"before": before}).status_code == 404


def test_empty_section_says_so(client: Client) -> None:
    response = client.get(make_section().url)

    assert response.status_code == 200
    assert 'class="empty"' in response.content.decode()
