"""Articles are found by their address in one query."""

import pytest
from django.test import Client, RequestFactory
from django.utils import translation
from wagtail.models import PageViewRestriction, Site

from home import routing
from news.models import ArticlePage
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


def test_each_request_gets_an_article_of_its_own(django_assert_num_queries) -> None:
    article = make_article(slug="strom", body=[("subheading", "Am Kai")])

    with translation.override("de"):
        first = find("wirtschaft/strom/", django_assert_num_queries)
        first.title = "Verändert"
        first.lead_image = None
        first.body[0].value = "Anders"
        second = find("wirtschaft/strom/", django_assert_num_queries, 0)

    assert (second.title, second.body[0].value) == (article.title, "Am Kai")
    assert second.locale.language_code == "de"


def test_what_changes_an_article_is_seen_at_once(client: Client) -> None:
    article = make_article("Alt", slug="strom")
    addresses = [article.url]

    def is_shown(address: str) -> bool:
        return client.get(address).status_code == 200

    def moved() -> ArticlePage:
        """Check that the last address is gone and the new one answers."""
        assert not is_shown(addresses[-1])
        article = ArticlePage.objects.get()
        addresses.append(article.url)
        assert is_shown(article.url)
        return article

    assert "Alt" in client.get(article.url).content.decode()
    article.title = "Neu"
    article.save()
    assert "Neu" in client.get(article.url).content.decode()
    article.slug = "gas"
    article.save_revision().publish()
    article = moved()
    section = article.get_parent().specific
    section.slug = "geld"
    section.save_revision().publish()
    article = moved()
    article.move(make_section("Kultur"), pos="last-child")
    article = moved()
    article.unpublish()
    assert not is_shown(article.url)
    article.save_revision().publish()
    assert is_shown(article.url)
    ArticlePage.objects.get().delete()
    assert not is_shown(article.url)


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
