"""Doing the work that waits: claimed, tried again, given up, purged."""

import logging
import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F, QuerySet

from cms.outbox.models import EntryState, Mail, MailState, OutboxEntry
from cms.outbox.queue import CannotSucceed, Handler, HandlerOfMany, handlers

logger = logging.getLogger(__name__)

AT_ONCE = 100
CLAIM = timedelta(minutes=5)
# What was claimed together and not begun after so long is given back while the claim holds.
TOGETHER_SECONDS = 90.0
MAX_ATTEMPTS = 10
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=6)
KEEP_DONE = timedelta(days=7)
KEEP_MAIL = timedelta(days=30)


class Moment:
    """The time that was passed in, and what has gone by since: claims are made as work begins."""

    def __init__(self, now: datetime) -> None:
        self.then = now
        self._started = time.monotonic()

    @property
    def now(self) -> datetime:
        return self.then + timedelta(seconds=time.monotonic() - self._started)


def deliver_due(now: datetime, *, limit: int = AT_ONCE) -> int:
    """Do up to `limit` pieces of work that are due; return how many were claimed.

    What is done in one go (mail) comes last: it may take long. A claim is made when its work
    begins, however long the work before it took, so nobody else begins it meanwhile.
    """
    moment = Moment(now)
    many = {kind: found for kind, found in handlers.items() if isinstance(found, HandlerOfMany)}
    due = OutboxEntry.objects.filter(state=EntryState.WAITING, due_at__lte=now)
    due = due.order_by("due_at", "pk")
    claimed = sum(_deliver(entry, moment) for entry in due.exclude(kind__in=many)[:limit])
    for kind, found in many.items():
        if entries := _claim_together(due.filter(kind=kind)[:limit], moment.now):
            _deliver_together(found, entries, moment)
            claimed += len(entries)
    return claimed


def _deliver(entry: OutboxEntry, moment: Moment) -> bool:
    if not _claim(entry, moment.now):
        return False
    try:
        found = handlers.get(entry.kind)
        if not isinstance(found, Handler):
            raise LookupError(f"nobody handles {entry.kind}")
        found.work(entry.payload)
    except Exception as error:  # noqa: BLE001  whatever went wrong is tried again
        _fail(entry, error, moment.now)
    else:
        OutboxEntry.objects.filter(pk=entry.pk).update(
            state=EntryState.DONE, done_at=moment.now, last_error=""
        )
    return True


def _claim(entry: OutboxEntry, now: datetime) -> bool:
    """Take the entry if nobody else did: only a row count of one is believed."""
    mine = OutboxEntry.objects.filter(
        pk=entry.pk, state=EntryState.WAITING, due_at=entry.due_at
    ).update(due_at=now + CLAIM, attempts=entry.attempts + 1, key="")
    entry.attempts += 1
    return mine == 1


def _claim_together(due: QuerySet[OutboxEntry], now: datetime) -> list[OutboxEntry]:
    """Take entries in one step, those that somebody else takes at this moment left out."""
    skips = connection.features.has_select_for_update_skip_locked
    with transaction.atomic():
        entries = list(due.select_for_update(skip_locked=skips))
        OutboxEntry.objects.filter(pk__in=[entry.pk for entry in entries]).update(
            due_at=now + CLAIM, attempts=F("attempts") + 1, key=""
        )
    for entry in entries:
        entry.attempts += 1
    return entries


def _deliver_together(
    found: HandlerOfMany, entries: Sequence[OutboxEntry], moment: Moment
) -> None:
    until = time.monotonic() + TOGETHER_SECONDS
    outcomes = found.work([entry.payload for entry in entries])
    done: list[int] = []
    begun = 0
    try:
        for entry, error in zip(entries, outcomes, strict=False):
            begun += 1
            if error is None:
                done.append(entry.pk)
            else:
                _fail(entry, error, moment.now)
            if time.monotonic() > until:
                break
    finally:
        outcomes.close()
    OutboxEntry.objects.filter(pk__in=done).update(
        state=EntryState.DONE, done_at=moment.now, last_error=""
    )
    OutboxEntry.objects.filter(pk__in=[entry.pk for entry in entries[begun:]]).update(
        due_at=moment.then, attempts=F("attempts") - 1
    )


def _fail(entry: OutboxEntry, error: Exception, now: datetime) -> None:
    # The class and the kind only: a message may quote an address.
    fields = {"last_error": type(error).__name__}
    given_up = entry.attempts >= MAX_ATTEMPTS or isinstance(error, CannotSucceed)
    logger.warning(
        "outbox_entry_parked" if given_up else "outbox_entry_failed",
        extra={"kind": entry.kind, "entry": entry.pk, "error": type(error).__name__},
    )
    if given_up:
        OutboxEntry.objects.filter(pk=entry.pk).update(state=EntryState.PARKED, **fields)
        found = handlers.get(entry.kind)
        if found and found.on_parked:
            found.on_parked(entry.payload)
        return
    pause = min(FIRST_PAUSE * 2 ** (entry.attempts - 1), LONGEST_PAUSE)
    OutboxEntry.objects.filter(pk=entry.pk).update(due_at=now + pause, **fields)


def purge(now: datetime) -> int:
    """Delete what is done and old, and mails that nobody needs any more."""
    done, _ = OutboxEntry.objects.filter(
        state=EntryState.DONE, done_at__lt=now - KEEP_DONE
    ).delete()
    mails, _ = (
        Mail.objects.filter(created_at__lt=now - KEEP_MAIL)
        .exclude(state=MailState.WAITING)
        .delete()
    )
    return done + mails
