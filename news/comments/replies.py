"""Mail about replies: asked for with a comment, confirmed by mail, ended by one click."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from cms.outbox.queue import Payload, put
from news.comments import ledger, mails
from news.comments.models import CommentState, ReaderComment, ReplyNotice, ReplySubscription
from news.consent import recording
from news.consent.models import EventKind, Method, Purpose

KIND = "comments.replies"


def subscribe(comment: ReaderComment, *, now: datetime) -> ReplySubscription:
    """Store the wish; it sends nothing before it is confirmed."""
    found: ReplySubscription = ReplySubscription.objects.create(
        comment=comment, address=comment.email, created_at=now, active_at=now
    )
    return found


def of_comment(comment: ReaderComment) -> ReplySubscription | None:
    return ReplySubscription.objects.filter(comment=comment).first()


def end(subscription: ReplySubscription, *, method: Method, now: datetime) -> None:
    """Withdraw the consent and delete the wish. Call it in a transaction."""
    recording.follow(
        EventKind.WITHDRAWN,
        comment_id=subscription.comment_id,
        method=method,
        purposes={Purpose.REPLY_MAIL},
        now=now,
    )
    ledger.note(subscription.comment, ledger.REPLIES, now=now)
    subscription.delete()


def announce(comment: ReaderComment) -> None:
    """Have the writers told whom a comment answers, once it can be read."""
    if comment.parent_id:
        put(KIND, {"comment": comment.pk}, key=str(comment.pk))


def tell(payload: Payload) -> None:
    """Write a mail to everybody who asked and was not told of this reply yet."""
    reply = (
        ReaderComment.objects.filter(pk=payload["comment"], state=CommentState.PUBLISHED)
        .select_related("article")
        .first()
    )
    if reply is None:
        return
    now = timezone.now()
    asked = ReplySubscription.objects.filter(
        Q(comment=reply.parent_id) | Q(comment=reply.answers_id), confirmed_at__isnull=False
    )
    told: set[str] = {reply.subject}
    for subscription in asked.select_related("comment"):
        if subscription.comment.subject not in told:
            told.add(subscription.comment.subject)
            _tell(subscription, reply, now)


def _tell(subscription: ReplySubscription, reply: ReaderComment, now: datetime) -> None:
    try:
        with transaction.atomic():
            ReplyNotice.objects.create(subscription=subscription, reply=reply, at=now)
            mails.tell_of_reply(subscription, reply, now=now)
            ReplySubscription.objects.filter(pk=subscription.pk).update(active_at=now)
    except IntegrityError:
        return  # told before, or the wish ended this moment
