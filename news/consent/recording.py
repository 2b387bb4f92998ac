"""The acts of a person about a text, each appended as one event.

Call these in the transaction of what the act causes.
"""

import secrets
import threading
import uuid
from collections.abc import Collection
from datetime import datetime
from typing import Any

from news.consent import canonical, subjects
from news.consent.models import ConsentEvent, ConsentText, EventKind, Method, Purpose

Evidence = dict[str, Any]


def give(
    text: ConsentText,
    *,
    address: str,
    comment_id: int | None,
    surface: str,
    evidence: Evidence,
    now: datetime,
) -> ConsentEvent:
    """Record that a person ticked the box beside `text`."""
    return _append(
        kind=EventKind.GIVEN,
        at=now,
        purpose=text.purpose,
        text=text,
        language=text.language,
        method=Method.FORM,
        surface=surface,
        subject=subjects.reference(address),
        comment_id=comment_id,
        evidence=evidence,
    )


def follow(
    kind: EventKind,
    *,
    comment_id: int,
    method: Method,
    now: datetime,
    purposes: Collection[str] = Purpose.values,
    surface: str = "",
    evidence: Evidence | None = None,
) -> list[ConsentEvent]:
    """Append `kind` to the last act of every one of `purposes` given for a comment.

    What already ended (withdrawn, expired) is left alone, so it can be called twice.
    """
    return [
        _append(
            kind=kind,
            at=now,
            purpose=last.purpose,
            text=last.text,
            language=last.language,
            method=method,
            surface=surface,
            subject=last.subject,
            comment_id=comment_id,
            evidence=evidence or {},
        )
        for last in _standing(comment_id)
        if last.kind != kind and last.purpose in purposes
    ]


def import_without_evidence(
    *, address: str, comment_id: int, surface: str, now: datetime
) -> ConsentEvent:
    """Record that a comment came from elsewhere and nobody knows what was agreed to."""
    return _append(
        kind=EventKind.IMPORTED,
        at=now,
        purpose=Purpose.PUBLISH,
        text=None,
        language="",
        method=Method.IMPORT,
        surface=surface,
        subject=subjects.reference(address) if address else "",
        comment_id=comment_id,
        evidence={},
    )


def allows_publishing(comment_id: int, *, confirmed: bool) -> bool:
    """Whether consent stands; `confirmed` asks for the confirmation by mail as well."""
    kinds = {EventKind.CONFIRMED, EventKind.IMPORTED}
    if not confirmed:
        kinds.add(EventKind.GIVEN)
    return any(
        last.purpose == Purpose.PUBLISH and last.kind in kinds for last in _standing(comment_id)
    )


def forget_comment(comment_id: int) -> int:
    """Empty the erasable columns of everything recorded for a comment."""
    return int(ConsentEvent.objects.for_comment(comment_id).forget())


def _standing(comment_id: int) -> list[ConsentEvent]:
    """Return the last event of each purpose, those that ended consent left out."""
    last: dict[str, ConsentEvent] = {}
    events = ConsentEvent.objects.for_comment(comment_id).in_order().select_related("text")
    for event in events:
        last[event.purpose] = event
    ended = {
        EventKind.WITHDRAWN,
        EventKind.EXPIRED,
        EventKind.REFUSED,
        EventKind.SUPERSEDED,
    }
    return [event for event in last.values() if event.kind not in ended]


def _append(**fields: Any) -> ConsentEvent:
    event = ConsentEvent(id=time_ordered_id(fields["at"]), salt=secrets.token_hex(16), **fields)
    event.person_digest = canonical.fields_digest(event, canonical.PERSON_FIELDS)
    event.save()
    return event


_newest = [0]
_one_at_a_time = threading.Lock()


def time_ordered_id(now: datetime) -> uuid.UUID:
    """Return a UUID of version 7 (RFC 9562): milliseconds first, then chance.

    Two acts of one process in the same millisecond keep their order.
    """
    milliseconds = int(now.timestamp() * 1000)
    value = milliseconds << 80 | 7 << 76 | secrets.randbits(12) << 64
    value |= 0b10 << 62 | secrets.randbits(61)
    with _one_at_a_time:
        if _newest[0] >> 80 == milliseconds:
            value = _newest[0] + 1
        _newest[0] = value
    return uuid.UUID(int=value)
