import pytest
from django.test import Client

from news.models import ArticlePage, SectionPage
from tests.news.wordpress import wxr
from tests.news.wordpress.conftest import Import

NEW = "/politik/haushalt/"


@pytest.mark.parametrize(
    "old",
    [
        "/2020/05/haushalt/",
        "/2020/05/01/haushalt/",
        "/haushalt/",
        "/archives/5/",
        "/?p=5",
        "/?p=5&utm_source=x",
        "/2020/05/haushalt/feed/",
        "/2020/05/haushalt/amp/",
        "/2020/05/haushalt/2/",
        "/2020/05/frueher/",
        "/2020/05/haushalt/bild/",
        "/?attachment_id=9",
    ],
)
def test_every_old_address_leads_to_the_article(
    import_export: Import, client: Client, old: str
) -> None:
    import_export(
        wxr.category("politik"),
        wxr.item(5, "Haushalt", "a<!--nextpage-->b", slug="haushalt",
                 meta={"_wp_old_slug": "frueher"}),
        wxr.attachment(9, f"{wxr.URL}/wp-content/uploads/x.jpg", parent=5,
                       link=f"{wxr.URL}/2020/05/haushalt/bild/"),
    )  # fmt: skip

    response = client.get(old)

    assert (response.status_code, response.headers.get("Location")) == (301, NEW)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/category/politik/", "/politik/"),
        ("/category/politik/kommunal/", "/politik/kommunal/"),
        ("/category/kommunal/", "/politik/kommunal/"),
        ("/?cat=2", "/politik/kommunal/"),
        ("/category/politik/feed/", "/politik/feed/"),
        ("/tag/zoll/", "/thema/zoll/"),
        ("/author/jana/", "/autor/jana/"),
        ("/?author=7", "/autor/jana/"),
        ("/?feed=rss2", "/feed/"),
        ("/comments/feed/", "/feed/"),
    ],
)
def test_addresses_of_lists(import_export: Import, client: Client, old: str, new: str) -> None:
    import_export(
        wxr.writer("jana", id=7),
        wxr.category("politik"),
        wxr.category("kommunal", parent="politik", id=2),
        wxr.tag("zoll"),
        wxr.item(5),
    )

    response = client.get(old)

    assert (response.status_code, response.headers.get("Location")) == (301, new)


def test_a_guess_never_takes_an_address_that_is_anothers_own(
    import_export: Import, client: Client
) -> None:
    import_export(
        wxr.category("politik"),
        wxr.item(5, slug="gleich", link=f"{wxr.URL}/2020/05/gleich/"),
        wxr.item(6, slug="gleich", link=f"{wxr.URL}/gleich/"),
    )

    assert ArticlePage.objects.count() == 2
    assert SectionPage.objects.count() == 1
    assert client.get("/gleich/").headers["Location"] == "/politik/gleich-2/"
    assert client.get("/2020/05/gleich/").headers["Location"] == "/politik/gleich/"


def test_links_between_articles_become_page_links(import_export: Import) -> None:
    import_export(
        wxr.category("politik"),
        wxr.item(5, content=f'<a href="{wxr.URL}/2020/05/artikel-6/?utm=1#x">weiter</a> '
                 f'<a href="/?p=6">kurz</a> <a href="https://fremd.example/">fremd</a>'),
        wxr.item(6),
    )  # fmt: skip

    other = ArticlePage.objects.get(slug="artikel-6")
    assert ArticlePage.objects.get(slug="artikel-5").body[0].value.source == (
        f'<p><a linktype="page" id="{other.pk}">weiter</a> '
        f'<a linktype="page" id="{other.pk}">kurz</a> '
        '<a href="https://fremd.example/">fremd</a></p>'
    )
