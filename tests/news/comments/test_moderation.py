from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cms.outbox.models import Mail, OutboxEntry
from news.comments import moderation, readers
from news.comments.models import (
    CommentDecision,
    CommentSettings,
    CommentState,
    HoldPolicy,
    ReaderComment,
)
from news.comments.moderation import By, ConsentMissing, NotPossible, StateChanged
from news.consent import recording
from news.consent.append_only import AppendOnlyError
from news.consent.models import ConsentEvent, EventKind, Method
from tests.factories import make_admin
from tests.news.comments.conftest import NOW, MakeComment

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)
RULE = By(rule="test")


def decisions(comment: ReaderComment) -> list[tuple[str, str, str]]:
    rows = CommentDecision.objects.filter(comment=comment).order_by("pk")
    return [(row.old_state, row.new_state, row.rule) for row in rows]


def consent(comment: ReaderComment) -> list[str]:
    events = ConsentEvent.objects.for_comment(comment.pk).in_order()
    return list(events.values_list("kind", flat=True))


def test_guest_comment_waits_for_its_writer(make_comment: MakeComment) -> None:
    comment = make_comment("unconfirmed", email="jo@example.org")

    assert consent(comment) == ["given"]
    assert decisions(comment) == []
    [mail] = Mail.objects.all()
    assert mail.to == "jo@example.org"
    assert "Guter Text." not in mail.text
    assert "Jo Beispiel" not in mail.text


def test_confirmed_comment_waits_for_a_moderator(
    make_comment: MakeComment, site_settings: CommentSettings
) -> None:
    comment = make_comment("pending")

    assert consent(comment) == ["given", "confirmed"]
    assert decisions(comment) == [("unconfirmed", "pending", "confirmed_by_mail")]
    assert not readers.confirm(comment, settings=site_settings, now=LATER)


def test_nothing_is_held_if_the_site_says_so(
    make_comment: MakeComment, site_settings: CommentSettings
) -> None:
    site_settings.hold_policy = HoldPolicy.NONE
    comment = make_comment("unconfirmed")

    readers.confirm(comment, settings=site_settings, now=LATER)

    assert comment.state == CommentState.PUBLISHED
    assert decisions(comment)[-1] == ("pending", "published", "nothing_held")


def test_site_may_go_without_confirmation(
    article: Any, text: Any, site_settings: CommentSettings
) -> None:
    site_settings.confirms_by_email = False
    new = readers.Submission(article, None, "Jo", "jo@example.org", "Text", text, "d", "article:1")

    comment = readers.submit(new, settings=site_settings, now=NOW)

    assert comment and comment.state == CommentState.PENDING
    assert "/manage/" in Mail.objects.get().text


def test_same_form_is_stored_once(make_comment: MakeComment, article: Any, text: Any) -> None:
    first = make_comment("unconfirmed", ticket_digest="d")
    again = readers.Submission(article, None, "Jo", first.email, "x", text, "d", "article:1")

    assert readers.submit(again, settings=CommentSettings(), now=LATER) is None
    assert ReaderComment.objects.count() == 1
    assert Mail.objects.count() == 1
    assert consent(first) == ["given"]


@pytest.mark.parametrize(
    ("start", "verb", "end"),
    [
        ("pending", moderation.approve, "published"),
        ("pending", moderation.reject, "rejected"),
        ("pending", moderation.mark_spam, "spam"),
        ("published", moderation.hide, "hidden"),
        ("published", moderation.mark_spam, "spam"),
    ],
)
def test_moderator_decides(
    make_comment: MakeComment, start: str, verb: Callable[..., None], end: str
) -> None:
    comment = make_comment(start)
    moderator = make_admin()
    before = CommentDecision.objects.count()

    verb(comment, By(actor=moderator, reason="insult", note="Ton"), now=LATER)

    comment.refresh_from_db()
    assert comment.state == end
    assert CommentDecision.objects.count() == before + 1
    last = CommentDecision.objects.order_by("-pk")[0]
    assert (last.old_state, last.new_state, last.actor, last.reason, last.note, last.at) == (
        start,
        end,
        moderator,
        "insult",
        "Ton",
        LATER,
    )


@pytest.mark.parametrize(
    ("start", "verb"),
    [
        ("unconfirmed", moderation.approve),
        ("unconfirmed", moderation.reject),
        ("unconfirmed", moderation.mark_spam),
        ("published", moderation.approve),
        ("published", moderation.reject),
        ("pending", moderation.hide),
    ],
)
def test_some_ways_do_not_exist(
    make_comment: MakeComment, start: str, verb: Callable[..., None]
) -> None:
    comment = make_comment(start)
    before = decisions(comment)

    with pytest.raises(NotPossible):
        verb(comment, RULE, now=LATER)

    comment.refresh_from_db()
    assert (comment.state, decisions(comment)) == (start, before)


def test_second_of_two_moderators_is_told(make_comment: MakeComment) -> None:
    comment = make_comment("pending")
    seen_by_other = ReaderComment.objects.get(pk=comment.pk)
    moderation.approve(comment, RULE, now=LATER)
    before = decisions(comment)

    with pytest.raises(StateChanged):
        moderation.reject(seen_by_other, RULE, now=LATER)

    assert decisions(comment) == before
    comment.refresh_from_db()
    assert comment.state == CommentState.PUBLISHED


def test_withdrawing_empties_and_ends_consent(make_comment: MakeComment) -> None:
    comment = make_comment()

    assert readers.withdraw(comment, now=LATER)
    assert not readers.withdraw(comment, now=LATER)

    comment.refresh_from_db()
    assert (comment.name, comment.email, comment.text, comment.state) == ("", "", "", "withdrawn")
    assert consent(comment) == ["given", "confirmed", "withdrawn"]
    assert decisions(comment)[-1] == ("published", "withdrawn", "reader")


def test_withdrawal_wins_over_a_stale_sight(make_comment: MakeComment) -> None:
    comment = make_comment("pending")
    seen_by_reader = ReaderComment.objects.get(pk=comment.pk)
    moderation.approve(comment, RULE, now=LATER)

    assert readers.withdraw(seen_by_reader, now=LATER)
    with pytest.raises(StateChanged):
        moderation.hide(comment, RULE, now=LATER)


def test_comment_without_standing_consent_is_not_published(make_comment: MakeComment) -> None:
    comment = make_comment("pending")
    recording.follow(EventKind.WITHDRAWN, comment_id=comment.pk, method=Method.STAFF, now=LATER)

    with pytest.raises(ConsentMissing):
        moderation.approve(comment, RULE, now=LATER)

    comment.refresh_from_db()
    assert comment.state == CommentState.PENDING


def test_undo_publishes_nothing_whose_consent_has_ended(make_comment: MakeComment) -> None:
    comment = make_comment("published")
    batch = uuid4()
    moderation.hide(comment, By(reason="insult", batch=batch), now=LATER)
    recording.follow(EventKind.EXPIRED, comment_id=comment.pk, method=Method.STAFF, now=LATER)

    with pytest.raises(ConsentMissing):
        moderation.undo(comment, RULE, batch=batch, now=LATER)

    comment.refresh_from_db()
    assert comment.state == CommentState.HIDDEN


def test_database_refuses_what_was_not_confirmed(make_comment: MakeComment) -> None:
    comment = make_comment("unconfirmed")

    with pytest.raises(IntegrityError), transaction.atomic():
        ReaderComment.objects.filter(pk=comment.pk).update(state="published", published_at=NOW)


def test_every_change_drops_the_cached_page(make_comment: MakeComment) -> None:
    comment = make_comment("pending")
    OutboxEntry.objects.all().delete()

    moderation.approve(comment, RULE, now=LATER)

    dropped = OutboxEntry.objects.values_list("kind", "payload__tags")
    assert list(dropped) == [("invalidate", [f"comments:{comment.article_id}"])]


def test_decisions_are_never_changed(make_comment: MakeComment) -> None:
    make_comment("pending")
    decision = CommentDecision.objects.get()

    with pytest.raises(AppendOnlyError):
        decision.save()
    with pytest.raises(AppendOnlyError):
        decision.delete()


def test_deleted_article_takes_its_comments_along(make_comment: MakeComment, article: Any) -> None:
    root = make_comment()
    make_comment(parent=root)

    article.delete()

    assert (ReaderComment.objects.count(), CommentDecision.objects.count()) == (0, 0)
    assert ConsentEvent.objects.filter(kind="given").count() == 2


VERBS = ["confirm", "approve", "reject", "mark_spam", "hide", "withdraw"]


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(st.tuples(st.sampled_from(VERBS), st.booleans()), max_size=8))
def test_no_way_leads_around_consent(
    make_comment: MakeComment, site_settings: CommentSettings, steps: list[tuple[str, bool]]
) -> None:
    comment = make_comment("unconfirmed")
    stale = ReaderComment.objects.get(pk=comment.pk)
    for minute, (name, from_stale) in enumerate(steps, 1):
        target = stale if from_stale else ReaderComment.objects.get(pk=comment.pk)
        now = LATER + timedelta(minutes=minute)
        try:
            if name == "confirm":
                readers.confirm(target, settings=site_settings, now=now)
            elif name == "withdraw":
                readers.withdraw(target, now=now)
            else:
                getattr(moderation, name)(target, RULE, now=now)
        except (NotPossible, StateChanged):
            pass

    comment.refresh_from_db()
    events, path = consent(comment), decisions(comment)
    states = ["unconfirmed", *(new for _, new, _ in path)]
    assert states[-1] == comment.state
    assert [old for old, _, _ in path] == states[:-1]
    if "published" in states:
        assert "confirmed" in events
    if "withdrawn" in states:
        assert (comment.state, comment.text) == ("withdrawn", "")
        assert events[-1] == "withdrawn"


def test_text_may_be_changed_for_fifteen_minutes(make_comment: MakeComment) -> None:
    comment = make_comment("pending")
    end = comment.submitted_at + timedelta(minutes=15)

    readers.edit(comment, "Anders.", settings=CommentSettings(), now=end - timedelta(seconds=1))

    comment.refresh_from_db()
    assert (comment.text, comment.edits, comment.state) == ("Anders.", 1, "pending")
    assert comment.edited_at == end - timedelta(seconds=1)
    with pytest.raises(NotPossible):
        readers.edit(comment, "Noch einmal.", settings=CommentSettings(), now=end)


def test_change_after_approval_goes_back_to_moderation(make_comment: MakeComment) -> None:
    comment = make_comment("published")

    readers.edit(
        comment,
        "Anders.",
        settings=CommentSettings(),
        now=comment.submitted_at + timedelta(minutes=1),
    )

    last = comment.decisions.last()
    assert comment.state == "pending"
    assert last and (last.old_state, last.new_state, last.rule) == (
        "published",
        "pending",
        "edited",
    )


def test_answered_text_stays(make_comment: MakeComment) -> None:
    comment = make_comment("published")
    reply = make_comment("pending", parent=comment)
    soon = comment.submitted_at + timedelta(minutes=1)

    with pytest.raises(NotPossible):
        readers.edit(comment, "Anders.", settings=CommentSettings(), now=soon)
    readers.withdraw(reply, now=soon)
    readers.edit(comment, "Anders.", settings=CommentSettings(), now=soon)


@pytest.mark.parametrize("state", ["rejected", "spam", "withdrawn"])
def test_decided_text_stays(make_comment: MakeComment, state: str) -> None:
    comment = make_comment("pending")
    soon = comment.submitted_at + timedelta(minutes=1)
    if state == "withdrawn":
        readers.withdraw(comment, now=soon)
    else:
        verb = {"rejected": moderation.reject, "spam": moderation.mark_spam}[state]
        verb(comment, By(rule="test"), now=soon)

    with pytest.raises(NotPossible):
        readers.edit(comment, "Anders.", settings=CommentSettings(), now=soon)


def test_nobody_approves_a_text_they_have_not_seen(make_comment: MakeComment) -> None:
    comment = make_comment("pending")
    seen = ReaderComment.objects.get(pk=comment.pk)
    readers.edit(comment, "Ganz anders.", settings=CommentSettings(), now=comment.submitted_at)

    with pytest.raises(StateChanged):
        moderation.approve(seen, By(rule="test"), now=NOW)


def test_picked_comment_is_marked_and_logged(make_comment: MakeComment) -> None:
    comment = make_comment("published")

    moderation.pick(comment, By(rule="test"), now=NOW)
    assert ReaderComment.objects.get().is_picked
    moderation.unpick(comment, By(rule="test"), now=NOW)

    assert not ReaderComment.objects.get().is_picked
    with pytest.raises(NotPossible):
        moderation.pick(make_comment("pending"), By(rule="test"), now=NOW)
