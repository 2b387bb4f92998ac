"""Legal notices and complaints: received, confirmed, decided, and the answer sent."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext_lazy

from cms.outbox.mail import put_mail
from news.comments import alerts, permissions, statements
from news.comments.models import (
    CaseState,
    CommentDecision,
    Complaint,
    LegalNotice,
    ReaderComment,
)

_SUBJECTS = {
    "notice_received": gettext_lazy("Your notice has arrived"),
    "notice_decided": gettext_lazy("We have decided about your notice"),
    "complaint_decided": gettext_lazy("We have decided about your objection"),
}
# Without letters and digits that are taken for one another.
_SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


class AlreadyDecided(Exception):
    """Somebody else was faster."""


class NotYours(Exception):
    """A complaint is decided by somebody else than the decision it is about."""


@dataclass(frozen=True, slots=True)
class Received:
    """A notice form that passed its checks."""

    comment: ReaderComment | None
    url: str
    ground: str
    explanation: str
    name: str
    email: str
    language: str


def receive(received: Received, *, now: datetime) -> LegalNotice:
    """Store a notice, confirm its receipt, and tell the moderators at once."""
    with transaction.atomic():
        notice: LegalNotice = LegalNotice.objects.create(
            reference=_reference(now),
            comment=received.comment,
            url=received.url,
            ground=received.ground,
            explanation=received.explanation,
            name=received.name,
            email=received.email,
            language=received.language,
            at=now,
        )
        _mail(notice.email, notice.language, "notice_received", {"notice": notice})
        article = received.comment.article if received.comment else None
        alerts.send("notice", article=article, reference=notice.reference)
    return notice


def decide_notice(
    notice: LegalNotice, state: CaseState, *, answer: str, actor: Any, now: datetime
) -> None:
    """Grant or refuse a notice and tell who sent it, with the way to object.

    Raises:
        AlreadyDecided: it is not open any more.
    """
    with transaction.atomic():
        _close(LegalNotice, notice, state, answer, actor, now)
        with translation.override(notice.language):
            complain_url = statements.complaint_url("notice", notice.pk)
        context = {
            "notice": notice,
            "is_granted": state == CaseState.UPHELD,
            "complain_url": complain_url,
            "complain_until": now + statements.COMPLAIN_FOR,
        }
        _mail(notice.email, notice.language, "notice_decided", context)


def about(kind: str, pk: int, *, now: datetime) -> CommentDecision | LegalNotice | None:
    """Return what a complaint's address objects to, if it is not too late."""
    since = now - statements.COMPLAIN_FOR
    if kind == "decision":
        decisions = CommentDecision.objects.select_related("comment__article")
        return decisions.filter(pk=pk, at__gte=since).first()
    notices = LegalNotice.objects.select_related("comment__article")
    return notices.filter(pk=pk, decided_at__gte=since).first()


def existing(decided: CommentDecision | LegalNotice) -> Complaint | None:
    """Return the complaint that was made; there is only one."""
    return Complaint.objects.filter(**_about(decided)).first()


def complain(decided: CommentDecision | LegalNotice, text: str, *, now: datetime) -> Complaint:
    """Store the one objection to a decision; a second one returns the first."""
    try:
        with transaction.atomic():
            complaint: Complaint = Complaint.objects.create(**_about(decided), text=text, at=now)
            comment = complaint.comment
            article = comment.article if comment else None
            alerts.send("complaint", article=article, reference=f"#{complaint.pk}")
        return complaint
    except IntegrityError:
        found = existing(decided)
        if found is None:
            raise
        return found


def decide_complaint(
    complaint: Complaint, state: CaseState, *, answer: str, actor: Any, now: datetime
) -> None:
    """Answer a complaint; changing the comment itself is a decision of its own.

    Raises:
        NotYours: the actor made the decision, and somebody else could answer.
        AlreadyDecided: it is not open any more.
    """
    if not may_decide(complaint, actor):
        raise NotYours
    with transaction.atomic():
        _close(Complaint, complaint, state, answer, actor, now)
        email, language = _complainant(complaint)
        context = {"complaint": complaint, "is_granted": state == CaseState.UPHELD}
        _mail(email, language, "complaint_decided", context)


def may_decide(complaint: Complaint, actor: Any) -> bool:
    """Whether the actor did not make the decision, or nobody else could answer."""
    first = complaint.decision.actor_id if complaint.decision else None
    if complaint.notice:
        first = complaint.notice.decided_by_id
    return first != actor.pk or not _others(complaint, actor)


def _others(complaint: Complaint, actor: Any) -> bool:
    comment = complaint.comment
    users = get_user_model().objects.filter(is_active=True).exclude(pk=actor.pk)
    return any(
        permissions.may_moderate_article(user, comment.article)
        if comment
        else permissions.may_moderate_everything(user)
        for user in users
    )


def _close(
    model: type[LegalNotice] | type[Complaint],
    case: LegalNotice | Complaint,
    state: CaseState,
    answer: str,
    actor: Any,
    now: datetime,
) -> None:
    fields = {"state": state, "answer": answer, "decided_by": actor, "decided_at": now}
    if not model.objects.filter(pk=case.pk, state=CaseState.OPEN).update(**fields):
        raise AlreadyDecided
    for name, value in fields.items():
        setattr(case, name, value)


def _about(decided: CommentDecision | LegalNotice) -> dict[str, Any]:
    return {"decision" if isinstance(decided, CommentDecision) else "notice": decided}


def _complainant(complaint: Complaint) -> tuple[str, str]:
    if complaint.notice:
        return complaint.notice.email, complaint.notice.language
    assert complaint.decision
    comment = complaint.decision.comment
    return comment.email, comment.language


def _reference(now: datetime) -> str:
    return f"{now:%Y}-" + "".join(secrets.choice(_SIGNS) for _ in range(8))


def _mail(email: str, language: str, name: str, context: dict[str, Any]) -> None:
    if not email:
        return
    with translation.override(language):
        put_mail(
            to=email,
            subject=str(_SUBJECTS[name]),
            text=render_to_string(f"reader_comments/mail/{name}.txt", context),
        )
