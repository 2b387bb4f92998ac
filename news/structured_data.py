"""What search engines are told about a page, in the words of schema.org."""

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import urljoin

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from wagtail.models import Page

from news import renditions
from news.models import ArticlePage, Tag
from news.renditions import Picture

Data = dict[str, Any]

LOGO_PIXELS = 512
# So that no text can close the script element it stands in.
_ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


def news_article(
    article: ArticlePage, request: HttpRequest, *, publisher: Data, tags: Iterable[Tag]
) -> Data:
    """Return schema.org's NewsArticle with what Google's documentation recommends."""
    root = publisher["url"].rstrip("/")
    changed_at = article.significantly_updated_at or article.first_published_at
    data: Data = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": article.title,
        "description": article.standfirst,
        "image": images(article, root),
        "datePublished": _iso(article.first_published_at),
        "dateModified": _iso(changed_at),
        "author": [
            {"@type": "Person", "name": author.name, "url": root + author.get_absolute_url()}
            for author in article.authors
        ],
        "publisher": publisher,
        "mainEntityOfPage": article.get_full_url(request),
        "articleSection": article.section.title if article.section else "",
        "keywords": [tag.name for tag in tags],
        "wordCount": article.word_count or None,
        "inLanguage": article.locale.language_code,
        "isAccessibleForFree": True,
    }
    return {name: value for name, value in data.items() if value not in ("", None, [])}


def breadcrumbs(article: ArticlePage, request: HttpRequest, *, home: str) -> Data:
    """Return the way from the front page to the article."""
    pages: list[Page] = [*article.sections, article]
    steps = [(page.title, page.get_full_url(request)) for page in pages]
    return {
        "@context": "https://schema.org",
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": name, "item": url}
            for position, (name, url) in enumerate([(home, _home_url(article)), *steps], start=1)
            if url
        ],
    }


def organization(name: str, url: str, *, legal_name: str = "") -> Data:
    """Return the newspaper as schema.org's NewsMediaOrganization."""
    logo = {"@type": "ImageObject", "url": urljoin(url, static("logo.png"))}
    data: Data = {
        "@type": "NewsMediaOrganization",
        "name": name,
        "url": url,
        "logo": logo | {"width": LOGO_PIXELS, "height": LOGO_PIXELS},
    }
    return data | ({"legalName": legal_name} if legal_name else {})


def images(article: ArticlePage, root_url: str) -> list[str]:
    """Return the absolute addresses of the article's picture, one in each ratio."""
    return [address for address, _ in shared_pictures(article, root_url)]


def shared_pictures(article: ArticlePage, root_url: str) -> list[tuple[str, Picture]]:
    """Return the picture that stands for the article elsewhere in each ratio, the widest first."""
    image = article.social_image or article.lead_image
    if image is None or not renditions.may_be_shown(image):
        return []
    pictures = [renditions.picture(image, name) for name in renditions.SHARED]
    return [(urljoin(root_url, picture.url), picture) for picture in pictures]


def script(data: Data) -> SafeString:
    """Return a data block that no text in it can leave; browsers do not execute it."""
    text = json.dumps(data, ensure_ascii=False).translate(_ESCAPES)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308


def _iso(moment: Any) -> str:
    return moment.isoformat() if moment else ""


def _home_url(article: ArticlePage) -> str:
    parts = article.get_url_parts()
    return f"{parts[1]}{reverse('wagtail_serve', args=[''])}" if parts and parts[1] else ""
