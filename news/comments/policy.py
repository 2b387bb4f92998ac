"""Whether readers may comment on an article, and who says so."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from news.comments.models import CommentSettings
from news.models import ArticlePage, CommentMode, SectionPage


class Origin(StrEnum):
    """Where the effective mode comes from."""

    ARTICLE = "article"
    SENSITIVE = "sensitive"
    SECTION = "section"
    SITE = "site"
    AGE = "age"
    UNPUBLISHED = "unpublished"


@dataclass(frozen=True, slots=True)
class Policy:
    mode: CommentMode
    origin: Origin
    section: SectionPage | None = None

    @property
    def is_open(self) -> bool:
        return self.mode == CommentMode.OPEN

    @property
    def is_visible(self) -> bool:
        return self.mode != CommentMode.OFF


def effective(article: ArticlePage, *, settings: CommentSettings, now: datetime) -> Policy:
    """Return what holds: article, else sensitivity, else the nearest section, else the site.

    An article opened by hand stays open; anything else closes with age. Costs one query.
    """
    if article.comment_mode != CommentMode.INHERIT:
        return Policy(CommentMode(article.comment_mode), Origin.ARTICLE)
    inherited = _inherited(article, settings)
    if article.is_sensitive and inherited.is_open:
        return Policy(CommentMode.CLOSED, Origin.SENSITIVE)
    if inherited.is_open and _is_too_old(article, settings, now):
        return Policy(CommentMode.CLOSED, Origin.AGE)
    return inherited


def _inherited(article: ArticlePage, settings: CommentSettings) -> Policy:
    for section in reversed(article.sections):
        if section.comment_mode != CommentMode.INHERIT:
            return Policy(CommentMode(section.comment_mode), Origin.SECTION, section)
    return Policy(CommentMode(settings.default_mode), Origin.SITE)


def _is_too_old(article: ArticlePage, settings: CommentSettings, now: datetime) -> bool:
    if settings.close_after_days is None or article.first_published_at is None:
        return False
    return bool(article.first_published_at + timedelta(days=settings.close_after_days) <= now)
