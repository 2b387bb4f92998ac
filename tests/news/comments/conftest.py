from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache

from news.comments import tickets
from news.comments.models import CommentSettings, CommentState, ReaderComment
from news.comments.moderation import By, approve
from news.comments.readers import Submission, confirm, submit
from news.consent import defaults
from news.consent.models import ConsentText
from news.models import ArticlePage
from tests.factories import make_article

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
MakeComment = Callable[..., ReaderComment]
_numbers = iter(range(1, 10**9))


@pytest.fixture(autouse=True)
def own_world(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    cache.clear()


@pytest.fixture
def article(db: None) -> ArticlePage:
    return make_article("Die Mieten steigen", published_at=NOW - timedelta(days=1))


@pytest.fixture
def text(db: None) -> ConsentText:
    defaults.create_missing(ConsentText)
    return ConsentText.objects.get(purpose="publish", language="de", version=1)


@pytest.fixture
def site_settings(db: None) -> CommentSettings:
    return CommentSettings()


@pytest.fixture
def make_comment(
    article: ArticlePage, text: ConsentText, site_settings: CommentSettings
) -> MakeComment:
    """Make a comment in a state, the way it comes there in life."""

    def make(state: str = CommentState.PUBLISHED, **fields: Any) -> ReaderComment:
        number = next(_numbers)
        values = {
            "article": article,
            "parent": None,
            "name": "Jo Beispiel",
            "email": f"jo{number}@example.org",
            "text": "Guter Text.",
            "consent_text": text,
            "ticket_digest": f"{number:064x}",
            "surface": "article:1 form:1",
        } | fields
        now = values.pop("now", NOW + timedelta(minutes=number))
        comment = submit(Submission(**values), settings=site_settings, now=now)
        assert comment
        if state != CommentState.UNCONFIRMED:
            confirm(comment, settings=site_settings, now=now + timedelta(seconds=1))
        if state == CommentState.PUBLISHED:
            approve(comment, By(rule="test"), now=now + timedelta(seconds=2))
        assert comment.state == state
        return comment

    return make


@pytest.fixture
def form_data(article: ArticlePage, text: ConsentText) -> dict[str, Any]:
    """What a reader sends who read for a minute; against the real clock, as views have it."""
    issued = datetime.now(UTC) - timedelta(minutes=1)
    ticket = tickets.issue(article_id=article.pk, text_id=text.pk, language="de", now=issued)
    return {
        "text": "Guter Text.",
        "name": "Jo Beispiel",
        "email": "jo@example.org",
        "consent": "1",
        "homepage": "",
        "ticket": ticket,
        "parent": "",
    }


@pytest.fixture
def with_optional_texts(article: ArticlePage, text: ConsentText) -> dict[str, Any]:
    """A ticket of a form that shows the optional boxes too."""
    optional = ConsentText.objects.filter(language="de", is_required=False)
    ticket = tickets.issue(
        article_id=article.pk,
        text_id=text.pk,
        language="de",
        optional_ids=optional.values_list("pk", flat=True),
        now=datetime.now(UTC) - timedelta(minutes=1),
    )
    return {"ticket": ticket}
