"""Verbs of the desk: cut, keep, evidence, statements of reasons."""

import re
from datetime import date, timedelta
from uuid import uuid4

import pytest

from cms.outbox.models import Mail
from news.comments import moderation, readers, retention, threads
from news.comments.models import CannedText, CommentReport, LegalHold, ReaderComment
from news.comments.moderation import By, NotPossible
from tests.factories import make_user
from tests.news.comments.conftest import NOW as SENT
from tests.news.comments.conftest import MakeComment

pytestmark = pytest.mark.django_db
NOW = SENT + timedelta(days=10)  # when all of them are written


def fresh(comment: ReaderComment) -> ReaderComment:
    return ReaderComment.objects.get(pk=comment.pk)


def test_cut_is_visible_kept_and_taken_back(make_comment: MakeComment) -> None:
    comment = make_comment("published", text="Gut. Sie Lump. Ende.")
    batch = uuid4()

    moderation.cut(comment, "Gut. [[Sie Lump.]] Ende.", By(reason="insult", batch=batch), now=NOW)

    shown = fresh(comment)
    assert (shown.text, shown.is_cut, shown.state) == ("Gut. […] Ende.", True, "published")
    assert [row.text for row in shown.revisions.all()] == ["Gut. Sie Lump. Ende."]
    assert shown.decisions.last().rule == "cut"

    moderation.undo(shown, By(rule="undo"), batch=batch, now=NOW)
    assert (fresh(comment).text, fresh(comment).is_cut) == ("Gut. Sie Lump. Ende.", False)


def test_withdrawing_takes_earlier_texts_too(make_comment: MakeComment) -> None:
    comment = make_comment("published", text="Gut. Sie Lump. Ende.")
    moderation.cut(comment, "Gut. [[Sie Lump.]] Ende.", By(), now=NOW)

    readers.withdraw(fresh(comment), now=NOW)

    assert not fresh(comment).revisions.exists()


def test_keeping_a_reported_comment_settles_its_reports(make_comment: MakeComment) -> None:
    comment = make_comment("published")
    CommentReport.objects.create(comment=comment, reason="insult", at=NOW)
    assert ReaderComment.objects.to_do().get() == comment

    moderation.keep(comment, By(actor=make_user()), now=NOW)

    assert not ReaderComment.objects.to_do().exists()
    assert comment.reports.get().settled_at == NOW
    CommentReport.objects.create(comment=comment, reason="hate", at=NOW)
    assert ReaderComment.objects.to_do().get() == comment


def test_evidence_is_hidden_kept_and_emptied_after_its_day(make_comment: MakeComment) -> None:
    comment = make_comment("published", text="Strafbarer Text", email="jo@example.org")
    until = date(2026, 12, 24)
    by = By(actor=make_user(), note="Az. 12 Js 3/26")
    hold = moderation.put_on_hold(comment, by, until=until, now=NOW)
    assert fresh(comment).state == "hidden"
    with pytest.raises(NotPossible):
        moderation.approve(fresh(comment), By(), now=NOW)
    with pytest.raises(NotPossible):
        moderation.put_on_hold(fresh(comment), by, until=until, now=NOW)

    # The reader's word counts everywhere but in the copy.
    readers.withdraw(fresh(comment), now=NOW)
    assert (fresh(comment).text, LegalHold.objects.get().text) == ("", "Strafbarer Text")

    later = NOW + timedelta(days=30)
    assert retention.retain(later)["legal_holds"] == 0
    assert retention.retain(later + timedelta(days=60))["legal_holds"] == 1
    assert retention.retain(later + timedelta(days=60))["legal_holds"] == 0
    hold.refresh_from_db()
    assert (hold.name, hold.email, hold.text, hold.ended_at is not None) == ("", "", "", True)


@pytest.mark.parametrize("state", ["rejected", "spam"])
def test_evidence_outlives_retention(make_comment: MakeComment, state: str) -> None:
    comment = make_comment("pending", email="jo@example.org")
    verb = moderation.reject if state == "rejected" else moderation.mark_spam
    verb(comment, By(), now=NOW)
    moderation.put_on_hold(comment, By(note="x"), until=date(2028, 1, 1), now=NOW)

    retention.retain(NOW + timedelta(days=400))
    assert fresh(comment).email == "jo@example.org"

    moderation.end_hold(comment.legal_holds.get(), By(), now=NOW)
    retention.retain(NOW + timedelta(days=400))
    assert not ReaderComment.objects.exists()


def test_the_writer_is_told_why_and_how_to_object(make_comment: MakeComment) -> None:
    comment = make_comment("pending", email="jo@example.org", text="<b>Mein Text</b>")
    CannedText.objects.create(reason="insult", language="de", text="Bitte ohne Angriffe.")

    moderation.reject(comment, By(actor=make_user(), reason="insult", tells=True), now=NOW)

    told = Mail.objects.get(subject="Ihr Kommentar wurde nicht veröffentlicht")
    assert told.to == "jo@example.org"
    assert "Beleidigung" in told.text and "Bitte ohne Angriffe." in told.text
    assert re.search(r"/kommentare?n?/complain/\S+|/complain/\S+", told.text)
    assert "Mein Text" not in told.text
    assert comment.decisions.last().text_sent == "Bitte ohne Angriffe."


def test_nobody_is_told_without_being_asked_to_or_without_address(
    make_comment: MakeComment,
) -> None:
    before = Mail.objects.count()
    comment = make_comment("pending")
    mails = Mail.objects.count()
    moderation.reject(comment, By(reason="insult"), now=NOW)
    assert Mail.objects.count() == mails > before

    other = make_comment("pending")
    ReaderComment.objects.filter(pk=other.pk).update(email="")
    mails = Mail.objects.count()
    moderation.reject(fresh(other), By(reason="insult", tells=True), now=NOW)
    assert Mail.objects.count() == mails
    assert fresh(other).decisions.last().text_sent == ""


def test_closing_a_thread_holds_what_waits_and_says_so(make_comment: MakeComment) -> None:
    waiting, shown = make_comment("pending"), make_comment("published")

    threads.close(waiting.article, user=make_user())
    threads.close(waiting.article, user=None)

    assert [hold.kind for hold in fresh(waiting).why_held] == ["closed"]
    assert fresh(shown).why_held == []
