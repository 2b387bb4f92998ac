"""Celery's way to the chain."""

from celery import shared_task
from django.utils import timezone

from news.consent import checking, sealing


class ChainBroken(Exception):
    """The record is not what was written; whoever runs the site must hear of it."""


@shared_task(name="consent.seal")
def seal() -> None:
    """Seal everything committed so far."""
    while sealing.seal(timezone.now()):
        pass


@shared_task(name="consent.check")
def check() -> None:
    """Seal what was overlooked, and verify the whole chain.

    Raises:
        ChainBroken: so that the task counts as failed where the site's state is shown.
    """
    while sealing.seal(timezone.now(), everything=True):
        pass
    found = checking.check(timezone.now())
    if not found.holds:
        raise ChainBroken(f"{found.position}: {found.what}")
