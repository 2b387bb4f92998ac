"""Whether readers may comment on an article, and who says so."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings as project

from news.comments.models import CommentSettings
from news.models import ArticlePage, CommentMode, SectionPage

CLOSED = CommentMode.CLOSED


class Origin(StrEnum):
    """Where the effective mode comes from."""

    ARTICLE = "article"
    SENSITIVE = "sensitive"
    SECTION = "section"
    SITE = "site"
    AGE = "age"
    NO_MAIL = "no_mail"


@dataclass(frozen=True, slots=True)
class Policy:
    mode: CommentMode
    origin: Origin
    section: SectionPage | None = None
    # When an open thread closes by itself, and for how many days it is open.
    closes_at: datetime | None = None
    days: int | None = None

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
    return _unless_mail_is_missing(_wanted(article, settings, now))


def for_section(section: SectionPage, *, settings: CommentSettings) -> Policy:
    """Return what holds for the articles of a section that say nothing themselves."""
    above = SectionPage.objects.ancestor_of(section).order_by("depth")
    sections = [*above, section]
    days, _section = _limit(sections, settings)
    return _unless_mail_is_missing(replace(_inherited(sections, settings), days=days or None))


def may_open() -> bool:
    """Whether confirmations can be sent: in production only through a mail server."""
    return bool(project.MAIL_URL) or not project.PRODUCTION


def _unless_mail_is_missing(policy: Policy) -> Policy:
    return policy if may_open() or not policy.is_open else Policy(CLOSED, Origin.NO_MAIL)


def _wanted(article: ArticlePage, settings: CommentSettings, now: datetime) -> Policy:
    if article.comment_mode != CommentMode.INHERIT:
        return Policy(CommentMode(article.comment_mode), Origin.ARTICLE)
    inherited = _inherited(article.sections, settings)
    if article.is_sensitive and inherited.is_open:
        return Policy(CLOSED, Origin.SENSITIVE)
    days, section = _limit(article.sections, settings)
    if not inherited.is_open or not days:
        return inherited
    if article.first_published_at is None:
        return replace(inherited, days=days)
    closes_at = article.first_published_at + timedelta(days=days)
    if closes_at <= now:
        return Policy(CLOSED, Origin.AGE, section, closes_at, days)
    return replace(inherited, closes_at=closes_at, days=days)


def _inherited(sections: list[SectionPage], settings: CommentSettings) -> Policy:
    for section in reversed(sections):
        if section.comment_mode != CommentMode.INHERIT:
            return Policy(CommentMode(section.comment_mode), Origin.SECTION, section)
    return Policy(CommentMode(settings.default_mode), Origin.SITE)


def _limit(
    sections: list[SectionPage], settings: CommentSettings
) -> tuple[int | None, SectionPage | None]:
    """Return after how many days a thread closes (0 or None: never), and which section says so."""
    for section in reversed(sections):
        if section.comment_days is not None:
            return section.comment_days, section
    return settings.close_after_days, None
