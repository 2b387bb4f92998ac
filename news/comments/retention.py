"""What is deleted or emptied, and when."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from news.comments import moderation, retention_of_cases, retention_of_wishes
from news.comments.models import (
    CommentDecision,
    CommentReport,
    CommentState,
    Complaint,
    LegalHold,
    ReaderComment,
    ReplySubscription,
)
from news.comments.moderation import By
from news.comments.readers import EMPTY
from news.comments.retention_rule import Rows, Rule
from news.comments.statements import COMPLAIN_FOR
from news.consent import recording
from news.consent.models import EventKind, Method


def retain(now: datetime) -> dict[str, int]:
    """Apply every rule; return how many rows each of them touched."""
    return {rule.name: rule.carry_out(rule.due(now), now) for rule in RULES}


def dry_run(now: datetime) -> list[tuple[Rule, int]]:
    """Return each rule with the number of rows it would touch now."""
    return [(rule, rule.due(now).count()) for rule in RULES]


def _in_state(state: CommentState, keep: timedelta) -> Callable[[datetime], Rows]:
    """Old comments in `state`, except evidence, what is disputed, and what replies hang on.

    Whoever was told why may object for months: until then there must be something to look at.
    What was emptied because its decision is still on the record has nothing left to delete.
    """

    def older_than(before: datetime) -> Rows:
        told = CommentDecision.objects.exclude(text_sent="")
        open_to_objection = told.filter(at__gte=before + keep - COMPLAIN_FOR)
        return (
            ReaderComment.objects.filter(state=state, submitted_at__lt=before, replies=None)
            .exclude(pk__in=_evidence())
            .exclude(pk__in=_disputed())
            .exclude(pk__in=open_to_objection.values("comment"))
            .exclude(name="", email="", text="", subject="")
        )

    return older_than


def _evidence() -> QuerySet[LegalHold]:
    return LegalHold.objects.filter(ended_at=None).values("comment")


def _disputed() -> Rows:
    """Comments whose complaint is still kept: it would go with them, or find no address."""
    complaints = retention_of_cases.unsettled_complaints().exclude(decision=None)
    return complaints.values("decision__comment")


def _with_address(before: datetime) -> Rows:
    comments = ReaderComment.objects.filter(submitted_at__lt=before).exclude(email="")
    return comments.exclude(pk__in=_evidence()).exclude(pk__in=_disputed())


def _ended_holds(before: datetime) -> Rows:
    return LegalHold.objects.filter(ended_at=None, until__lt=before.date())


def _end_holds(holds: Rows, now: datetime) -> int:
    by = By(rule="retention", is_automated=True)
    return sum(
        moderation.end_hold(row, by, now=now) for row in holds if isinstance(row, LegalHold)
    )


def _reports(before: datetime) -> Rows:
    return CommentReport.objects.filter(at__lt=before)


def _delete_comments(comments: Rows, now: datetime) -> int:
    return sum(_expire(row, now) for row in comments if isinstance(row, ReaderComment))


def _empty_addresses(comments: Rows, now: datetime) -> int:
    return ReaderComment.objects.filter(pk__in=[row.pk for row in comments]).update(email="")


def _delete_reports(reports: Rows, now: datetime) -> int:
    return reports.delete()[0]


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
        if Complaint.objects.filter(decision__comment=comment).exists():
            _empty(comment)
        else:
            comment.delete()
        return True


def _empty(comment: ReaderComment) -> None:
    """Leave the bare row: decision, complaint and answer hang on it, and they are kept longer."""
    ReaderComment.objects.filter(pk=comment.pk).update(subject="", **EMPTY)
    for about_it in (
        comment.revisions,
        comment.holds,
        comment.links,
        comment.notes,
        comment.reports,
        comment.devices,
    ):
        about_it.all().delete()
    ReplySubscription.objects.filter(comment=comment).delete()


DELETED = _("deleted")
DELETED_OR_EMPTIED = _("deleted, not before the time to object is over; emptied after a complaint")
UNCONFIRMED, SPAM, REJECTED = timedelta(hours=48), timedelta(days=14), timedelta(days=90)
RULES = [
    Rule(
        "unconfirmed",
        _("Comments that nobody confirmed"),
        DELETED,
        UNCONFIRMED,
        _in_state(CommentState.UNCONFIRMED, UNCONFIRMED),
        _delete_comments,
    ),
    Rule(
        "spam",
        _("Comments marked as spam"),
        DELETED_OR_EMPTIED,
        SPAM,
        _in_state(CommentState.SPAM, SPAM),
        _delete_comments,
    ),
    Rule(
        "rejected",
        _("Rejected comments"),
        DELETED_OR_EMPTIED,
        REJECTED,
        _in_state(CommentState.REJECTED, REJECTED),
        _delete_comments,
    ),
    Rule(
        "address",
        _("E-mail addresses of comments"),
        _("emptied"),
        timedelta(days=365),
        _with_address,
        _empty_addresses,
    ),
    Rule(
        "reports",
        _("Reports by readers"),
        DELETED,
        timedelta(days=90),
        _reports,
        _delete_reports,
    ),
    Rule(
        "legal_holds",
        _("Copies of comments kept as evidence, after the day that was set"),
        _("emptied"),
        timedelta(0),
        _ended_holds,
        _end_holds,
    ),
    *retention_of_wishes.RULES,
    *retention_of_cases.RULES,
]
