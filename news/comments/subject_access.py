"""Everything held about one reader: shown, or erased."""

from datetime import datetime
from typing import Any

from cms.outbox.models import Mail
from news.comments import moderation, readers
from news.comments.models import ReaderComment
from news.consent import subjects
from news.consent.models import ConsentEvent, ConsentText, Method

Record = dict[str, Any]


def export(address: str) -> Record:
    """Return comments with their decisions, the consent record with its texts, and mails."""
    references = subjects.references(address)
    comments = ReaderComment.objects.for_subjects(references).select_related("article")
    events = ConsentEvent.objects.for_subjects(references).in_order().select_related("text")
    return {
        "comments": [_comment(comment) for comment in comments.prefetch_related("decisions")],
        "consent": [_event(event) for event in events],
        "mails": [
            {"subject": mail.subject, "written_at": mail.created_at, "state": mail.state}
            for mail in Mail.objects.filter(to__iexact=address.strip())
        ],
    }


def _comment(comment: ReaderComment) -> Record:
    return {
        "article": comment.article.title,
        "name": comment.name,
        "email": comment.email,
        "text": comment.text,
        "state": comment.state,
        "submitted_at": comment.submitted_at,
        "published_at": comment.published_at,
        "decisions": [
            {
                "from": decision.old_state,
                "to": decision.new_state,
                "by": "moderator" if decision.actor_id else decision.rule,
                "reason": decision.reason,
                "at": decision.at,
            }
            for decision in comment.decisions.all()
        ],
    }


def _event(event: ConsentEvent) -> Record:
    return {
        "kind": event.kind,
        "at": event.at,
        "purpose": event.purpose,
        "method": event.method,
        "surface": event.surface,
        "evidence": event.evidence,
        "text": _text(event.text) if event.text else None,
    }


def _text(text: ConsentText) -> Record:
    names = ("language", "version", "label", "notice", "privacy_label", "privacy_url", "sha256")
    return {name: getattr(text, name) for name in names}


def erase(address: str, *, now: datetime) -> int:
    """Withdraw every comment of the reader and delete mails; the pseudonymous proof stays.

    Returns how many comments were emptied; a second call finds none.
    """
    comments = ReaderComment.objects.for_subjects(subjects.references(address))
    by = moderation.By(rule="erasure")
    emptied = sum(
        readers.withdraw(comment, now=now, method=Method.STAFF, by=by) for comment in comments
    )
    Mail.objects.filter(to__iexact=address.strip()).delete()
    return emptied
