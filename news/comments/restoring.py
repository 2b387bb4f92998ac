"""Bringing a restored backup up to what readers have withdrawn since."""

from datetime import datetime

from django.db import transaction

from news.comments import ledger, readers, replies
from news.comments.moderation import By
from news.consent.models import Method


def count() -> int:
    """Return how many withdrawals the database has forgotten."""
    return len(ledger.undone())


def replay(*, now: datetime, forgets_devices: bool = True) -> int:
    """Withdraw again what the ledger holds; return how much that was. A second call finds none.

    Devices and links of a backup are forgotten as a whole: nobody can tell which were ended.
    """
    by = By(rule="ledger", is_automated=True)
    done = 0
    for erasure, comment in ledger.undone():
        if erasure.what == ledger.COMMENT:
            done += readers.withdraw(comment, now=now, method=Method.LEDGER, by=by)
        elif subscription := replies.of_comment(comment):
            with transaction.atomic():
                replies.end(subscription, method=Method.LEDGER, now=now)
            done += 1
    if forgets_devices:
        ledger.forget_devices_and_links()
    return done
