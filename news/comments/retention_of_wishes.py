"""How long wishes, links, proofs and mails are kept."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from cms.outbox import delivery
from cms.outbox.models import Mail, MailState
from news.comments.models import (
    AccessLink,
    AccessRequest,
    CommentState,
    ReaderComment,
    RecordAccess,
    RememberedDevice,
    ReplySubscription,
)
from news.comments.retention_rule import Rows, Rule
from news.consent import recording
from news.consent.models import EventKind, Method, Purpose

DELETED, EMPTIED = _("deleted"), _("emptied")
YEAR = timedelta(days=365)


def _subscriptions(before: datetime) -> Rows:
    return ReplySubscription.objects.filter(active_at__lt=before)


def _unconfirmed_subscriptions(before: datetime) -> Rows:
    return ReplySubscription.objects.filter(confirmed_at=None, created_at__lt=before)


def _unconfirmed_devices(before: datetime) -> Rows:
    return RememberedDevice.objects.filter(confirmed_at=None, created_at__lt=before)


def _devices(now: datetime) -> Rows:
    return RememberedDevice.objects.filter(expires_at__lte=now)


def _links(before: datetime) -> Rows:
    return AccessLink.objects.filter(created_at__lt=before)


def _requests(before: datetime) -> Rows:
    return AccessRequest.objects.filter(at__lt=before)


def _accesses(before: datetime) -> Rows:
    return RecordAccess.objects.filter(at__lt=before)


def _mails(before: datetime) -> Rows:
    return Mail.objects.filter(created_at__lt=before).exclude(state=MailState.WAITING)


def _proofs(before: datetime) -> Rows:
    """Withdrawn comments whose last act lies in a year before that of `before`."""
    start = before.replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
    rows = ReaderComment.objects.filter(state=CommentState.WITHDRAWN).exclude(subject="")
    return rows.exclude(decisions__at__gte=start)


def _counters(before: datetime) -> Rows:
    return AccessLink.objects.none()


def _delete(rows: Rows, now: datetime) -> int:
    return rows.delete()[0]


def _expire_subscriptions(rows: Rows, now: datetime) -> int:
    return sum(_expire(row, Purpose.REPLY_MAIL, now) for row in rows)


def _expire_devices(rows: Rows, now: datetime) -> int:
    return sum(_expire(row, Purpose.REMEMBER_DEVICE, now) for row in rows)


@transaction.atomic
def _expire(row: ReplySubscription | RememberedDevice, purpose: Purpose, now: datetime) -> int:
    recording.follow(
        EventKind.EXPIRED,
        comment_id=row.comment_id,
        method=Method.RETENTION,
        purposes={purpose},
        now=now,
    )
    row.delete()
    return 1


def _forget_proofs(rows: Rows, now: datetime) -> int:
    return sum(_forget(row.pk, now) for row in rows)


@transaction.atomic
def _forget(comment_id: int, now: datetime) -> int:
    recording.follow(EventKind.EXPIRED, comment_id=comment_id, method=Method.RETENTION, now=now)
    recording.forget_comment(comment_id)
    return ReaderComment.objects.filter(pk=comment_id).update(subject="")


def _purge_outbox(rows: Rows, now: datetime) -> int:
    count = rows.count()
    delivery.purge(now)
    return count


def _nothing(rows: Rows, now: datetime) -> int:
    return 0


RULES = [
    Rule(
        "wishes_unconfirmed",
        _("Wishes for mail about replies that nobody confirmed"),
        DELETED,
        timedelta(hours=48),
        _unconfirmed_subscriptions,
        _expire_subscriptions,
    ),
    Rule(
        "devices_unconfirmed",
        _("Devices to be remembered that nobody confirmed"),
        DELETED,
        timedelta(hours=48),
        _unconfirmed_devices,
        _expire_devices,
    ),
    Rule(
        "subscriptions",
        _("Addresses for mail about replies, after the last answer"),
        DELETED,
        YEAR,
        _subscriptions,
        _expire_subscriptions,
    ),
    Rule(
        "devices",
        _("Remembered devices, 30 days after the reader's wish"),
        DELETED,
        timedelta(0),
        _devices,
        _expire_devices,
    ),
    Rule("links", _("Links to readers' own pages"), DELETED, timedelta(days=1), _links, _delete),
    Rule(
        "requests",
        _("Requests for such links that could not be answered"),
        DELETED,
        timedelta(days=1),
        _requests,
        _delete,
    ),
    Rule(
        "proofs",
        _("Proof of consent after its withdrawal, to the end of the third year"),
        EMPTIED,
        3 * YEAR,
        _proofs,
        _forget_proofs,
    ),
    Rule(
        "accesses",
        _("Log of who looked up a person"),
        DELETED,
        3 * YEAR,
        _accesses,
        _delete,
    ),
    Rule("mails", _("Sent mails"), DELETED, delivery.KEEP_MAIL, _mails, _purge_outbox),
    Rule(
        "counters",
        _("Counters of how much is sent, in Redis, without addresses"),
        _("ends by itself"),
        timedelta(days=1),
        _counters,
        _nothing,
    ),
]
