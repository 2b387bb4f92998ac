"""The newsroom's rankings: what counting knows by number becomes live, public articles."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils import translation
from wagtail.models import Page

from analytics.ranking import PageScore, RankingUnavailable, top_pages
from cms.page_cache import fragments
from news.models import ArticlePage

logger = logging.getLogger(__name__)

BOX_LIMIT = 5
# A page may live for a minute with its box; this much older the box may be when it is made.
BOX_SECONDS = 15


@dataclass(frozen=True, slots=True)
class RankedArticle:
    """An article and its place, counted from 1."""

    rank: int
    article: ArticlePage
    visits: int
    views: int


def most_read(
    *,
    window: str = "7d",
    limit: int = 10,
    scope: int | None = None,
    tag: str | None = None,
    author: str | None = None,
    language: str | None = None,
    signal: str = "visits",
    max_age: timedelta | None = None,
    fill_up: bool = False,
    exclude: Collection[int] = (),
    now: datetime | None = None,
) -> list[RankedArticle]:
    """Return the most read articles that a reader may be shown, most read first.

    The wishes are those of `top_pages`. The articles come in one query beside the ranking's,
    without their bodies; RankingUnavailable if the ranking cannot be read.
    """
    scores = top_pages(
        window=window,
        limit=limit,
        scope=scope,
        tag=tag,
        author=author,
        language=language,
        signal=signal,
        max_age=max_age,
        fill_up=fill_up,
        exclude=exclude,
        now=now,
    )
    return _in_order(scores, _articles([score.page_id for score in scores]))


def _articles(page_ids: list[int]) -> dict[int, ArticlePage]:
    rows = ArticlePage.objects.rankable().filter(pk__in=page_ids).defer_streamfields()
    return {article.pk: article for article in rows}


def _in_order(scores: list[PageScore], articles: dict[int, ArticlePage]) -> list[RankedArticle]:
    """Leave out what was withdrawn between the two queries."""
    shown = [score for score in scores if score.page_id in articles]
    return [
        RankedArticle(rank, articles[score.page_id], score.visits, score.views)
        for rank, score in enumerate(shown, start=1)
    ]


def most_read_beside(
    page: Page | None = None, *, limit: int = BOX_LIMIT, now: datetime | None = None
) -> list[RankedArticle]:
    """Return what the box shows: the week's most read in the page's language, or the address's.

    On the page of a ranked article the others move up. Asked anew every few seconds, not beside
    every page. Empty if the ranking cannot be read: the page is worth more than its box.
    """
    language = page.locale.language_code if page else translation.get_language()

    try:
        if now:
            ranked = most_read(limit=limit + 1, language=language, now=now)
        else:
            ranked = _lately(language, limit + 1)
    except RankingUnavailable as error:
        logger.warning(
            "The ranking cannot be read; pages go without their box.",
            extra={"event": "ranking_unavailable", "error": str(error)},
        )
        return []
    others = [entry for entry in ranked if not page or entry.article.pk != page.pk][:limit]
    return [replace(entry, rank=rank) for rank, entry in enumerate(others, start=1)]


def _lately(language: str | None, limit: int) -> list[RankedArticle]:
    """Ask for the order every few seconds, and for the articles only if there are others."""

    def ask() -> list[RankedArticle]:
        scores = top_pages(window="7d", limit=limit, language=language)
        ids = [score.page_id for score in scores]
        articles = fragments.kept(
            ("ranked_articles", *sorted(ids)),
            lambda: _articles(ids),
            tags=["ranking", "navigation", *(f"page:{pk}" for pk in ids)],
        )
        return _in_order(scores, articles)

    return fragments.kept(
        ("most_read", language, limit),
        ask,
        tags=lambda ranked: ["ranking", *(f"page:{entry.article.pk}" for entry in ranked)],
        seconds=BOX_SECONDS,
    )
