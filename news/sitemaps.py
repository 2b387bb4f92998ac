"""Sitemaps: every public page with translations and picture, and the news of two days."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urljoin

from django.conf import settings
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe
from wagtail.models import Page, Site
from wagtail.query import PageQuerySet

from cms.page_cache.tags import tag_response
from news import renditions
from news.models import ArticlePage, NewsImage
from news.querysets import ArticleQuerySet, open_to_everyone

# The protocol would allow 50,000 in one file; these are quicker to make.
PAGES_PER_FILE = 5_000
# The protocol's own limit.
NEWS_AT_MOST = 1_000
NEWS_FOR = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class Entry:
    """One address with the time of its last change, its other languages and its picture."""

    url: str
    changed_at: datetime | None
    alternates: tuple[tuple[str, str], ...]
    image_url: str = ""


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    number = max(1, -(-listed().count() // PAGES_PER_FILE))
    names = [reverse("sitemap", args=[part]) for part in range(1, number + 1)]
    root = _root_url(request)
    addresses = [f"{root}{name}" for name in [*names, reverse("news_sitemap")]]
    return _xml(request, "sitemaps/index.xml", {"addresses": addresses})


@require_safe
def sitemap(request: HttpRequest, part: int) -> HttpResponse:
    found = entries(request, part=part)
    if not found and part > 1:
        raise Http404
    return _xml(request, "sitemaps/sitemap.xml", {"entries": found})


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


def listed() -> PageQuerySet:
    """Every page that search engines may list, in the order of the tree."""
    hidden = ArticlePage.objects.filter(is_noindex=True).values("pk")
    pages = open_to_everyone(Page.objects.live().filter(depth__gt=1).exclude(pk__in=hidden))
    return pages.annotate(language=F("locale__language_code")).order_by("path")


def entries(request: HttpRequest, *, part: int = 1) -> list[Entry]:
    """The pages of one file; a page's translations may stand in another one."""
    chunk = list(listed()[(part - 1) * PAGES_PER_FILE : part * PAGES_PER_FILE])
    keys = {page.translation_key for page in chunk}
    by_key = defaultdict(list)
    for page in listed().filter(translation_key__in=keys):
        if url := page.get_full_url(request):
            by_key[page.translation_key].append((page.pk, page.language, url))
    images = image_urls([page.pk for page in chunk], _root_url(request))
    found = []
    for page in chunk:
        languages = by_key[page.translation_key]
        own = next((url for pk, _, url in languages if pk == page.pk), "")
        if own:
            alternates = tuple((language, url) for _, language, url in languages)
            found.append(
                Entry(
                    own,
                    page.last_published_at,
                    alternates if len(alternates) > 1 else (),
                    images.get(page.pk, ""),
                )
            )
    return found


def image_urls(page_ids: list[int], root_url: str) -> dict[int, str]:
    """The addresses of the lead pictures of those pages that have one."""
    articles = ArticlePage.objects.filter(pk__in=page_ids, lead_image__isnull=False)
    rows = dict(articles.values_list("pk", "lead_image_id"))
    images = NewsImage.objects.prefetch_related("renditions").in_bulk(set(rows.values()))
    return {
        pk: urljoin(root_url, renditions.picture(images[image_id], "card").url)
        for pk, image_id in rows.items()
        if renditions.may_be_shown(images[image_id])
    }


def _root_url(request: HttpRequest) -> str:
    site = Site.find_for_request(request)
    return site.root_url if site else ""


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
