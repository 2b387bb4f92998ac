"""Drops as rows of the outbox: the way to hear of them while Redis is away."""

from collections.abc import Collection
from datetime import timedelta
from typing import NamedTuple

from django.db import Error, connection
from django.db.models import Q
from django.utils import timezone

from cms.outbox.models import EntryState, OutboxEntry
from cms.outbox.queue import Payload

KIND = "invalidate"
# A row that was done has told Redis; who lost Redis at that moment did not hear it there. Longer
# than between two polls, and than the clocks of two hosts may differ.
DONE_LATELY = timedelta(seconds=30)


class Drop(NamedTuple):
    """Tags that are dropped together, and a name by which Redis does so once."""

    name: str
    tags: tuple[str, ...]

    @classmethod
    def of(cls, payload: Payload) -> "Drop":
        """Rows of older versions have no name."""
        return cls(payload.get("name", ""), tuple(payload["tags"]))


def read(known: Collection[int]) -> dict[int, Drop] | None:
    """Return what was dropped and is not `known`, by the row's number; None: nobody answers.

    A drop that Redis has not heard of waits in the outbox, so nothing is missed however late
    or in whatever order transactions end. Inside one, the answer might be an old one.
    """
    if connection.in_atomic_block:
        return None
    try:
        connection.close_if_unusable_or_obsolete()
        rows = OutboxEntry.objects.filter(kind=KIND)
        since = timezone.now() - DONE_LATELY
        # The end of a claim stays with a row that was done: it is later, and has an index.
        lately = Q(state=EntryState.DONE, due_at__gte=since, done_at__gte=since)
        waiting = Q(state__in=[EntryState.WAITING, EntryState.PARKED])
        numbers = rows.filter(waiting | lately).values_list("pk", flat=True)
        new = [number for number in numbers if number not in known]
        found = rows.filter(pk__in=new).values_list("pk", "payload") if new else []
        return {number: Drop.of(payload) for number, payload in found}
    except Error:
        connection.close()
        return None
