"""Feeds and sitemaps hold to their schemas, written down in `schemas/` in our own words."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import Page
from xmlschema import XMLSchema

from news.models import ArticlePage, SectionPage
from tests.factories import make_article, make_author, make_home, make_image, make_section

pytestmark = pytest.mark.django_db

SCHEMAS = Path(__file__).parent / "schemas"
PLACES: dict[str, tuple[str, Callable[[], str]]] = {
    "feed": ("rss", lambda: reverse("feed")),
    "section feed": ("rss", lambda: SectionPage.objects.get(slug="wirtschaft").url + "feed/"),
    "author feed": ("rss", lambda: reverse("author_feed", args=["jana"])),
    "tag feed": ("rss", lambda: reverse("tag_feed", args=["energie"])),
    "Atom": ("atom", lambda: reverse("atom_feed")),
    "section Atom": (
        "atom",
        lambda: f"{reverse('wagtail_serve', args=['wirtschaft/'])}feed/atom/",
    ),
    "author Atom": ("atom", lambda: reverse("author_atom_feed", args=["jana"])),
    "tag Atom": ("atom", lambda: reverse("tag_atom_feed", args=["energie"])),
    "English Atom": ("atom", lambda: "/en/feed/atom/"),
    "sitemap index": ("sitemap", lambda: "/sitemap.xml"),
    "sitemap": ("sitemap", lambda: "/sitemap-1.xml"),
    "news sitemap": ("sitemap", lambda: "/news-sitemap.xml"),
}


@cache
def schema(name: str) -> XMLSchema:
    return XMLSchema(SCHEMAS / f"{name}.xsd")


def make_newspaper() -> None:
    make_home()
    english = make_home(language="en", title="Front page")
    author = make_author("Jana Beispiel", slug="jana")
    for title in ("Eins & <zwei>", "Ohne alles"):
        make_article(
            title,
            section=make_section("Wirtschaft") if not SectionPage.objects.exists() else None,
            authors=(author, make_author("Nina Zweit")),
            tags=("Energie", "Hafen & Meer"),
            standfirst="„Ein Satz“ & noch einer.",
            lead_image=make_image(),
        )
    german = ArticlePage.objects.order_by("pk")[0]
    twin = make_article("One", section=make_section("Business", parent=english))
    Page.objects.filter(pk=twin.pk).update(translation_key=german.translation_key)


@pytest.mark.parametrize("name", PLACES)
def test_document_holds_to_its_schema(client: Client, name: str) -> None:
    make_newspaper()
    kind, address = PLACES[name]

    response = client.get(address())

    assert response.status_code == 200
    schema(kind).validate(response.content.decode())


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ("rss", '<rss version="2.0"><channel><title>A</title></channel></rss>'),
        ("atom", '<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title></feed>'),
        (
            "sitemap",
            '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
            "<url><loc>/ohne-host/</loc></url></urlset>",
        ),
    ],
)
def test_schema_refuses_what_is_wrong(kind: str, wrong: str) -> None:
    assert not schema(kind).is_valid(wrong)
