"""What moderators and rules do with a comment, and the one step by which its state changes.

Every change is a conditional update from the state its caller saw: of two moderators at the
same time one succeeds and the other is told. Every change writes a decision and drops the
article's cached page.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from cms.page_cache.tags import invalidate
from news.comments.models import CommentDecision, CommentState, ReaderComment
from news.consent import recording

S = CommentState
APPROVABLE = frozenset({S.PENDING, S.REJECTED, S.SPAM, S.HIDDEN})
REJECTABLE = frozenset({S.PENDING, S.SPAM, S.HIDDEN})
SPAMMABLE = frozenset({S.PENDING, S.PUBLISHED, S.REJECTED, S.HIDDEN})
HIDEABLE = frozenset({S.PUBLISHED})
PICKABLE = frozenset({S.PUBLISHED})


class StateChanged(Exception):
    """The comment is no longer in the state that the caller saw."""


class NotPossible(Exception):
    """This verb does not lead anywhere from the comment's state."""


class ConsentMissing(Exception):
    """No consent stands for publishing this comment."""


@dataclass(frozen=True, slots=True)
class By:
    """Who decides, and why: a moderator, or a rule of the program."""

    actor: Any = None
    rule: str = ""
    reason: str = ""
    note: str = ""
    batch: uuid.UUID | None = None


def approve(comment: ReaderComment, by: By, *, now: datetime) -> None:
    with transaction.atomic():
        published_at = comment.published_at or now
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


def undo(comment: ReaderComment, by: By, *, batch: uuid.UUID, now: datetime) -> None:
    """Take back a decision, if it is still the last word about the comment.

    Raises:
        NotPossible: something was decided after it, or the reader withdrew.
    """
    with transaction.atomic():
        last = comment.decisions.last()
        if last is None or last.batch != batch or last.new_state != comment.state:
            raise NotPossible("undo")
        if last.old_state == S.PUBLISHED and not recording.allows_publishing(
            comment.pk, confirmed=False
        ):
            raise ConsentMissing
        move(comment, S(last.old_state), {S(last.new_state)}, by, now)


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
        CommentDecision.objects.create(
            comment=comment,
            old_state=old_state,
            new_state=new_state,
            actor=by.actor,
            rule=by.rule,
            reason=by.reason,
            note=by.note,
            batch=by.batch,
            at=now,
        )
        invalidate(f"page:{comment.article_id}")
    for name, value in {"state": new_state, **fields}.items():
        setattr(comment, name, value)
