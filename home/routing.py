"""The way from an address to a page: articles at once, everything else as Wagtail does."""

import copy
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from wagtail.blocks import StreamValue
from wagtail.models import Page, Site
from wagtail.url_routing import RouteResult
from wagtail.views import serve as wagtail_serve

from cms.page_cache import fragments
from news.models import ArticlePage
from news.sites import know_site


def serve(request: HttpRequest, path: str) -> HttpResponse:
    """Serve the page at `path`; Wagtail walks the tree only if it is not an article."""
    know_site(request)
    article = find_article(request, path)
    if article:
        article.is_known_to_be_open = True
        # What Page.route_for_request keeps here; hooks and restrictions work as ever.
        request._wagtail_route_for_request = RouteResult(article)
    return wagtail_serve(request, path)


@dataclass(frozen=True, slots=True)
class Kept:
    """An article as it was read, for many requests: each gets one of its own to work with."""

    article: ArticlePage
    body: Collection[Any]

    def for_request(self) -> ArticlePage:
        article = copy.copy(self.article)
        # A body remembers what was made of it: the next request makes its own.
        article.body = StreamValue(article.body.stream_block, list(self.body), is_lazy=True)
        return article


class NotAnArticle(Exception):
    """Nothing to keep: whatever is typed as an address would fill the memory."""


def find_article(request: HttpRequest, path: str) -> ArticlePage | None:
    """Return the live article at this address of this site and language; one query, then none.

    What a view restriction covers, and aliases, which share their source's restrictions,
    are left to Wagtail.
    """
    site = Site.find_for_request(request)
    slugs = [part for part in path.split("/") if part]
    if site is None or len(slugs) < 2:
        return None
    language = translation.get_language()
    roots = [
        root.root_path
        for root in Page()._get_site_root_paths(request)
        if root.site_id == site.pk and root.language_code == language
    ]
    addresses = [f"{root}{'/'.join(slugs)}/" for root in roots]
    try:
        kept: Kept = fragments.kept(
            ("article at", *addresses),
            lambda: _read(addresses),
            tags=lambda made: [f"page:{made.article.pk}", "navigation"],
        )
    except NotAnArticle:
        return None
    return kept.for_request()


def _read(addresses: list[str]) -> Kept:
    articles = ArticlePage.objects.published().filter(url_path__in=addresses, alias_of=None)
    article = articles.select_related("locale").first()
    if article is None:
        raise NotAnArticle
    return Kept(article, tuple(dict(block) for block in article.body.raw_data))
