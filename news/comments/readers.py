"""What readers do with their comments: send, confirm, change, withdraw.

Each act and its consent are one transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from news.comments import (
    checks,
    devices,
    holding,
    ledger,
    mails,
    policy,
    replies,
    roles,
    standings,
)
from news.comments.checks import Doubt
from news.comments.models import (
    CommentRevision,
    CommentSettings,
    CommentState,
    HoldKind,
    HoldPolicy,
    ReaderComment,
    Reason,
    RememberedDevice,
    ReplySubscription,
    RevisionCause,
    Role,
)
from news.comments.moderation import By, NotPossible, StateChanged, approve, move, reject
from news.comments.standings import Level
from news.consent import recording, subjects
from news.consent.models import ConsentText, EventKind, Method, Purpose
from news.models import ArticlePage

S = CommentState
EDITABLE = frozenset({S.UNCONFIRMED, S.PENDING, S.PUBLISHED})
EDIT_FOR = timedelta(minutes=15)
# What a withdrawal leaves of a comment.
EMPTY = {"name": "", "email": "", "text": "", "text_digest": "", "is_picked": False}


@dataclass(frozen=True, slots=True)
class Submission:
    """A form that passed all checks."""

    article: ArticlePage
    parent: ReaderComment | None
    name: str
    email: str
    text: str
    consent_text: ConsentText
    ticket_digest: str
    surface: str
    # The reply that is answered, where it is not the head of its thread.
    answers: ReaderComment | None = None
    doubts: Sequence[Doubt] = ()
    # The texts of the wishes whose boxes were ticked.
    reply_text: ConsentText | None = None
    device_text: ConsentText | None = None
    device_token: str = ""
    # A device confirmed for this address, which stands for the mail.
    device: RememberedDevice | None = None


def submit(
    submission: Submission, *, settings: CommentSettings, now: datetime
) -> ReaderComment | None:
    """Store a comment with its consent; None if the same form was stored before."""
    try:
        with transaction.atomic():
            return _store(submission, settings, now)
    except IntegrityError:
        if ReaderComment.objects.filter(ticket_digest=submission.ticket_digest).exists():
            return None
        raise


def _store(new: Submission, settings: CommentSettings, now: datetime) -> ReaderComment:
    comment: ReaderComment = ReaderComment.objects.create(
        article=new.article,
        parent=new.parent,
        answers=new.answers,
        name=new.name,
        email=new.email,
        text=new.text,
        language=new.consent_text.language,
        submitted_at=now,
        ticket_digest=new.ticket_digest,
        text_digest=checks.text_digest(new.text),
        subject=subjects.reference(new.email),
        consent_text=new.consent_text,
    )
    for doubt in new.doubts:
        holding.note(comment, doubt.kind, doubt.detail)
    holding.check(comment, settings)
    for text in filter(None, [new.consent_text, new.reply_text, new.device_text]):
        recording.give(
            text,
            address=new.email,
            comment_id=comment.pk,
            surface=new.surface,
            evidence={"box_before": "empty", "box_after": "ticked", "ticket": new.ticket_digest},
            now=now,
        )
    if new.reply_text:
        replies.subscribe(comment, now=now)
    if new.device_text:
        devices.remember(comment, new.device_token, now=now)
        if new.device:
            devices.replace(new.device, now=now)
    if new.device:
        _enter_by_device(comment, settings=settings, now=now)
    elif settings.confirms_by_email:
        mails.ask_for_confirmation(comment, now=now)
    else:
        has_wishes = bool(new.reply_text or new.device_text)
        mails.send_manage_link(comment, has_wishes=has_wishes, now=now)
        _enter(comment, By(rule="no_confirmation"), settings=settings, now=now)
    return comment


def _enter_by_device(comment: ReaderComment, *, settings: CommentSettings, now: datetime) -> None:
    """The device was confirmed for this address by mail: that stands for another mail."""
    mails.send_manage_link(comment, has_wishes=False, now=now)
    role = roles.of_writer(comment)
    _enter(comment, By(rule="remembered_device"), settings=settings, now=now, role=role)
    _grant_wishes(comment, now)
    recording.follow(EventKind.CONFIRMED, comment_id=comment.pk, method=Method.DEVICE, now=now)


def open_wishes(comment: ReaderComment) -> list[str]:
    """Return the purposes that were asked for with a comment and wait for the link in the mail."""
    subscription = replies.of_comment(comment)
    asked = comment.devices.filter(confirmed_at=None).exists()
    return [
        *([Purpose.REPLY_MAIL.value] if subscription and not subscription.confirmed_at else []),
        *([Purpose.REMEMBER_DEVICE.value] if asked else []),
    ]


def confirm(
    comment: ReaderComment,
    *,
    settings: CommentSettings,
    now: datetime,
    with_wishes: bool = True,
) -> bool:
    """Confirm by the link in the mail, with or without what else was asked for.

    False if there was nothing left to confirm.
    """
    if comment.state == S.WITHDRAWN:
        return False
    with transaction.atomic():
        wishes = open_wishes(comment)
        purposes = set(wishes) if with_wishes else set()
        if comment.state == S.UNCONFIRMED:
            # Only who reads the mail has shown that the address is theirs.
            role = roles.of_writer(comment)
            _enter(comment, By(rule="confirmed_by_mail"), settings=settings, now=now, role=role)
            purposes.add(Purpose.PUBLISH)
        elif not wishes:
            return False
        if with_wishes:
            _grant_wishes(comment, now)
        else:
            _refuse_wishes(comment, wishes, now)
        recording.follow(
            EventKind.CONFIRMED,
            comment_id=comment.pk,
            method=Method.MAIL_LINK,
            purposes=purposes,
            now=now,
        )
    return True


def _grant_wishes(comment: ReaderComment, now: datetime) -> None:
    ReplySubscription.objects.filter(comment=comment, confirmed_at=None).update(confirmed_at=now)
    comment.devices.filter(confirmed_at=None).update(confirmed_at=now)


def _refuse_wishes(comment: ReaderComment, wishes: Sequence[str], now: datetime) -> None:
    recording.follow(
        EventKind.REFUSED,
        comment_id=comment.pk,
        method=Method.MAIL_LINK,
        purposes=wishes,
        now=now,
    )
    ReplySubscription.objects.filter(comment=comment, confirmed_at=None).delete()
    comment.devices.filter(confirmed_at=None).delete()


def _enter(
    comment: ReaderComment,
    by: By,
    *,
    settings: CommentSettings,
    now: datetime,
    role: Role = Role.READER,
) -> None:
    """Put the comment into the queue, or publish it where nothing is held."""
    move(comment, S.PENDING, {S.UNCONFIRMED}, by, now, confirmed_at=now, role=role)
    standing = standings.of(comment.subject, settings=settings, now=now)
    is_confirmed = by.rule in standings.CONFIRMING_RULES
    if standing.level == Level.BANNED:
        rule = By(rule="banned", reason=Reason.BANNED, tells=is_confirmed, is_automated=True)
        reject(comment, rule, now=now)
        return
    if not policy.effective(comment.article, settings=settings, now=now).is_open:
        holding.note(comment, HoldKind.CLOSED)
    is_trusted = is_confirmed and standing.level == Level.TRUSTED
    if settings.hold_policy == HoldPolicy.FIRST and not is_trusted:
        is_lost = standing.level == Level.DISTRUSTED
        holding.note(comment, HoldKind.DISTRUST if is_lost else HoldKind.FIRST)
    if settings.hold_policy != HoldPolicy.ALL and not comment.holds.exists():
        approve(comment, By(rule="nothing_held", is_automated=True), now=now)


def may_edit(comment: ReaderComment, *, now: datetime) -> bool:
    """Whether the writer may still change the text: soon after, and before anybody answers."""
    if comment.state not in EDITABLE or now >= comment.submitted_at + EDIT_FOR:
        return False
    return not comment.replies.exclude(state=S.WITHDRAWN).exists()


def edit(comment: ReaderComment, text: str, *, settings: CommentSettings, now: datetime) -> None:
    """Replace the text; what was approved before waits for a moderator again.

    Raises:
        NotPossible: too late, answered, or not in a state that allows it.
    """
    if not may_edit(comment, now=now):
        raise NotPossible("edit")
    if text == comment.text:
        return
    state = S.UNCONFIRMED if comment.state == S.UNCONFIRMED else S.PENDING
    changes = {
        "text": text,
        "text_digest": checks.text_digest(text),
        "edits": comment.edits + 1,
        "edited_at": now,
        "is_picked": False,
        "is_cut": False,
    }
    with transaction.atomic():
        CommentRevision.objects.create(
            comment=comment,
            cause=RevisionCause.EDITED,
            text=comment.text,
            was_cut=comment.is_cut,
            at=now,
        )
        if comment.state == S.PUBLISHED:
            holding.note(comment, HoldKind.EDITED)
        move(comment, state, EDITABLE, By(rule="edited"), now, **changes)
        holding.check_again(comment, settings)


def withdraw(
    comment: ReaderComment,
    *,
    now: datetime,
    method: Method = Method.MAIL_LINK,
    by: By | None = None,
) -> bool:
    """End consent and empty text, name and address; False if that happened before.

    Mail about replies ends with it. Whatever moderators do meanwhile, the reader's word is the
    last, and it is written into the ledger that outlives the database.
    """
    while True:
        comment.refresh_from_db()
        if comment.state == S.WITHDRAWN:
            return False
        try:
            with transaction.atomic():
                by = by or By(rule="reader")
                states = frozenset(S) - {S.WITHDRAWN}
                move(comment, S.WITHDRAWN, states, by, now, **EMPTY)
                comment.revisions.all().delete()
                comment.holds.all().delete()
                recording.follow(
                    EventKind.WITHDRAWN,
                    comment_id=comment.pk,
                    method=method,
                    purposes={Purpose.PUBLISH, Purpose.REPLY_MAIL},
                    now=now,
                )
                ReplySubscription.objects.filter(comment=comment).delete()
                ledger.note(comment, ledger.COMMENT, now=now)
            return True
        except StateChanged:
            continue
