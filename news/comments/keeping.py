"""What an article must stay for although nobody reads it: evidence, and what is in dispute.

Writers may object to a decision for half a year (DSA Art. 20), and whoever objected or sent a
legal notice is owed an answer: all that hangs on the comments, which go with their article.
Unpublishing takes everything off the site and keeps the record.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Max, Q, QuerySet
from django.utils import timezone
from wagtail.models import Page

from news.comments.models import (
    CaseState,
    CommentDecision,
    Complaint,
    LegalHold,
    LegalNotice,
    ReaderComment,
)
from news.comments.retention_of_cases import YEAR, unsettled_complaints
from news.comments.statements import COMPLAIN_FOR


@dataclass(frozen=True, slots=True)
class Kept:
    """How much there is of each kind, and the last day on which any of it is."""

    evidence: int
    complaints: int
    notices: int
    # Decisions that the writer was told of, and may still object to.
    contestable: int
    # None while something is open, whose end nobody knows.
    until: date | None

    def __bool__(self) -> bool:
        return any((self.evidence, self.complaints, self.notices, self.contestable))


def of(pages: Iterable[Page], *, now: datetime) -> Kept:
    """Return what is kept about the comments on these pages and all pages below them."""
    below = Q(pk__in=[])
    for page in pages:
        below |= Q(article__path__startswith=page.path)
    comments = ReaderComment.objects.filter(below).values("pk")
    evidence = LegalHold.objects.filter(comment__in=comments, ended_at=None)
    about = Q(decision__comment__in=comments) | Q(notice__comment__in=comments)
    complaints = unsettled_complaints().filter(about)
    notices = LegalNotice.objects.filter(comment__in=comments, state=CaseState.OPEN)
    told = CommentDecision.objects.filter(comment__in=comments).exclude(text_sent="")
    contestable = told.filter(at__gte=now - COMPLAIN_FOR, complaint=None)
    is_open = notices.exists() or complaints.filter(state=CaseState.OPEN).exists()
    return Kept(
        evidence=evidence.count(),
        complaints=complaints.count(),
        notices=notices.count(),
        contestable=contestable.count(),
        until=None if is_open else _last_day(evidence, complaints, contestable),
    )


def _last_day(
    evidence: QuerySet[LegalHold],
    complaints: QuerySet[Complaint],
    contestable: QuerySet[CommentDecision],
) -> date | None:
    days = [
        evidence.aggregate(last=Max("until"))["last"],
        _day_after(complaints.aggregate(last=Max("decided_at"))["last"], YEAR),
        _day_after(contestable.aggregate(last=Max("at"))["last"], COMPLAIN_FOR),
    ]
    return max((day for day in days if day), default=None)


def _day_after(moment: datetime | None, time: timedelta) -> date | None:
    return timezone.localdate(moment + time) if moment else None
