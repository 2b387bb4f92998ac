import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from news.comments.models import CommentSettings
from news.comments.policy import Origin, effective, for_section
from news.models import ArticlePage, CommentMode, SectionPage
from tests.factories import make_admin, make_article, make_home, make_section
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


@pytest.mark.parametrize("mode", ["inherit", "open"])
def test_production_without_a_mail_server_opens_nothing(settings: Any, mode: str) -> None:
    article = nested(comment_mode=mode)
    settings.PRODUCTION, settings.MAIL_URL = True, ""
    assert ask(article) == (CLOSED, Origin.NO_MAIL, "")
    assert ask(nested(comment_mode=OFF)) == (OFF, Origin.ARTICLE, "")

    settings.MAIL_URL = "smtps://mail.example.org"
    assert ask(article)[0] == OPEN


def test_section_says_what_its_articles_inherit() -> None:
    inner = nested(outer=CLOSED).section
    assert inner
    assert for_section(inner, settings=CommentSettings()).section.title == "Wirtschaft"
    inner.comment_mode = OFF
    assert for_section(inner, settings=CommentSettings()).mode == OFF


def test_editors_see_what_holds_and_who_says_so(client: Client, settings: Any) -> None:
    article = nested(outer=CLOSED)
    client.force_login(make_admin())

    def shown(pk: int) -> str:
        page = client.get(reverse("wagtailadmin_pages:edit", args=[pk])).content.decode()
        found = re.search(r'data-effective="([^"]*)"', page)
        assert found
        return found[1]

    assert article.section
    assert shown(article.pk) == "closed section"
    assert shown(article.section.pk) == "closed section"
    settings.PRODUCTION, settings.MAIL_URL = True, ""
    ArticlePage.objects.update(comment_mode=OPEN)
    assert shown(article.pk) == "closed no_mail"


def test_settings_say_why_comments_cannot_be_opened(client: Client, settings: Any) -> None:
    home = make_home()
    client.force_login(make_admin())
    url = reverse("wagtailsettings:edit", args=["reader_comments", "commentsettings", 1])
    url = url.replace("/1/", f"/{home.get_site().pk}/")
    assert "data-mail-missing" not in client.get(url).content.decode()

    settings.PRODUCTION, settings.MAIL_URL = True, ""
    assert "data-mail-missing" in client.get(url).content.decode()


@pytest.mark.parametrize(
    ("outer", "inner", "site", "mode", "origin"),
    [
        (None, None, None, OPEN, Origin.SITE),
        (None, None, 10, CLOSED, Origin.AGE),
        (None, None, 30, OPEN, Origin.SITE),
        (10, None, 30, CLOSED, Origin.AGE),
        (10, 30, 5, OPEN, Origin.SITE),
        (10, 0, 5, OPEN, Origin.SITE),
        (30, 10, None, CLOSED, Origin.AGE),
    ],
)
def test_nearest_limit_of_days_wins(
    outer: int | None, inner: int | None, site: int | None, mode: str, origin: Origin
) -> None:
    article = nested(published_at=NOW - timedelta(days=20))
    parent, child = SectionPage.objects.order_by("depth")
    SectionPage.objects.filter(pk=parent.pk).update(comment_days=outer)
    SectionPage.objects.filter(pk=child.pk).update(comment_days=inner)
    article = ArticlePage.objects.get()

    found = effective(article, settings=CommentSettings(close_after_days=site), now=NOW)

    assert (found.mode, found.origin) == (mode, origin)
    article.comment_mode = OPEN
    opened = effective(article, settings=CommentSettings(close_after_days=site), now=NOW)
    assert (opened.mode, opened.origin, opened.closes_at) == (OPEN, Origin.ARTICLE, None)


def test_editor_sees_when_a_thread_closes_and_whose_limit_it_is() -> None:
    article = nested(published_at=NOW - timedelta(days=20))
    section = SectionPage.objects.get(title="Börse")
    SectionPage.objects.filter(pk=section.pk).update(comment_days=30)
    section.refresh_from_db()
    article = ArticlePage.objects.get()

    found = effective(article, settings=CommentSettings(), now=NOW)
    late = effective(article, settings=CommentSettings(), now=NOW + timedelta(days=10))

    assert (found.closes_at, found.days) == (NOW + timedelta(days=10), 30)
    assert (late.mode, late.origin, late.section) == (CLOSED, Origin.AGE, section)
    assert for_section(section, settings=CommentSettings()).days == 30
