"""Everything held about one reader: shown, or erased."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from cms.outbox.models import Mail
from news.comments import devices, moderation, readers
from news.comments.models import (
    AccessLink,
    AccessRequest,
    Complaint,
    LegalNotice,
    ReaderComment,
    RememberedDevice,
    ReplySubscription,
)
from news.consent import canonical, subjects
from news.consent.models import ConsentEvent, ConsentText, Method

Record = dict[str, Any]


def export(address: str) -> Record:
    """Return comments with their decisions and earlier texts, the consent record, cases, mails."""
    references = subjects.references(address)
    comments = ReaderComment.objects.for_subjects(references).select_related("article")
    events = ConsentEvent.objects.for_subjects(references).in_order()
    return {
        "comments": [
            _comment(comment)
            for comment in comments.prefetch_related(
                "decisions", "revisions", "legal_holds"
            ).order_by("submitted_at", "pk")
        ],
        "consent": [_event(event) for event in events.select_related("text", "seal")],
        "replies": [
            {
                "comment": wish.comment_id,
                "asked_at": wish.created_at,
                "confirmed_at": wish.confirmed_at,
            }
            for wish in ReplySubscription.objects.filter(comment__subject__in=references)
        ],
        "devices": [
            {"name": device.name, "from": device.created_at, "until": device.expires_at}
            for device in RememberedDevice.objects.filter(subject__in=references)
        ],
        "notices": [_notice(notice) for notice in notices_of(address).order_by("at", "pk")],
        "complaints": [
            _complaint(complaint)
            for complaint in complaints_of(address)
            .select_related("notice__comment", "decision__comment")
            .order_by("at", "pk")
        ],
        "mails": [
            {"subject": mail.subject, "written_at": mail.created_at, "state": mail.state}
            for mail in Mail.objects.filter(to__iexact=address.strip())
        ],
    }


def _comment(comment: ReaderComment) -> Record:
    return {
        "id": comment.pk,
        "article": comment.article.title,
        "address": comment.article.full_url,
        "name": comment.name,
        "email": comment.email,
        "text": comment.text,
        "state": comment.state,
        "state_label": str(comment.get_state_display()),
        "submitted_at": comment.submitted_at,
        "published_at": comment.published_at,
        "decisions": [
            {
                "from": decision.old_state,
                "to": decision.new_state,
                "to_label": str(decision.get_new_state_display()),
                "by": "moderator" if decision.actor_id else decision.rule,
                "reason": decision.reason,
                "reason_label": str(decision.get_reason_display()) if decision.reason else "",
                "at": decision.at,
            }
            for decision in comment.decisions.all()
        ],
        "earlier_texts": [
            {
                "text": revision.text,
                "until": revision.at,
                "cause": revision.cause,
                "cause_label": str(revision.get_cause_display()),
            }
            for revision in comment.revisions.all()
        ],
        # That there is a copy and how long; why is a matter of those who keep it.
        "copies_kept_until": [
            hold.until for hold in comment.legal_holds.all() if hold.ended_at is None
        ],
    }


def notices_of(address: str) -> QuerySet[LegalNotice]:
    """Return the legal notices that were sent in under an address."""
    return LegalNotice.objects.filter(email__iexact=address.strip())


def complaints_of(address: str) -> QuerySet[Complaint]:
    """Return objections to decisions about the comments or the notices of an address."""
    references = subjects.references(address)
    return Complaint.objects.filter(
        Q(decision__comment__subject__in=references) | Q(notice__email__iexact=address.strip())
    )


def _notice(notice: LegalNotice) -> Record:
    return {
        "reference": notice.reference,
        "address": notice.url,
        "ground": notice.ground,
        "ground_label": str(notice.get_ground_display()),
        "explanation": notice.explanation,
        "name": notice.name,
        "email": notice.email,
        "at": notice.at,
    } | _decided(notice)


def _complaint(complaint: Complaint) -> Record:
    comment = complaint.comment
    return {
        "about": complaint.notice.reference if complaint.notice else "",
        "comment": comment.pk if comment and not complaint.notice else None,
        "text": complaint.text,
        "at": complaint.at,
    } | _decided(complaint)


def _decided(case: LegalNotice | Complaint) -> Record:
    return {
        "state": case.state,
        "state_label": str(case.get_state_display()),
        "answer": case.answer,
        "decided_at": case.decided_at,
    }


def count_cases(address: str) -> int:
    """Return how many notices and complaints stay when a reader is erased."""
    return notices_of(address).count() + complaints_of(address).count()


def _event(event: ConsentEvent) -> Record:
    seal = getattr(event, "seal", None)
    return {
        "id": str(event.pk),
        "kind": event.kind,
        "kind_label": str(event.get_kind_display()),
        "at": event.at,
        "purpose": event.purpose,
        "purpose_label": str(event.get_purpose_display()),
        "method": event.method,
        "method_label": str(event.get_method_display()),
        "surface": event.surface,
        "comment": event.comment_id,
        "evidence": event.evidence,
        "text": _text(event.text) if event.text else None,
        "position": seal.position if seal else None,
        "digest_holds": event.person_digest
        == canonical.fields_digest(event, canonical.PERSON_FIELDS),
    }


def _text(text: ConsentText) -> Record:
    names = ("language", "version", "label", "notice", "privacy_label", "privacy_url", "sha256")
    return {name: getattr(text, name) for name in names}


def erase(address: str, *, now: datetime, method: Method = Method.STAFF) -> int:
    """Withdraw every comment of the reader, forget devices and mails; the proof stays.

    Legal notices and complaints stay too, until retention empties them: the law wants them kept.
    Returns how many comments were emptied; a second call finds none.
    """
    references = subjects.references(address)
    by = moderation.By(rule="erasure")
    emptied = sum(
        readers.withdraw(comment, now=now, method=method, by=by)
        for comment in ReaderComment.objects.for_subjects(references)
    )
    with transaction.atomic():
        for device in RememberedDevice.objects.filter(subject__in=references):
            devices.forget(device, method=method, now=now)
    for held in (AccessRequest, AccessLink):
        held.objects.filter(address__iexact=address.strip()).delete()
    Mail.objects.filter(to__iexact=address.strip()).delete()
    return emptied
