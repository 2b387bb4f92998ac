"""Sitemaps: every public page with its translations, and the news of the last two days."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe
from wagtail.models import Page, Site

from cms.page_cache.tags import tag_response
from news.models import ArticlePage
from news.querysets import ArticleQuerySet, open_to_everyone

# The protocol's own limits for one file.
PAGES_AT_MOST = 50_000
NEWS_AT_MOST = 1_000
NEWS_FOR = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class Entry:
    """One address with the time of its last change and its other languages."""

    url: str
    changed_at: datetime | None
    alternates: tuple[tuple[str, str], ...]


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    return _xml(request, "sitemaps/sitemap.xml", {"entries": entries(request)})


@require_safe
def news_sitemap(request: HttpRequest) -> HttpResponse:
    site = Site.find_for_request(request)
    articles = news(now=timezone.now())
    context = {
        "articles": [
            (article, url) for article in articles if (url := article.get_full_url(request))
        ],
        "name": (site.site_name if site else "") or settings.WAGTAIL_SITE_NAME,
    }
    return _xml(request, "sitemaps/news_sitemap.xml", context)


def entries(request: HttpRequest) -> list[Entry]:
    """Every page that search engines may list, in the order of the tree."""
    hidden = ArticlePage.objects.filter(is_noindex=True).values("pk")
    pages = open_to_everyone(Page.objects.live().filter(depth__gt=1).exclude(pk__in=hidden))
    pages = pages.annotate(language=F("locale__language_code")).order_by("path")
    rows = [(page, url) for page in pages[:PAGES_AT_MOST] if (url := page.get_full_url(request))]
    by_key = defaultdict(list)
    for page, url in rows:
        by_key[page.translation_key].append((page.language, url))
    return [
        Entry(
            url,
            page.last_published_at,
            tuple(languages) if len(languages := by_key[page.translation_key]) > 1 else (),
        )
        for page, url in rows
    ]


def news(*, now: datetime) -> ArticleQuerySet:
    """The articles that a news sitemap may name."""
    recent = ArticlePage.objects.published().filter(
        first_published_at__gt=now - NEWS_FOR, is_noindex=False
    )
    recent = recent.annotate(language=F("locale__language_code"))
    return recent.newest_first().defer_streamfields()[:NEWS_AT_MOST]


def _xml(request: HttpRequest, template: str, context: dict[str, object]) -> HttpResponse:
    response = render(request, template, context, content_type="application/xml")
    tag_response(response, "listings", "navigation")
    return response
