from datetime import timedelta
from typing import Any

import pytest

from news.comments.models import CommentSettings
from news.comments.policy import Origin, effective
from news.models import ArticlePage, CommentMode, SectionPage
from tests.factories import make_article, make_section
from tests.news.comments.conftest import NOW

pytestmark = pytest.mark.django_db
OPEN, CLOSED, OFF = CommentMode.OPEN, CommentMode.CLOSED, CommentMode.OFF


def nested(outer: str = "inherit", inner: str = "inherit", **fields: Any) -> ArticlePage:
    parent = make_section("Wirtschaft")
    SectionPage.objects.filter(pk=parent.pk).update(comment_mode=outer)
    child = make_section("Börse", parent=parent)
    SectionPage.objects.filter(pk=child.pk).update(comment_mode=inner)
    published_at = fields.pop("published_at", NOW)
    return make_article(section=child, published_at=published_at, **fields)


def ask(article: ArticlePage, **settings: Any) -> tuple[str, str, str]:
    found = effective(article, settings=CommentSettings(**settings), now=NOW)
    return found.mode, found.origin, found.section.title if found.section else ""


def test_site_speaks_if_nobody_else_does() -> None:
    assert ask(nested()) == (OPEN, Origin.SITE, "")
    assert ask(ArticlePage.objects.get(), default_mode=OFF) == (OFF, Origin.SITE, "")


def test_nearest_section_wins() -> None:
    assert ask(nested(outer=OFF, inner=CLOSED)) == (CLOSED, Origin.SECTION, "Börse")


def test_parent_section_is_asked() -> None:
    assert ask(nested(outer=OFF)) == (OFF, Origin.SECTION, "Wirtschaft")


def test_article_wins() -> None:
    assert ask(nested(outer=OFF, comment_mode=OPEN)) == (OPEN, Origin.ARTICLE, "")


def test_sensitive_article_is_closed_unless_opened() -> None:
    article = nested(is_sensitive=True)
    assert ask(article) == (CLOSED, Origin.SENSITIVE, "")
    assert ask(article, default_mode=OFF) == (OFF, Origin.SITE, "")

    article.comment_mode = OPEN
    assert ask(article) == (OPEN, Origin.ARTICLE, "")


def test_old_article_is_closed_unless_opened() -> None:
    article = nested(published_at=NOW - timedelta(days=30))
    assert ask(article, close_after_days=31) == (OPEN, Origin.SITE, "")
    assert ask(article, close_after_days=30) == (CLOSED, Origin.AGE, "")

    article.comment_mode = OPEN
    assert ask(article, close_after_days=30) == (OPEN, Origin.ARTICLE, "")
