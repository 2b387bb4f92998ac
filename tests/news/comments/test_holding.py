import pytest

from news.comments import readers, threads
from news.comments.models import CommentSettings, CommentState, HoldPolicy, ReaderComment
from news.models import ArticlePage
from tests.factories import make_admin
from tests.news.comments.conftest import MakeComment

pytestmark = pytest.mark.django_db


@pytest.fixture
def site_settings(db: None) -> CommentSettings:
    return CommentSettings(hold_policy=HoldPolicy.NONE, held_words="*hund\nwucher")


def held(comment: ReaderComment) -> list[tuple[str, str]]:
    return list(comment.holds.order_by("pk").values_list("kind", "detail"))


def enter(make_comment: MakeComment, state: CommentState, text: str) -> list[tuple[str, str]]:
    comment = make_comment("unconfirmed", text=text)
    settings = CommentSettings(hold_policy=HoldPolicy.NONE)
    readers.confirm(comment, settings=settings, now=comment.submitted_at)
    assert comment.state == state
    return held(comment)


def test_what_nothing_speaks_against_appears(make_comment: MakeComment) -> None:
    assert enter(make_comment, CommentState.PUBLISHED, "Guter Text.") == []


def test_words_and_links_hold(make_comment: MakeComment) -> None:
    text = "Schweinehund! Siehe https://example.org und www.example.com"
    assert enter(make_comment, CommentState.PENDING, text) == [("word", "*hund"), ("link", "2")]


def test_change_is_checked_anew(make_comment: MakeComment, site_settings: CommentSettings) -> None:
    comment = make_comment("unconfirmed", text="Wucher")
    now = comment.submitted_at
    assert held(comment) == [("word", "wucher")]

    readers.edit(comment, "Guter Text.", settings=site_settings, now=now)
    assert held(comment) == []
    readers.confirm(comment, settings=site_settings, now=now)
    assert comment.state == CommentState.PUBLISHED
    readers.edit(comment, "www.example.org", settings=site_settings, now=now)

    assert comment.state == CommentState.PENDING
    assert held(comment) == [("edited", ""), ("link", "1")]


def test_closing_holds_what_is_confirmed_later(
    article: ArticlePage, make_comment: MakeComment, site_settings: CommentSettings
) -> None:
    comment = make_comment("unconfirmed")
    article.title = "Entwurf"
    article.save_revision()

    threads.close(article, user=make_admin())
    comment = ReaderComment.objects.get()
    readers.confirm(comment, settings=site_settings, now=comment.submitted_at)

    assert (comment.state, held(comment)) == ("pending", [("closed", "")])
    article = ArticlePage.objects.get()
    assert (article.comment_mode, article.title) == ("closed", "Die Mieten steigen")
    assert article.get_latest_revision_as_object().comment_mode == "closed"
