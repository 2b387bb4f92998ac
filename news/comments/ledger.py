"""What was withdrawn, written down outside the database: a restored backup forgets it again.

A line holds the number of a comment, when it was sent (numbers are given anew after a restore)
and when its reader withdrew; nothing about the person or the text.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from cms.outbox.queue import Payload, put
from news.comments.models import (
    AccessLink,
    CommentState,
    ReaderComment,
    RememberedDevice,
    ReplySubscription,
)

KIND = "comments.ledger"
COMMENT, REPLIES = "comment", "replies"


@dataclass(frozen=True, slots=True)
class Erasure:
    """One line of the ledger."""

    what: str
    comment_id: int
    submitted_at: datetime
    at: datetime


def note(comment: ReaderComment, what: str, *, now: datetime) -> None:
    """Have a withdrawal written down; the outbox sees to it with the withdrawal's commit."""
    row = {
        "what": what,
        "comment": comment.pk,
        "submitted_at": comment.submitted_at.isoformat(),
        "at": now.isoformat(),
    }
    put(KIND, row)


def write(payload: Payload) -> None:
    """Append one line, flushed to the disk. Twice does no harm."""
    path = ledger_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(payload) + "\n")
        file.flush()
        os.fsync(file.fileno())


def read() -> Iterator[Erasure]:
    """Yield what was written down, the oldest first; a line torn by a crash is left out."""
    try:
        lines = ledger_path().read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return
    for line in lines:
        try:
            row = json.loads(line)
            yield Erasure(
                str(row["what"]),
                int(row["comment"]),
                datetime.fromisoformat(row["submitted_at"]),
                datetime.fromisoformat(row["at"]),
            )
        except (ValueError, KeyError, TypeError):
            continue


def undone() -> list[tuple[Erasure, ReaderComment]]:
    """Return what the ledger says is withdrawn and the database shows again."""
    erasures = {(row.what, row.comment_id, row.submitted_at): row for row in read()}
    comments = ReaderComment.objects.in_bulk({key[1] for key in erasures})
    found = []
    for (what, comment_id, submitted_at), erasure in erasures.items():
        comment = comments.get(comment_id)
        if comment is None or comment.submitted_at != submitted_at:
            continue
        if what == COMMENT and comment.state != CommentState.WITHDRAWN:
            found.append((erasure, comment))
        if what == REPLIES and ReplySubscription.objects.filter(comment=comment).exists():
            found.append((erasure, comment))
    return found


def forget_devices_and_links() -> int:
    """Delete what a backup may have brought back and nobody can tell from what was ended."""
    return RememberedDevice.objects.all().delete()[0] + AccessLink.objects.all().delete()[0]


def ledger_path() -> Path:
    return Path(settings.VAR_DIR) / "anchors" / "erasures.jsonl"
