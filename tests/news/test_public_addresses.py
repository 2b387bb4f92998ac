"""Every address a reader may open: answers, cost, and nothing that varies by visitor."""

from collections.abc import Callable
from xml.etree import ElementTree

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from wagtail.models import Page, PageViewRestriction
from wagtail.test.utils import WagtailPageTestCase

from cms.page_cache import fragments
from home.models import HomePage, StandardPage
from news.models import ArticlePage, Author, SectionPage, Tag
from tests.factories import make_article, make_author, make_home, make_image, make_section

pytestmark = pytest.mark.django_db

ADDRESSES: dict[str, Callable[[], str]] = {
    "front page": lambda: "/",
    "section": lambda: SectionPage.objects.get(slug="wirtschaft").url,
    "author": lambda: reverse("author", args=["jana"]),
    "tag": lambda: reverse("tag", args=["energie"]),
    "search": lambda: reverse("search") + "?q=Artikel",
    "search form": lambda: reverse("search"),
    "feed": lambda: reverse("feed"),
    "atom feed": lambda: reverse("atom_feed"),
    "section feed": lambda: SectionPage.objects.get(slug="wirtschaft").url + "feed/",
    "section atom feed": lambda: SectionPage.objects.get(slug="wirtschaft").url + "feed/atom/",
    "author feed": lambda: reverse("author_feed", args=["jana"]),
    "tag feed": lambda: reverse("tag_feed", args=["energie"]),
    "tag atom feed": lambda: reverse("tag_atom_feed", args=["energie"]),
    "sitemap index": lambda: "/sitemap.xml",
    "sitemap": lambda: "/sitemap-1.xml",
    "news sitemap": lambda: "/news-sitemap.xml",
    "robots": lambda: "/robots.txt",
    "api": lambda: "/api/v2/pages/",
}
AT_MOST = {"front page": 20}


@pytest.fixture
def author() -> Author:
    make_section("Wirtschaft")
    return make_author("Jana Beispiel", slug="jana")


def add_articles(author: Author, number: int) -> None:
    for _ in range(number):
        make_article(authors=(author,), tags=("Energie",), lead_image=make_image())


def count_queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address)
    assert response.status_code == 200
    return len(queries)


@pytest.mark.parametrize("name", ADDRESSES)
def test_address_answers_at_the_same_cost_for_one_and_three(
    client: Client, author: Author, name: str, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        add_articles(author, 1)
    address = ADDRESSES[name]()
    client.get(address)
    one = count_queries(client, address)
    with django_capture_on_commit_callbacks(execute=True):
        add_articles(author, 2)
    cache.clear()
    client.get(address)
    three = count_queries(client, address)

    assert three == one
    assert three <= AT_MOST.get(name, 20)


def test_front_page_and_article_cost_the_same_with_ten_times_the_content(
    client: Client, author: Author
) -> None:
    costs = []
    for number in (3, 30):
        add_articles(author, number - ArticlePage.objects.count())
        fragments.forget_all()
        article, other = ArticlePage.objects.order_by("pk")[:2]
        client.get(other.url)  # what stands around every page is known to the process
        costs.append([count_queries(client, "/"), count_queries(client, article.url)])

    assert costs[0] == costs[1]
    assert costs[0][0] <= 20
    assert costs[0][1] <= 10


@pytest.mark.parametrize("name", ADDRESSES)
def test_address_is_the_same_for_every_visitor(client: Client, author: Author, name: str) -> None:
    add_articles(author, 1)

    response = client.get(ADDRESSES[name]())

    assert not response.cookies
    assert "cookie" not in response.headers.get("Vary", "").lower()


@pytest.mark.parametrize("address", ["/gibt-es-nicht/", "/en/nowhere/"])
def test_unknown_address_says_so_in_the_language_of_the_address(
    client: Client, address: str
) -> None:
    make_home()
    make_home(language="en", title="Front page")

    response = client.get(address)

    assert response.status_code == 404
    language = "en" if address.startswith("/en/") else "de"
    assert f'<html lang="{language}">' in response.content.decode()
    assert not response.cookies


def test_author_and_tag_have_an_address_in_both_languages(client: Client, author: Author) -> None:
    add_articles(author, 1)
    for language in ("de", "en"):
        with translation.override(language):
            addresses = [author.get_absolute_url(), Tag.objects.get().get_absolute_url()]
        for address in addresses:
            assert address.startswith("/en/") is (language == "en")
            assert client.get(address).status_code == 200


def test_private_pages_are_nowhere(client: Client, author: Author) -> None:
    private = make_section("Intern")
    make_article("Verschlossen", section=private, authors=(author,), tags=("Energie",))
    make_article("Offen", section=SectionPage.objects.get(slug="wirtschaft"))
    PageViewRestriction.objects.create(
        page=Page.objects.get(pk=private.pk), restriction_type=PageViewRestriction.LOGIN
    )

    for name, address in ADDRESSES.items():
        if not name.startswith("tag"):
            assert "Verschlossen" not in client.get(address()).content.decode(), name


def test_feeds_and_sitemaps_are_xml(client: Client, author: Author) -> None:
    add_articles(author, 2)

    feed = ElementTree.fromstring(client.get("/feed/").content)
    assert len(feed.findall("channel/item")) == 2
    index = ElementTree.fromstring(client.get("/sitemap.xml").content)
    assert [part[0].text for part in index] == [
        "http://testserver/sitemap-1.xml",
        "http://testserver/news-sitemap.xml",
    ]
    sitemap = ElementTree.fromstring(client.get("/sitemap-1.xml").content)
    assert len(sitemap) == 4
    image = "{http://www.google.com/schemas/sitemap-image/1.1}"
    pictures = [found.text or "" for found in sitemap.iter(f"{image}loc")]
    assert len(pictures) == 2
    assert all(address.startswith("http://testserver/") for address in pictures)
    assert client.get("/sitemap-2.xml").status_code == 404
    news = ElementTree.fromstring(client.get("/news-sitemap.xml").content)
    assert len(news) == 2


class PageTypes(WagtailPageTestCase):
    """What may stand where in the tree."""

    def test_tree(self) -> None:
        self.assertAllowedSubpageTypes(HomePage, {SectionPage, StandardPage})
        self.assertAllowedSubpageTypes(SectionPage, {SectionPage, ArticlePage})
        self.assertAllowedSubpageTypes(ArticlePage, {})
        self.assertAllowedSubpageTypes(StandardPage, {StandardPage})

    def test_pages_are_routable_and_render(self) -> None:
        section = make_section()
        home = HomePage.objects.get()
        article = make_article(section=section)
        standard = Page.objects.get(pk=home.pk).add_child(
            instance=StandardPage(
                title="Impressum", locale=home.locale, body=[("text", "<h2>Wer</h2><h3>Wo</h3>")]
            )
        )
        for page in (home, section, article, standard):
            self.assertPageIsRenderable(page)
            assert page.make_preview_request(preview_mode="").status_code == 200
        self.assertPageIsRoutable(section, "feed/")
