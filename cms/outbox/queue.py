"""Putting work into the outbox, and who does it."""

import logging
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import redis
from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import F, Value
from django.db.models.functions import Least
from django.utils import timezone
from kombu.exceptions import OperationalError

from cms.outbox.models import EntryState, OutboxEntry

logger = logging.getLogger(__name__)

# A broker that has just not answered is left alone until beat looks after the work anyway.
QUIET_SECONDS = 10
_quiet_until = 0.0
# Says that a poke waits which no worker has begun to follow.
POKED = "outbox:poked"
POKE_SECONDS = 10
POKE_AFTER_SECONDS = 0.25

Payload = dict[str, Any]
Work = Callable[[Payload], None]
# Yields for each payload, in their order, what went wrong with it.
WorkTogether = Callable[[Sequence[Payload]], Generator[Exception | None]]


class CannotSucceed(Exception):
    """Trying again is of no use: the entry is given up at once."""


@dataclass(frozen=True, slots=True)
class Handler:
    """Who does a kind of work, and who hears that it was given up."""

    work: Work
    on_parked: Work | None = None


@dataclass(frozen=True, slots=True)
class HandlerOfMany:
    """Who does what waits of a kind in one go, where that is cheaper, likewise."""

    work: WorkTogether
    on_parked: Work | None = None


handlers: dict[str, Handler | HandlerOfMany] = {}


def handler(kind: str, *, on_parked: Work | None = None) -> Callable[[Work], Work]:
    """Register the function that gets the payload of every entry of `kind`, at least once.

    Put handlers into a module `outbox_handlers` of an app: it is found by its name.
    """

    def register(work: Work) -> Work:
        handlers[kind] = Handler(work, on_parked)
        return work

    return register


def handler_of_many(
    kind: str, *, on_parked: Work | None = None
) -> Callable[[WorkTogether], WorkTogether]:
    """Register the function that gets the payloads of many entries of `kind` at once.

    It may be stopped between two of them; an entry it has yielded nothing for is not done.
    """

    def register(work: WorkTogether) -> WorkTogether:
        handlers[kind] = HandlerOfMany(work, on_parked)
        return work

    return register


def put(kind: str, payload: Payload, *, key: str = "", due_at: datetime | None = None) -> None:
    """Write work into the current transaction; a worker hears of it after the commit.

    While an entry of this kind with the same non-empty `key` waits, no second one is written.
    """
    entry = OutboxEntry(kind=kind, payload=payload, key=key, due_at=due_at or timezone.now())
    if key:
        _put_once(entry)
    else:
        entry.save(force_insert=True)
    if not any(function is poke for _savepoints, function, *_ in connection.run_on_commit):
        transaction.on_commit(poke)


def _put_once(entry: OutboxEntry) -> None:
    same = OutboxEntry.objects.filter(kind=entry.kind, key=entry.key, state=EntryState.WAITING)
    while True:
        OutboxEntry.objects.bulk_create([entry], ignore_conflicts=True)
        # The update locks the row until we commit: nobody may claim the entry that waited
        # before what we wrote can be seen. None left: it was claimed this moment, so try again.
        if same.update(due_at=Least(F("due_at"), Value(entry.due_at))):
            return


def poke() -> None:
    """Tell a worker that there is work; if the broker is away, beat finds it.

    While a poke waits no second one is sent: whoever follows it takes the note away first
    (`poke_followed`) and sees everything that was committed before.
    """
    global _quiet_until
    from cms.outbox.tasks import deliver

    if time.monotonic() < _quiet_until:
        return
    try:
        if not cache.add(POKED, 1, POKE_SECONDS):
            return
    except redis.RedisError:
        pass
    try:
        # A moment later, so that what many readers do at once is one piece of work.
        deliver.apply_async(retry=False, expires=POKE_SECONDS, countdown=POKE_AFTER_SECONDS)
    except (OperationalError, OSError) as error:
        _quiet_until = time.monotonic() + QUIET_SECONDS
        logger.warning("outbox_poke_failed", extra={"error": type(error).__name__})


def poke_followed() -> None:
    """Let whatever is committed from now on be told of; call it before looking for work."""
    cache.delete(POKED)
