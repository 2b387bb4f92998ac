"""Signed tickets: a form proves which text it showed, when, and is stored once.

A cached page shows many readers the same ticket. What must be unique is therefore ticket,
address and text together.
"""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from django.core.signing import BadSignature, Signer

from news.consent import subjects

MIN_AGE = timedelta(seconds=3)
MAX_AGE = timedelta(hours=24)
MAX_LENGTH = 800


class Refusal(StrEnum):
    FORGED = "forged"
    TOO_YOUNG = "too_young"
    TOO_OLD = "too_old"


class TicketRefused(Exception):
    """The ticket does not let this form in; `refusal` says why."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class Ticket:
    article_id: int
    text_id: int
    # Of the boxes that nobody has to tick.
    optional_ids: tuple[int, ...]
    language: str
    issued_at: datetime
    nonce: str

    def digest(self, *, email: str, text: str) -> str:
        """Return what is unique about this form as it was sent."""
        parts = "\0".join([self.nonce, subjects.normalise(email), text])
        return hashlib.sha256(parts.encode()).hexdigest()


def issue(
    *,
    article_id: int,
    text_id: int,
    language: str,
    now: datetime,
    optional_ids: Iterable[int] = (),
) -> str:
    moment, nonce = int(now.timestamp()), secrets.token_urlsafe(12)
    return _signer().sign_object([article_id, text_id, language, moment, nonce, *optional_ids])


def read(value: str, *, article_id: int, now: datetime) -> Ticket:
    """Return the ticket of a form sent for `article_id`.

    Raises:
        TicketRefused: it was not issued here for this article, or is too young or too old.
    """
    try:
        if len(value) > MAX_LENGTH:
            raise BadSignature
        article, text, language, issued, nonce, *optional = _signer().unsign_object(value)
    except (BadSignature, ValueError, TypeError):
        raise TicketRefused(Refusal.FORGED) from None
    issued_at = datetime.fromtimestamp(issued, UTC)
    ticket = Ticket(article, text, tuple(optional), language, issued_at, nonce)
    if ticket.article_id != article_id:
        raise TicketRefused(Refusal.FORGED)
    age = now - ticket.issued_at
    if age < MIN_AGE:
        raise TicketRefused(Refusal.TOO_YOUNG)
    if age > MAX_AGE:
        raise TicketRefused(Refusal.TOO_OLD)
    return ticket


def _signer() -> Signer:
    return Signer(salt="news.comments.ticket")
