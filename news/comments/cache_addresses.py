"""Which addresses show an article's comments, for caches that know no tags."""

from django.urls import reverse
from django.utils import translation

from cms.page_cache.front import addresses_of
from news.models import ArticlePage


@addresses_of("comments")
def of_comments(ids: list[int]) -> list[str]:
    """The article, the first page of its thread, and the feed."""
    found: list[str] = []
    for article in ArticlePage.objects.filter(pk__in=ids).select_related("locale"):
        parts = article.get_url_parts()
        if parts is None or not article.full_url:
            continue
        with translation.override(article.locale.language_code):
            names = ("reader_comments:thread", "reader_comments:feed")
            found += [parts[1] + reverse(name, args=[article.pk]) for name in names]
        found.append(article.full_url)
    return found
