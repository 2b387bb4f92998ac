"""What the newsroom put out: articles, words, corrections, and the care taken with pictures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from statistics import median
from typing import Any

from django.db.models import Count, F, Min, OuterRef, Q, QuerySet, Subquery, Sum, TextField
from django.db.models.functions import Cast
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive, make_aware
from wagtail.models import Page, PageLogEntry

from analytics.figures import period_sum, spans
from analytics.figures.spans import Days
from analytics.registry import PageIds
from news.models import ArticleAuthor, ArticlePage, SectionPage

CORRECTION = "correction"
CREATED = "wagtail.create"


@dataclass(frozen=True, slots=True)
class Output:
    """How much was published in a period, and how that was read in the same days."""

    article_count: int
    word_count: int
    visits: int

    @property
    def visits_per_article(self) -> int:
        return round(self.visits / self.article_count) if self.article_count else 0


@dataclass(slots=True)
class OutputRow:
    """A line of the newsroom report; shares are in per cent, None where there is nothing."""

    label: str
    article_count: int
    correction_count: int
    hours_to_publication: float | None
    credited_share: int | None
    described_share: int | None


@dataclass(frozen=True, slots=True)
class Article:
    """What the report has to know of a published article."""

    pk: int
    parent_path: str
    hours: float | None
    has_picture: bool
    is_credited: bool
    is_described: bool


def published(days: Days, page_ids: PageIds | None = None) -> QuerySet[Any]:
    """Return the articles first published on these days, taken down since or not."""
    start, end = spans.bounds(days)
    articles = ArticlePage.objects.order_by().filter(
        first_published_at__gte=start, first_published_at__lt=end
    )
    return articles if page_ids is None else articles.filter(pk__in=page_ids)


def of_pages(days: Days, page_ids: PageIds | None = None) -> Output:
    """Return the sums; two queries."""
    articles = published(days, page_ids)
    sums = articles.aggregate(words=Sum("word_count"), count=Count("pk"))
    visits = spans.total(days, articles.values("pk")).visits
    return Output(sums["count"] or 0, sums["words"] or 0, visits)


def newest(days: Days, page_ids: PageIds | None, *, limit: int) -> list[ArticlePage]:
    """Return the newest of the articles with their visits in these days."""
    rows = published(days, page_ids).defer_streamfields()
    rows = rows.annotate(visits=period_sum("visits", days.first, days.last))
    return list(rows.order_by("-first_published_at", "-pk")[:limit])


class Work:
    """What was published and corrected on some days, read once for every table made of it."""

    def __init__(self, days: Days) -> None:
        self.days = days

    @cached_property
    def articles(self) -> list[Article]:
        return _articles(self.days)

    @cached_property
    def corrections(self) -> dict[int, int]:
        return corrections_in(self.days)

    def by_section(self) -> list[OutputRow]:
        """Return the sections, those with most articles first."""
        titles = dict(SectionPage.objects.values_list("path", "title"))
        parents = dict(_parents(self.corrections))
        groups: dict[str, list[Article]] = defaultdict(list)
        for article in self.articles:
            groups[article.parent_path].append(article)
        counts: dict[str, int] = defaultdict(int)
        for pk, count in self.corrections.items():
            counts[parents.get(pk, "")] += count
        return _ranked(
            _row(titles[path], groups[path], counts[path])
            for path in {*groups, *counts}
            if path in titles
        )

    def by_author(self) -> list[OutputRow]:
        """Return the authors; an article by two counts for both."""
        by_pk = {article.pk: article for article in self.articles}
        groups: dict[tuple[int, str], list[Article]] = defaultdict(list)
        counts: dict[tuple[int, str], int] = defaultdict(int)
        start, end = spans.bounds(self.days)
        rows = ArticleAuthor.objects.filter(
            Q(article__first_published_at__gte=start, article__first_published_at__lt=end)
            | Q(article__in=list(self.corrections))
        )
        names = rows.values_list("article_id", "author_id", "author__name")
        for article_id, author_id, name in names:
            key = author_id, name
            counts[key] += self.corrections.get(article_id, 0)
            if article_id in by_pk:
                groups[key].append(by_pk[article_id])
        return _ranked(_row(key[1], groups[key], counts[key]) for key in {*groups, *counts})

    def whole(self, label: str) -> OutputRow:
        """Return one line for everything."""
        return _row(label, self.articles, sum(self.corrections.values()))


def corrections_in(days: Days) -> dict[int, int]:
    """Return how many corrections are dated to these days, by article.

    A correction is published with its article: older articles need not be looked into.
    """
    start, end = spans.bounds(days)
    rows = ArticlePage.objects.order_by().filter(
        first_published_at__isnull=False, last_published_at__gte=start
    )
    rows = rows.annotate(body_text=Cast("body", TextField())).filter(
        body_text__contains=f'"{CORRECTION}"'
    )
    found = {}
    for article in rows.only("body"):
        moments = [_noted_at(block) for block in article.body.raw_data]
        count = sum(at is not None and start <= at < end for at in moments)
        if count:
            found[article.pk] = count
    return found


def _noted_at(block: Any) -> datetime | None:
    value = block.get("value") if hasattr(block, "get") else None
    if block["type"] != "note" or not isinstance(value, dict) or value.get("kind") != CORRECTION:
        return None
    at = parse_datetime(str(value.get("noted_at") or ""))
    return make_aware(at, spans.site_zone()) if at and is_naive(at) else at


def _articles(days: Days) -> list[Article]:
    begun = (
        PageLogEntry.objects.filter(page=OuterRef("pk"), action=CREATED)
        .order_by()
        .values("page")
        .annotate(at=Min("timestamp"))
        .values("at")
    )
    rows = published(days).annotate(begun_at=Subquery(begun), picture=F("lead_image"))
    found = []
    for pk, path, at, begun_at, picture, creator, source, own_text, text in rows.values_list(
        "pk",
        "path",
        "first_published_at",
        "begun_at",
        "picture",
        "lead_image__creator",
        "lead_image__source",
        "lead_image_alternative_text",
        "lead_image__description",
    ):
        # an article taken over from elsewhere is older than its first draft here
        took = at - begun_at if begun_at and begun_at <= at else None
        found.append(
            Article(
                pk,
                path[: -Page.steplen],
                took / timedelta(hours=1) if took is not None else None,
                picture is not None,
                bool(creator or source),
                bool(own_text or text),
            )
        )
    return found


def _parents(page_ids: Iterable[int]) -> list[tuple[int, str]]:
    rows = Page.objects.filter(pk__in=list(page_ids)).values_list("pk", "path")
    return [(pk, path[: -Page.steplen]) for pk, path in rows]


def _row(label: str, articles: list[Article], corrections: int) -> OutputRow:
    hours = [article.hours for article in articles if article.hours is not None]
    pictured = [article for article in articles if article.has_picture]
    return OutputRow(
        label,
        len(articles),
        corrections,
        round(median(hours), 1) if hours else None,
        _share(sum(article.is_credited for article in pictured), len(pictured)),
        _share(sum(article.is_described for article in pictured), len(pictured)),
    )


def _share(part: int, whole_: int) -> int | None:
    return round(100 * part / whole_) if whole_ else None


def _ranked(rows: Iterable[OutputRow]) -> list[OutputRow]:
    return sorted(rows, key=lambda row: (-row.article_count, row.label))
