"""Articles are found by their address in one query."""

import pytest
from django.test import Client, RequestFactory
from django.utils import translation
from wagtail.models import PageViewRestriction, Site

from home import routing
from tests.factories import make_article, make_home, make_section

pytestmark = pytest.mark.django_db


def find(path: str, django_assert_num_queries, queries: int = 1):
    request = RequestFactory().get("/", HTTP_HOST="testserver")
    Site.find_for_request(request)
    Site.get_site_root_paths()
    with django_assert_num_queries(queries):
        return routing.find_article(request, path)


def test_article_costs_one_query(django_assert_num_queries) -> None:
    article = make_article(slug="strom")

    with translation.override("de"):
        assert find("wirtschaft/strom/", django_assert_num_queries) == article


def test_other_pages_languages_and_drafts_are_not_found(django_assert_num_queries) -> None:
    make_home()
    english = make_home(language="en", title="Front page")
    make_article(slug="power", section=make_section("Business", parent=english))
    make_article(slug="entwurf", section=make_section(), live=False)

    with translation.override("de"):
        assert find("business/power/", django_assert_num_queries, 1) is None
        assert find("wirtschaft/entwurf/", django_assert_num_queries, 1) is None
        assert find("wirtschaft/", django_assert_num_queries, 0) is None


def test_restricted_article_is_left_to_wagtail(client: Client) -> None:
    article = make_article(slug="intern")
    PageViewRestriction.objects.create(page=article, restriction_type="login")

    assert client.get(article.url).status_code == 302


def test_draft_address_is_not_found(client: Client) -> None:
    draft = make_article(live=False)

    assert client.get(draft.url).status_code == 404


def test_closed_pages_can_be_opened(client: Client) -> None:
    article = make_article("Nur mit Passwort", slug="intern")
    restriction = PageViewRestriction.objects.create(
        page=article, restriction_type=PageViewRestriction.PASSWORD, password="Tide"
    )

    form = client.get(article.url)
    assert "Nur mit Passwort" not in form.content.decode()
    action = f"/_util/authenticate_with_password/{restriction.pk}/{article.pk}/"
    assert action in form.content.decode()
    answer = client.post(action, {"password": "Tide", "return_url": article.url}, follow=True)
    assert "Nur mit Passwort" in answer.content.decode()

    restriction.restriction_type = PageViewRestriction.LOGIN
    restriction.save()
    client.cookies.clear()
    assert client.get(article.url, follow=True).status_code == 200
