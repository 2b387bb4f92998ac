"""Lists of articles that stay put while new ones appear: sections, authors, tags."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Q
from django.http import Http404, HttpRequest
from django.template.response import TemplateResponse
from django.utils import translation

from cms.page_cache.tags import tag_response
from news.models import ArticlePage, Author, SectionPage, Tag
from news.querysets import ArticleQuerySet

PAGE_SIZE = 15
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list; `older` names where the next one begins."""

    articles: list[ArticlePage]
    older: str
    is_first: bool


def section(page: SectionPage, request: HttpRequest) -> TemplateResponse:
    listing = page_of(page.articles(), request)
    request.is_preview = getattr(request, "is_preview", False)
    context = page.get_context(request) | {"listing": listing}
    response = TemplateResponse(request, page.template, context)
    own = (f"page:{page.pk}", f"section:{page.pk}", f"translations:{page.translation_key}")
    tag_response(response, *own, "navigation", "ranking")
    return response


def author(person: Author, request: HttpRequest) -> TemplateResponse:
    listing = page_of(_published().by_author(person.pk), request)
    context = {"author": person, "listing": listing}
    response = TemplateResponse(request, "news/author.html", context)
    tag_response(response, f"author:{person.pk}", "navigation", "ranking")
    return response


def tag(topic: Tag, request: HttpRequest) -> TemplateResponse:
    listing = page_of(_published().tagged(topic.pk), request)
    context = {"tag": topic, "listing": listing}
    response = TemplateResponse(request, "news/tag.html", context)
    tag_response(response, f"tag:{topic.pk}", "navigation", "ranking")
    return response


def page_of(articles: ArticleQuerySet, request: HttpRequest, *, size: int = PAGE_SIZE) -> Listing:
    """Return the page of `articles` that begins before `?before=`."""
    before = request.GET.get("before", "")
    if before:
        moment, pk = _read_cursor(before)
        articles = articles.filter(
            Q(first_published_at__lt=moment) | Q(first_published_at=moment, pk__lt=pk)
        )
    rows = list(articles.newest_first().for_cards()[: size + 1])
    older = _cursor(rows[size - 1]) if len(rows) > size else ""
    return Listing(rows[:size], older, is_first=not before)


def _published() -> ArticleQuerySet:
    """The published articles in the language of the address."""
    return ArticlePage.objects.published().filter(locale__language_code=translation.get_language())


def _cursor(article: ArticlePage) -> str:
    microseconds = (article.first_published_at - _EPOCH) // timedelta(microseconds=1)
    return f"{microseconds}-{article.pk}"


def _read_cursor(text: str) -> tuple[datetime, int]:
    try:
        microseconds, pk = (int(part) for part in text.split("-"))
        return _EPOCH + timedelta(microseconds=microseconds), pk
    except (ValueError, OverflowError) as error:
        raise Http404 from error
