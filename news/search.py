"""Reader search: words, section, author and period; the database's own full-text index."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.postgres.search import TrigramWordSimilarity
from django.core.paginator import Page, Paginator
from django.db import connection
from django.http import QueryDict
from django.utils import translation
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from wagtail.models import Locale
from wagtail.search.backends import get_search_backends

from news import texts
from news.models import ArticleAuthor, ArticlePage, Author, SectionPage
from news.querysets import ArticleQuerySet

PAGE_SIZE = 10
# So many characters before a hit, and twice as many behind it, are shown of a text.
AROUND = 70
# Of 1; "Strompries" and "Strompreis" reach 0.5.
ALIKE = 0.4
PERIODS = {
    "day": (timedelta(days=1), _("Last 24 hours")),
    "week": (timedelta(days=7), _("Last 7 days")),
    "month": (timedelta(days=30), _("Last 30 days")),
    "year": (timedelta(days=365), _("Last 12 months")),
}


@dataclass(frozen=True, slots=True)
class Query:
    """What a reader asked for; unknown values are as if they were not there."""

    text: str
    section: SectionPage | None = None
    author: Author | None = None
    period: str = ""
    page: int = 1


def read_query(
    parameters: QueryDict, sections: list[SectionPage], authors: Iterable[Author] = ()
) -> Query:
    """Take a query out of an address."""
    by_slug = {section.slug: section for section in sections}
    period = parameters.get("period", "")
    page = parameters.get("page", "")
    return Query(
        # The index of SQLite does not take a NUL byte; nobody types one.
        text=" ".join(parameters.get("q", "").replace("\x00", "").split())[:100],
        section=by_slug.get(parameters.get("section", "")),
        author={author.slug: author for author in authors}.get(parameters.get("author", "")),
        period=period if period in PERIODS else "",
        page=int(page) if re.fullmatch(r"[1-9]\d{0,3}", page) else 1,
    )


def find(query: Query, *, now: datetime) -> Page[ArticlePage]:
    """Return one page of articles, the best match first."""
    # Only words: to the full-text index, quotes and signs are a language of their own.
    words = " ".join(re.findall(r"\w+", query.text))
    if not words:
        return Paginator(ArticlePage.objects.none(), PAGE_SIZE).page(1)
    # `published()` filters by a subquery, which the search index does not understand.
    articles = ArticlePage.objects.live().public().filter(locale=Locale.get_active())
    if query.section:
        articles = articles.descendant_of(query.section)
    if query.author:
        # By ids: the search index does not know the byline.
        written = ArticleAuthor.objects.filter(author=query.author).values_list("article_id")
        articles = articles.filter(pk__in=written)
    if query.period:
        articles = articles.filter(first_published_at__gte=now - PERIODS[query.period][0])
    articles = articles.for_cards()
    page = Paginator(articles.search(words), PAGE_SIZE).get_page(query.page)
    if page.paginator.count:
        return page
    # German puts words together: "Strom" should find the "Strompreis" in a headline.
    page = Paginator(articles.autocomplete(words), PAGE_SIZE).get_page(query.page)
    if page.paginator.count or connection.vendor != "postgresql":
        return page
    return Paginator(misspelt(articles, words), PAGE_SIZE).get_page(query.page)


def misspelt(articles: ArticleQuerySet, words: str) -> ArticleQuerySet:
    """Articles with a headline that looks like `words`, the most alike first; PostgreSQL only."""
    alike = articles.annotate(alikeness=TrigramWordSimilarity(words, "title"))
    return alike.filter(alikeness__gte=ALIKE).order_by("-alikeness", "-first_published_at")


def index(article_ids: Iterable[int]) -> None:
    """Write articles into the index anew, as after a change that did not save them."""
    articles = list(ArticlePage.objects.filter(pk__in=list(article_ids)))
    for backend in get_search_backends(with_auto_update=True):
        backend.add_bulk(ArticlePage, articles)


def sections() -> list[SectionPage]:
    """The sections of this language that a reader may choose from."""
    pages = SectionPage.objects.live().public().in_menu()
    return list(pages.filter(locale__language_code=translation.get_language()).order_by("path"))


def authors() -> list[Author]:
    """The authors that a reader may choose from."""
    return list(Author.objects.filter(is_active=True).only("name", "slug"))


def add_extracts(articles: Iterable[ArticlePage], query: str) -> None:
    """Give every article whose head does not show why it was found a piece of its text."""
    pattern = _pattern(query)
    if pattern is None:
        return
    bare = [one for one in articles if not pattern.search(f"{one.title} {one.standfirst}")]
    found = ArticlePage.objects.filter(pk__in=[one.pk for one in bare])
    bodies = {one.pk: one.body for one in found.only("body")} if bare else {}
    for article in bare:
        article.extract = extract(" ".join(texts.of(bodies.get(article.pk))), query)


def extract(text: str, query: str) -> str:
    """Return the words around the first hit in `text`; empty without a hit."""
    pattern = _pattern(query)
    hit = pattern.search(text) if pattern else None
    if hit is None:
        return ""
    start, end = max(hit.start() - AROUND, 0), min(hit.end() + 2 * AROUND, len(text))
    # Whole words only.
    start = text.find(" ", start, hit.start()) + 1 if start else 0
    end = max(text.rfind(" ", hit.end(), end), hit.end()) if end < len(text) else end
    before, after = "… " if start else "", " …" if end < len(text) else ""
    return f"{before}{' '.join(text[start:end].split())}{after}"


def _pattern(query: str) -> re.Pattern[str] | None:
    """What finds the words of `query`, and words that begin with them."""
    words = sorted(set(re.findall(r"\w{2,}", query)), key=len, reverse=True)
    if not words:
        return None
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\w*", re.IGNORECASE)


def highlight(text: str, query: str) -> SafeString:
    """Mark the words of `query`, and words that begin with them, in `text`."""
    pattern = _pattern(query)
    if pattern is None:
        return escape(text)
    marked, end = [], 0
    for match in pattern.finditer(text):
        marked += [escape(text[end : match.start()]), format_html("<mark>{}</mark>", match[0])]
        end = match.end()
    return mark_safe("".join([*marked, escape(text[end:])]))  # noqa: S308  every part is escaped
