"""Doing the work that waits: claimed, tried again, given up, purged."""

import logging
from datetime import datetime, timedelta

from cms.outbox.models import EntryState, Mail, MailState, OutboxEntry
from cms.outbox.queue import CannotSucceed, handlers

logger = logging.getLogger(__name__)

CLAIM = timedelta(minutes=5)
MAX_ATTEMPTS = 10
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=6)
KEEP_DONE = timedelta(days=7)
KEEP_MAIL = timedelta(days=30)


def deliver_due(now: datetime, *, limit: int = 100) -> int:
    """Do up to `limit` pieces of work that are due; return how many were claimed."""
    due = OutboxEntry.objects.filter(state=EntryState.WAITING, due_at__lte=now)
    return sum(_deliver(entry, now) for entry in due.order_by("due_at", "pk")[:limit])


def _deliver(entry: OutboxEntry, now: datetime) -> bool:
    if not _claim(entry, now):
        return False
    try:
        found = handlers.get(entry.kind)
        if found is None:
            raise LookupError(f"nobody handles {entry.kind}")
        found.work(entry.payload)
    except Exception as error:  # noqa: BLE001  whatever went wrong is tried again
        _fail(entry, error, now)
    else:
        OutboxEntry.objects.filter(pk=entry.pk).update(
            state=EntryState.DONE, done_at=now, last_error=""
        )
    return True


def _claim(entry: OutboxEntry, now: datetime) -> bool:
    """Take the entry if nobody else did: only a row count of one is believed."""
    mine = OutboxEntry.objects.filter(
        pk=entry.pk, state=EntryState.WAITING, due_at=entry.due_at
    ).update(due_at=now + CLAIM, attempts=entry.attempts + 1, key="")
    entry.attempts += 1
    return mine == 1


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
