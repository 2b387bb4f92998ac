from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db.models import ProtectedError
from django.test import Client
from django.urls import reverse

from news.comments import keeping, moderation, notices
from news.comments.models import (
    CaseState,
    CommentDecision,
    Complaint,
    LegalHold,
    LegalNotice,
    ReaderComment,
)
from news.comments.moderation import By
from news.comments.notices import Received
from news.models import ArticlePage
from tests.factories import make_admin, make_article, make_user
from tests.news.comments.conftest import MakeComment

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)


def keep_as_evidence(comment: ReaderComment) -> None:
    until = date(NOW.year + 1, 12, 31)
    moderation.put_on_hold(comment, By(note="Az. 1"), until=until, now=NOW)


def tell_the_writer(comment: ReaderComment) -> CommentDecision:
    moderation.hide(comment, By(reason="insult", tells=True), now=NOW)
    decision = comment.decisions.order_by("pk").last()
    assert decision
    return decision


def object_to_it(comment: ReaderComment) -> None:
    notices.complain(tell_the_writer(comment), "Das war höflich.", now=NOW)


def send_a_notice(comment: ReaderComment) -> None:
    received = Received(comment, "https://example.org/", "insult", "Lüge", "Eva", "", "de")
    notices.receive(received, now=NOW)


REASONS: dict[Callable[[ReaderComment], Any], str] = {
    keep_as_evidence: "1 Kommentar ist als Beweis aufbewahrt",
    tell_the_writer: "gegen 1 Entscheidung ist noch eine Beschwerde möglich",
    object_to_it: "1 Beschwerde ist aktenkundig",
    send_a_notice: "1 Rechtsmeldung ist offen",
}


@pytest.mark.parametrize("happens", REASONS)
@pytest.mark.parametrize("way", ["article", "section", "bulk"])
def test_article_outlives_the_wish_to_delete_it(
    client: Client,
    make_comment: MakeComment,
    article: ArticlePage,
    happens: Callable[[ReaderComment], Any],
    way: str,
) -> None:
    happens(make_comment())
    client.force_login(make_admin())
    page = article.get_parent() if way == "section" else article
    url = reverse("wagtailadmin_pages:delete", args=[page.pk])
    if way == "bulk":
        url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "delete"])
        url += f"?id={page.pk}&next=/admin/"

    shown = client.post(url, follow=True).content.decode()

    assert REASONS[happens] in shown
    assert ArticlePage.objects.filter(pk=article.pk).exists()
    assert (reverse("wagtailadmin_pages:unpublish", args=[page.pk]) in shown) == (way != "bulk")
    with pytest.raises(ProtectedError):
        ArticlePage.objects.get(pk=article.pk).delete()


def test_what_is_settled_lets_the_article_go(
    client: Client, make_comment: MakeComment, article: ArticlePage
) -> None:
    long_ago = NOW - timedelta(days=400)
    told, disputed = make_comment(now=long_ago), make_comment(now=long_ago)
    moderation.hide(told, By(reason="insult", tells=True), now=long_ago)
    moderation.hide(disputed, By(reason="insult", tells=True), now=long_ago)
    decision = disputed.decisions.order_by("pk").last()
    assert decision
    complaint = notices.complain(decision, "Doch.", now=long_ago)
    notices.decide_complaint(
        complaint, CaseState.REFUSED, answer="Nein.", actor=make_user("eva"), now=long_ago
    )
    kept = keeping.of([article], now=NOW)
    assert (kept.complaints, kept.contestable) == (1, 0)
    Complaint.objects.update(text="")  # as retention does after a year
    client.force_login(make_admin())

    client.post(reverse("wagtailadmin_pages:delete", args=[article.pk]))

    assert not ArticlePage.objects.filter(pk=article.pk).exists()
    assert not ReaderComment.objects.exists()


def test_last_day_is_known_unless_something_is_open(
    make_comment: MakeComment, article: ArticlePage
) -> None:
    decided = tell_the_writer(make_comment())
    half_a_year = (decided.at + timedelta(days=183)).date()
    assert abs((keeping.of([article], now=NOW).until - half_a_year).days) <= 1  # type: ignore[operator]

    keep_as_evidence(make_comment())
    assert keeping.of([article], now=NOW).until == date(NOW.year + 1, 12, 31)

    send_a_notice(make_comment())
    assert keeping.of([article], now=NOW).until is None
    LegalNotice.objects.update(state=CaseState.REFUSED)
    LegalHold.objects.update(ended_at=NOW)
    assert keeping.of([article], now=NOW + timedelta(days=184)).until is None
    assert not keeping.of([article], now=NOW + timedelta(days=184))


def test_nothing_is_said_about_other_articles(
    make_comment: MakeComment, article: ArticlePage
) -> None:
    other = make_article("Etwas anderes")
    object_to_it(make_comment())

    assert not keeping.of([other], now=NOW)
    other.delete()
