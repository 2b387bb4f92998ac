"""What moderators and rules do with a comment, and the one step by which its state changes.

Every change is a conditional update from the state its caller saw: of two moderators at the
same time one succeeds and the other is told. Every change writes a decision and drops the
article's cached page.
"""

import uuid
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import transaction

from cms.page_cache.tags import invalidate
from news.comments import cuts, replies, statements
from news.comments.models import (
    CommentDecision,
    CommentReport,
    CommentRevision,
    CommentState,
    LegalHold,
    ReaderComment,
    Reason,
    RevisionCause,
)
from news.consent import recording

S = CommentState
APPROVABLE = frozenset({S.PENDING, S.REJECTED, S.SPAM, S.HIDDEN})
REJECTABLE = frozenset({S.PENDING, S.SPAM, S.HIDDEN})
SPAMMABLE = frozenset({S.PENDING, S.PUBLISHED, S.REJECTED, S.HIDDEN})
HIDEABLE = frozenset({S.PUBLISHED})
PICKABLE = frozenset({S.PUBLISHED})
KEEPABLE = frozenset({S.PUBLISHED})
CUTTABLE = frozenset({S.PENDING, S.PUBLISHED})


class StateChanged(Exception):
    """The comment is no longer in the state that the caller saw."""


class NotPossible(Exception):
    """This verb does not lead anywhere from the comment's state."""


class ConsentMissing(Exception):
    """No consent stands for publishing this comment."""


@dataclass(frozen=True, slots=True)
class By:
    """Who decides, why, and what the writer is told: a moderator, or a rule of the program."""

    actor: Any = None
    rule: str = ""
    reason: str = ""
    note: str = ""
    # The law or rule that was broken; empty means the rules of the discussion.
    ground: str = ""
    # Whether the writer gets a statement of reasons, and in which words; empty takes the canned.
    tells: bool = False
    text: str = ""
    is_automated: bool = False
    batch: uuid.UUID | None = None


def approve(comment: ReaderComment, by: By, *, now: datetime) -> None:
    with transaction.atomic():
        published_at = comment.published_at or now
        if is_evidence(comment):
            raise NotPossible("kept as evidence")
        move(comment, S.PUBLISHED, APPROVABLE, by, now, published_at=published_at)
        # The row is locked now: a withdrawal has either been seen or comes after us.
        if not recording.allows_publishing(comment.pk, confirmed=False):
            raise ConsentMissing


def reject(comment: ReaderComment, by: By, *, now: datetime) -> None:
    move(comment, S.REJECTED, REJECTABLE, by, now)


def mark_spam(comment: ReaderComment, by: By, *, now: datetime) -> None:
    move(comment, S.SPAM, SPAMMABLE, by, now)


def hide(comment: ReaderComment, by: By, *, now: datetime) -> None:
    """Take a published comment off the page; it can be published again."""
    move(comment, S.HIDDEN, HIDEABLE, by, now)


def keep(comment: ReaderComment, by: By, *, now: datetime) -> None:
    """Let a published comment stand that readers reported; their reports are settled."""
    move(comment, S.PUBLISHED, KEEPABLE, replace(by, rule="kept"), now)


def cut(comment: ReaderComment, marked: str, by: By, *, now: datetime) -> None:
    """Take out the bracketed passages, visibly; the text as it was is kept.

    Raises:
        Reworded, NothingCut: see `cuts.cut`.
    """
    text = cuts.cut(comment.text, marked)
    by = replace(by, rule="cut")
    with transaction.atomic():
        CommentRevision.objects.create(
            comment=comment,
            cause=RevisionCause.CUT,
            text=comment.text,
            was_cut=comment.is_cut,
            batch=by.batch,
            at=now,
        )
        changes = {"text": text, "is_cut": True, "edits": comment.edits + 1}
        move(comment, S(comment.state), CUTTABLE, by, now, **changes)


def put_on_hold(comment: ReaderComment, by: By, *, until: date, now: datetime) -> LegalHold:
    """Keep a copy of the comment as evidence, and take it off the page.

    Raises:
        NotPossible: it is kept already, or the reader has withdrawn it.
    """
    if comment.state in (S.UNCONFIRMED, S.WITHDRAWN) or is_evidence(comment):
        raise NotPossible("hold")
    with transaction.atomic():
        hold = LegalHold.objects.create(
            comment=comment,
            name=comment.name,
            email=comment.email,
            text=comment.text,
            reason=by.note,
            until=until,
            actor=by.actor,
            at=now,
        )
        by = replace(by, rule="legal_hold", reason=Reason.LEGAL_HOLD)
        state = S.HIDDEN if comment.state == S.PUBLISHED else S(comment.state)
        move(comment, state, set(S), by, now)
    return hold


def end_hold(hold: LegalHold, by: By, *, now: datetime) -> bool:
    """Keep the evidence no longer and empty the copy; False if that happened before."""
    with transaction.atomic():
        mine = LegalHold.objects.filter(pk=hold.pk, ended_at=None)
        if not mine.update(ended_at=now, name="", email="", text=""):
            return False
        comment = ReaderComment.objects.select_for_update().get(pk=hold.comment_id)
        by = replace(by, rule="legal_hold_ended")
        move(comment, S(comment.state), set(S), by, now)
    return True


def is_evidence(comment: ReaderComment) -> bool:
    return LegalHold.objects.filter(comment=comment, ended_at=None).exists()


def undo(comment: ReaderComment, by: By, *, batch: uuid.UUID, now: datetime) -> None:
    """Take back a decision, if it is still the last word about the comment.

    Raises:
        NotPossible: something was decided after it, or the reader withdrew.
    """
    with transaction.atomic():
        last = comment.decisions.order_by("pk").last()
        if last is None or last.batch != batch or last.new_state != comment.state:
            raise NotPossible("undo")
        if last.old_state == S.PUBLISHED and not recording.allows_publishing(
            comment.pk, confirmed=False
        ):
            raise ConsentMissing
        if last.old_state == S.PUBLISHED and is_evidence(comment):
            raise NotPossible("kept as evidence")
        move(comment, S(last.old_state), {S(last.new_state)}, by, now, **_before(comment, batch))


def _before(comment: ReaderComment, batch: uuid.UUID) -> dict[str, Any]:
    """Return the text that a cut of this batch replaced."""
    revision = comment.revisions.filter(cause=RevisionCause.CUT, batch=batch).last()
    if revision is None:
        return {}
    return {"text": revision.text, "is_cut": revision.was_cut, "edits": comment.edits + 1}


def pick(comment: ReaderComment, by: By, *, now: datetime) -> None:
    """Mark a published comment as worth reading."""
    move(comment, S.PUBLISHED, PICKABLE, by, now, is_picked=True)


def unpick(comment: ReaderComment, by: By, *, now: datetime) -> None:
    move(comment, S.PUBLISHED, PICKABLE, by, now, is_picked=False)


def move(
    comment: ReaderComment,
    new_state: CommentState,
    possible_from: frozenset[CommentState] | set[CommentState],
    by: By,
    now: datetime,
    **fields: Any,
) -> None:
    """Change the state, and with it `fields`, if nobody changed it since it was read.

    Raises:
        NotPossible: the state is not one of `possible_from`.
        StateChanged: somebody else was faster.
    """
    old_state = comment.state
    if old_state not in possible_from:
        raise NotPossible(f"{old_state} -> {new_state}")
    with transaction.atomic():
        seen = ReaderComment.objects.filter(pk=comment.pk, state=old_state, edits=comment.edits)
        changed = seen.update(state=new_state, **fields)
        if changed != 1:
            raise StateChanged
        tells = by.tells and bool(comment.email)
        decision = CommentDecision.objects.create(
            comment=comment,
            old_state=old_state,
            new_state=new_state,
            actor=by.actor,
            rule=by.rule,
            reason=by.reason,
            note=by.note,
            ground=by.ground,
            text_sent=(by.text or statements.canned(by.reason, comment.language)) if tells else "",
            is_automated=by.is_automated,
            batch=by.batch,
            at=now,
        )
        if tells:
            statements.send(comment, decision, to=comment.email)
        if new_state != S.PUBLISHED or by.rule == "kept":
            CommentReport.objects.filter(comment=comment, settled_at=None).update(settled_at=now)
        invalidate(f"comments:{comment.article_id}")
        if new_state == S.PUBLISHED:
            replies.announce(comment)
    for name, value in {"state": new_state, **fields}.items():
        setattr(comment, name, value)
