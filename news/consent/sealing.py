"""The chain: committed events are sealed one after the other, its head is kept outside too."""

import itertools
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction

from news.consent import canonical
from news.consent.models import ConsentEvent, ConsentSeal, ConsentText


@dataclass(frozen=True, slots=True)
class Break:
    """The first place where the record is not what it was; `position` 0 is outside the chain."""

    position: int
    what: str


def seal(now: datetime, *, limit: int = 500) -> int:
    """Append up to `limit` unsealed events to the chain; return how many.

    Two runs at the same time do no harm: one of them finds its position taken and does nothing.
    """
    try:
        count = _seal(now, limit)
    except IntegrityError:
        return 0
    _anchor_head()
    return count


def _seal(now: datetime, limit: int) -> int:
    with transaction.atomic():
        head = ConsentSeal.objects.order_by("-position").first()
        position, previous = (head.position, head.digest) if head else (0, "")
        events = list(ConsentEvent.objects.unsealed().in_order().select_related("text")[:limit])
        for event in events:
            position += 1
            digest = link_digest(position, previous, event)
            ConsentSeal.objects.create(
                position=position,
                event=event,
                previous_digest=previous,
                digest=digest,
                sealed_at=now,
            )
            previous = digest
    return len(events)


def link_digest(position: int, previous: str, event: ConsentEvent) -> str:
    """Return the digest of one link: no key in it, so it outlives every change of keys."""
    fields = {name: getattr(event, name) for name in canonical.EVENT_FIELDS}
    text = event.text.sha256 if event.text else ""
    return canonical.digest(fields | {"position": position, "previous": previous, "text": text})


def first_break() -> Break | None:
    """Walk texts, chain and anchors; return the first thing wrong, or None."""
    return next(itertools.chain(_broken_texts(), _broken_links(), _broken_anchors()), None)


def _broken_texts() -> Iterator[Break]:
    for text in ConsentText.objects.order_by("pk").iterator():
        if text.sha256 != canonical.fields_digest(text, canonical.TEXT_FIELDS):
            yield Break(0, f"consent text {text.pk} is not what was saved")


def _broken_links() -> Iterator[Break]:
    previous, expected = "", 1
    seals = ConsentSeal.objects.order_by("position").select_related("event__text")
    for link in seals.iterator():
        if link.position != expected:
            yield Break(expected, "link is missing")
            return
        event = link.event
        if link.previous_digest != previous:
            yield Break(expected, "link does not follow the one before it")
        if link.digest != link_digest(expected, previous, event):
            yield Break(expected, f"event {event.pk} was changed")
        if event.salt and event.person_digest != canonical.fields_digest(
            event, canonical.PERSON_FIELDS
        ):
            yield Break(expected, f"person, comment or evidence of event {event.pk} was changed")
        previous, expected = link.digest, expected + 1


def _broken_anchors() -> Iterator[Break]:
    for position, digest in read_anchors():
        link = ConsentSeal.objects.filter(position=position).first()
        if link is None:
            yield Break(position, "the end of the chain was removed")
        elif link.digest != digest:
            yield Break(position, "link differs from its anchor")


def anchor_path() -> Path:
    return Path(settings.VAR_DIR) / "anchors" / "consent.jsonl"


def read_anchors() -> list[tuple[int, str]]:
    """Return the heads that were written down outside the database, the oldest first."""
    try:
        lines = anchor_path().read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    rows = [json.loads(line) for line in lines if line.strip()]
    return [(int(row["position"]), str(row["digest"])) for row in rows]


def _anchor_head() -> None:
    """Write the head down unless its position already is; flushed to the disk."""
    head = ConsentSeal.objects.order_by("-position").first()
    known = read_anchors()
    if head is None or (known and known[-1][0] >= head.position):
        return
    path = anchor_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    row = {
        "position": head.position,
        "digest": head.digest,
        "at": head.sealed_at.isoformat(),
    }
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")
        file.flush()
        os.fsync(file.fileno())
