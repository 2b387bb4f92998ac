"""The chain: committed events are sealed one after the other, its head is kept outside too."""

import itertools
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction

from news.consent import canonical
from news.consent.models import ConsentEvent, ConsentSeal, ConsentText

# What commits late is found within this time; what is older is left to the nightly check.
OVERLAP = timedelta(hours=1)
# More than any line of the anchors takes.
TAIL_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Break:
    """The first place where the record is not what it was; `position` 0 is outside the chain."""

    position: int
    what: str


def seal(now: datetime, *, limit: int = 500, everything: bool = False) -> int:
    """Append up to `limit` unsealed events to the chain; return how many.

    Looks at what happened since shortly before the last seal, or at `everything` ever recorded.
    Two runs at the same time do no harm: one of them finds its position taken and does nothing.
    """
    try:
        count = _seal(now, limit, everything=everything)
    except IntegrityError:
        return 0
    _anchor_head()
    return count


def _seal(now: datetime, limit: int, *, everything: bool) -> int:
    with transaction.atomic():
        head = ConsentSeal.objects.order_by("-position").first()
        position, previous = (head.position, head.digest) if head else (0, "")
        since = head.sealed_at - OVERLAP if head and not everything else None
        unsealed = ConsentEvent.objects.unsealed(since=since).in_order().select_related("text")
        events = list(unsealed[:limit])
        links = []
        for event in events:
            position += 1
            digest = link_digest(position, previous, event)
            links.append(
                ConsentSeal(
                    position=position,
                    event=event,
                    previous_digest=previous,
                    digest=digest,
                    sealed_at=now,
                )
            )
            previous = digest
        ConsentSeal.objects.bulk_create(links)
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
        return _read_lines(anchor_path().read_bytes())
    except FileNotFoundError:
        return []


def _read_lines(content: bytes) -> list[tuple[int, str]]:
    # A crash may have torn the last line: what has no end was never promised.
    rows = [json.loads(line) for line in content.split(b"\n")[:-1] if line.strip()]
    return [(int(row["position"]), str(row["digest"])) for row in rows]


def _last_anchored_position(path: Path) -> int:
    """Return the position in the last line, without reading a file that grows for years."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL_BYTES))
            tail = file.read()
    except FileNotFoundError:
        return 0
    whole = tail[tail.find(b"\n") + 1 :] if len(tail) == TAIL_BYTES else tail
    return max((position for position, _digest in _read_lines(whole)), default=0)


def _cut_torn_line(path: Path) -> None:
    """Take away what a crash left of a line."""
    with suppress(FileNotFoundError), path.open("r+b") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL_BYTES))
        begin, tail = file.tell(), file.read()
        if not tail.endswith(b"\n"):
            file.truncate(begin + tail.rfind(b"\n") + 1)


def _anchor_head() -> None:
    """Write the head down unless its position already is; flushed to the disk."""
    head = ConsentSeal.objects.order_by("-position").first()
    path = anchor_path()
    if head is None or _last_anchored_position(path) >= head.position:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    row = {
        "position": head.position,
        "digest": head.digest,
        "at": head.sealed_at.isoformat(),
    }
    _cut_torn_line(path)
    with path.open("ab") as file:
        file.write(json.dumps(row).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
