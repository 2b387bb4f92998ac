"""How an article looks where others show it: on the front page, in a search, in a network."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from news import renditions
from news.models import ArticlePage, NewsImage

# name -> what editors read in the menu of the preview
MODES: dict[str, Any] = {
    "": _("Article"),
    "card": _("Front page and lists"),
    "search": _("Search result"),
    "social": _("Social networks"),
}
# About what search engines and networks show before they cut.
SEARCH_TITLE_LENGTH = 60
SEARCH_TEXT_LENGTH = 155
SOCIAL_TEXT_LENGTH = 110


@dataclass(frozen=True, slots=True)
class SearchResult:
    """An article among the results of a search engine."""

    host: str
    path: list[str]
    title: str
    text: str
    is_hidden: bool


@dataclass(frozen=True, slots=True)
class SocialCard:
    """An article whose address somebody has posted."""

    host: str
    title: str
    text: str
    image: NewsImage | None


def show(article: ArticlePage, request: HttpRequest, mode: str) -> TemplateResponse:
    """Return the article as `mode` has it; everything may still be missing."""
    context = {"page": article, "article": article, "mode_label": MODES[mode]}
    if mode == "search":
        context["result"] = search_result(article, request)
    elif mode == "social":
        context["social"] = social_card(article, request)
    return TemplateResponse(request, f"news/previews/{mode}.html", context)


def search_result(article: ArticlePage, request: HttpRequest) -> SearchResult:
    host, path = _address(article, request)
    return SearchResult(
        host=host,
        path=path,
        title=_cut(article.seo_title or article.title, SEARCH_TITLE_LENGTH),
        text=_cut(article.search_description or article.standfirst, SEARCH_TEXT_LENGTH),
        is_hidden=article.is_noindex,
    )


def social_card(article: ArticlePage, request: HttpRequest) -> SocialCard:
    image = article.social_image or article.lead_image
    return SocialCard(
        host=_address(article, request)[0],
        title=article.title,
        text=_cut(article.standfirst, SOCIAL_TEXT_LENGTH),
        image=image if renditions.may_be_shown(image) else None,
    )


def _address(article: ArticlePage, request: HttpRequest) -> tuple[str, list[str]]:
    """Return host and folders as they will be; a new draft has no address of its own yet."""
    address = urlsplit(article.get_full_url(request) or request.build_absolute_uri("/"))
    return address.netloc, [part for part in address.path.split("/") if part]


def _cut(text: str | None, length: int) -> str:
    return Truncator((text or "").strip()).chars(length)
