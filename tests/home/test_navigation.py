"""The frame: menus, languages, footer."""

import pytest
from django.test import Client, RequestFactory
from django.utils import timezone, translation
from wagtail.models import Page, Site

from home import navigation
from home.models import FooterLink, Masthead, StandardPage
from tests.factories import make_article, make_home, make_section

pytestmark = pytest.mark.django_db


def frame(path: str = "/", page: Page | None = None) -> navigation.Frame:
    return navigation.frame(RequestFactory().get(path, HTTP_HOST="testserver"), page)


def test_menu_has_the_sections_of_the_language_and_marks_the_current_one() -> None:
    make_home()
    english = make_home(language="en", title="Front page")
    economy = make_section("Wirtschaft")
    energy = make_section("Energie", parent=economy)
    make_section("Business", parent=english)
    article = make_article(section=energy)

    with translation.override("de"):
        german = frame(article.url, article)
    with translation.override("en"):
        other = frame("/en/")

    assert german.sections == [navigation.Link("Wirtschaft", "/wirtschaft/", True)]
    assert german.subsections == [navigation.Link("Energie", "/wirtschaft/energie/", True)]
    assert [link.title for link in other.sections] == ["Business"]


def test_languages_lead_to_the_translation_or_the_front_page() -> None:
    make_home()
    english = make_home(language="en", title="Front page")
    section = make_section("Wirtschaft")
    alone = make_section("Kultur")
    business = make_section("Business", parent=english)
    Page.objects.filter(pk=business.pk).update(translation_key=section.translation_key)

    with translation.override("de"):
        translated = frame(section.url, section).alternates
        untranslated = frame(alone.url, alone).alternates

    assert translated == [navigation.Alternate("en", "English", "/en/business/", True)]
    assert untranslated == [navigation.Alternate("en", "English", "/en/", False)]


def test_hreflang_names_both_languages(client: Client) -> None:
    make_home()
    make_home(language="en", title="Front page")

    html = client.get("/").content.decode()

    assert 'hreflang="de" href="http://testserver/"' in html
    assert 'hreflang="en" href="http://testserver/en/"' in html


def test_footer_links_are_those_of_the_masthead_in_their_order(client: Client) -> None:
    home = Page.objects.get(pk=make_home().pk)
    masthead = Masthead.objects.create(site=Site.objects.get(), name="Bote", claim_de="Nah dran")
    imprint, privacy = (
        home.add_child(instance=StandardPage(title=title, locale=home.locale))
        for title in ("Impressum", "Datenschutz")
    )
    FooterLink.objects.create(masthead=masthead, page=privacy, sort_order=0)
    FooterLink.objects.create(masthead=masthead, page=imprint, sort_order=1)

    with translation.override("de"):
        result = frame()

    assert [link.title for link in result.footer_links] == ["Datenschutz", "Impressum"]
    assert result.claim == "Nah dran"
    assert "Bote" in client.get("/").content.decode()


def test_masthead_names_the_day(client: Client) -> None:
    make_home()
    make_home(language="en", title="Front page")
    today = timezone.localdate()

    html = client.get("/en/").content.decode()

    assert f'<time datetime="{today.isoformat()}">{today:%A}, {today.day} {today:%B %Y}' in html


def test_a_get_never_writes_the_masthead(client: Client) -> None:
    make_home()

    client.get("/")

    assert not Masthead.objects.exists()
