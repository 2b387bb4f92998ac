"""An article as front page, search engines and networks show it, complete and nearly empty."""

import re
from html import unescape

import pytest
from django.test import Client, RequestFactory
from django.utils import timezone

from news import previews
from news.models import ArticlePage
from tests.factories import (
    article_form,
    make_article,
    make_home,
    make_image,
    make_section,
    make_user,
)

pytestmark = pytest.mark.django_db

LONG = "Der Rat hat am Abend nach langer Debatte den Haushalt beschlossen. " * 4


@pytest.fixture
def editor(client: Client) -> Client:
    client.force_login(make_user(groups=("Editors",)))
    return client


def visible(html: str) -> str:
    """What a person reads in the answer, userbar apart."""
    body = re.sub(
        r"<template.*</template>|<script.*?</script>|<head.*?</head>", "", html, flags=re.S
    )
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", body).split()))


@pytest.mark.parametrize("mode", previews.MODES)
def test_every_mode_survives_a_saved_draft_with_nothing_but_a_headline(editor, mode):
    article = make_article("Nur eine Zeile", live=False)
    article.save_revision()
    address = f"/admin/pages/{article.pk}/edit/preview/?mode={mode}"
    assert editor.post(address, article_form(article)).json()["is_valid"]

    preview = editor.get(address)

    assert preview.status_code == 200
    assert "Nur eine Zeile" in visible(preview.content.decode())
    assert "None" not in visible(preview.content.decode())


@pytest.mark.parametrize("mode", previews.MODES)
def test_every_mode_survives_an_article_that_was_never_saved(editor, mode):
    article = ArticlePage(title="Noch nicht da", slug="neu")
    address = f"/admin/pages/add/news/articlepage/{make_section().pk}/preview/?mode={mode}"
    assert editor.post(address, article_form(article)).json()["is_valid"]

    preview = editor.get(address)

    assert preview.status_code == 200
    assert "Noch nicht da" in visible(preview.content.decode())


@pytest.mark.parametrize(
    ("app", "model", "parent"),
    [("news", "sectionpage", make_home), ("home", "standardpage", make_home)],
)
def test_other_pages_survive_an_empty_draft_too(editor, app, model, parent):
    address = f"/admin/pages/add/{app}/{model}/{parent().pk}/preview/"
    fields = {"title": "Leer", "slug": "leer", "body-count": "0", "comment_mode": "inherit"}
    fields |= {f"comments-{key}": "0" for key in ("TOTAL_FORMS", "INITIAL_FORMS")}

    assert editor.post(address, fields).json()["is_valid"]
    assert "Leer" in visible(editor.get(address).content.decode())


def test_an_empty_front_page_has_a_preview(editor):
    home = make_home()
    address = f"/admin/pages/{home.pk}/edit/preview/"
    fields = {"title": "Startseite", "slug": home.slug}
    for name in ("lead_slots", "comments"):
        fields |= {f"{name}-{key}": "0" for key in ("TOTAL_FORMS", "INITIAL_FORMS")}

    assert editor.post(address, fields).json()["is_valid"]
    assert "empty--front" in editor.get(address).content.decode()


def test_a_mode_nobody_knows_shows_the_article(editor):
    article = make_article("Fremder Modus", live=False)
    article.save_revision()

    preview = editor.get(f"/admin/pages/{article.pk}/view_draft/?mode=../x")

    assert "article__headline" in preview.content.decode()


def test_search_result_and_card_say_what_the_page_tells_machines(client):
    article = make_article(
        "Haushalt beschlossen",
        standfirst="Der Rat hat abgestimmt.",
        seo_title="Haushalt der Stadt: der Rat hat entschieden",
        search_description="Worüber der Rat abgestimmt hat.",
        lead_image=make_image("Rathaus"),
    )
    request = RequestFactory().get("/")

    page = client.get(article.url).content.decode()
    result = previews.search_result(article, request)
    card = previews.social_card(article, request)

    def content(name: str) -> str:
        found = re.search(rf'<meta (?:name|property)="{name}" content="([^"]*)"', page)
        return unescape(found[1]) if found else ""

    title = re.search(r"<title>(.*?) –", page)
    assert title is not None
    assert (result.title, result.text) == (unescape(title[1]), content("description"))
    assert (card.title, card.text) == (content("og:title"), content("og:description"))
    assert bool(card.image) is bool(content("og:image"))
    assert (result.host, result.path) == ("testserver", article.url.strip("/").split("/"))


def test_long_texts_are_cut_and_pictures_without_right_are_not_shown():
    ended = make_image("Alt", usage_ends_on=timezone.localdate().min)
    article = make_article(LONG[:120], standfirst=LONG, lead_image=ended, is_noindex=True)
    request = RequestFactory().get("/")

    result = previews.search_result(article, request)
    card = previews.social_card(article, request)

    assert (len(result.title), len(result.text), len(card.text)) == (60, 155, 110)
    assert result.is_hidden
    assert card.image is None


def test_a_preview_carries_wagtails_checks_and_a_readers_page_does_not(editor):
    article = make_article("Geprüft")
    address = f"/admin/pages/{article.pk}/edit/preview/?in_preview_panel=true"
    editor.post(address, article_form(article))

    preview = editor.get(address)
    editor.logout()
    public = Client().get(article.url)

    assert "wagtail-userbar" in preview.content.decode()
    assert "userbar" not in public.content.decode()
    assert "Vary" not in public.headers or "Cookie" not in public.headers["Vary"]
