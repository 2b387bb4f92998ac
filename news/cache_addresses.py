"""Which addresses show a section, an author, a tag or a list, for caches that know no tags."""

from collections.abc import Iterator

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import translation
from wagtail.models import Page, Site

from cms.page_cache.front import addresses_of
from news.models import Author, SectionPage, Tag

FEEDS = ("feed/", "feed/atom/")


@addresses_of("section")
def of_sections(ids: list[int]) -> list[str]:
    """The first page of each list, and its feeds."""
    sections = SectionPage.objects.filter(pk__in=ids)
    return [url for section in sections for url in _with_feeds(section.full_url)]


@addresses_of("author")
def of_authors(ids: list[int]) -> list[str]:
    return list(_by_slug("author", Author.objects.filter(pk__in=ids)))


@addresses_of("tag")
def of_tags(ids: list[int]) -> list[str]:
    return list(_by_slug("tag", Tag.objects.filter(pk__in=ids)))


@addresses_of("listings")
def of_listings(ids: list[int]) -> list[str]:
    """The front pages, and the feeds and sitemaps of the whole site."""
    names = ("feed", "atom_feed", "sitemap_index", "news_sitemap")
    found = [url for page in Page.objects.filter(depth=2) if (url := page.full_url)]
    return found + [root + reverse(name) for root in _roots() for name in names]


def _by_slug(name: str, rows: QuerySet[Author] | QuerySet[Tag]) -> Iterator[str]:
    slugs = list(rows.values_list("slug", flat=True))
    for language, _ in settings.LANGUAGES:
        with translation.override(language):
            for root in _roots():
                for slug in slugs:
                    yield from _with_feeds(root + reverse(name, args=[slug]))


def _with_feeds(url: str | None) -> list[str]:
    return [url, *(url + feed for feed in FEEDS)] if url else []


def _roots() -> list[str]:
    return [site.root_url for site in Site.objects.all()]
