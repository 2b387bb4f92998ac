"""What is deleted or emptied, and when."""

from datetime import datetime, timedelta

from django.db import transaction

from news.comments.models import CommentState, ReaderComment
from news.consent import recording
from news.consent.models import EventKind, Method

KEEP_UNCONFIRMED = timedelta(hours=48)
KEEP_SPAM = timedelta(days=14)
KEEP_REJECTED = timedelta(days=90)
KEEP_ADDRESS = timedelta(days=365)


def retain(now: datetime) -> dict[str, int]:
    """Apply every rule; return how many rows each of them touched."""
    kept = {
        CommentState.UNCONFIRMED: KEEP_UNCONFIRMED,
        CommentState.SPAM: KEEP_SPAM,
        CommentState.REJECTED: KEEP_REJECTED,
    }
    counts = {state.value: _delete(state, now - age, now) for state, age in kept.items()}
    counts["address"] = (
        ReaderComment.objects.filter(submitted_at__lt=now - KEEP_ADDRESS)
        .exclude(email="")
        .update(email="")
    )
    return counts


def _delete(state: CommentState, before: datetime, now: datetime) -> int:
    """Delete old comments in `state`, except those that replies hang on."""
    old = ReaderComment.objects.filter(state=state, submitted_at__lt=before, replies=None)
    return sum(_expire(comment, now) for comment in old)


def _expire(comment: ReaderComment, now: datetime) -> bool:
    with transaction.atomic():
        # The state again: it may have been confirmed or published this moment.
        mine = ReaderComment.objects.filter(pk=comment.pk, state=comment.state)
        if not mine.select_for_update().exists():
            return False
        recording.follow(
            EventKind.EXPIRED, comment_id=comment.pk, method=Method.RETENTION, now=now
        )
        recording.forget_comment(comment.pk)
        comment.delete()
        return True
