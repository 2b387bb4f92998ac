"""What counting may filter by, in the newsroom's words."""

from functools import lru_cache

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from analytics.registry import PageIds, register_facet, register_rankable, register_search
from news.models import ArticleAuthor, ArticlePage, ArticleTag


def register() -> None:
    """Tell analytics; called when the app is ready."""
    register_facet("tag", pages_with_tag)
    register_facet("author", pages_by_author)
    register_rankable(rankable_pages)
    register_search(search_paths)


def pages_with_tag(slug: str) -> PageIds:
    ids: PageIds = ArticleTag.objects.filter(tag__slug=slug).values("content_object_id")
    return ids


def pages_by_author(slug: str) -> PageIds:
    ids: PageIds = ArticleAuthor.objects.filter(author__slug=slug).values("article_id")
    return ids


def rankable_pages() -> PageIds:
    ids: PageIds = ArticlePage.objects.rankable().values("pk")
    return ids


@lru_cache(maxsize=1)
def search_paths() -> frozenset[str]:
    """Return where readers search, in every language of the site."""
    paths = set()
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            paths.add(reverse("search"))
    return frozenset(paths)
