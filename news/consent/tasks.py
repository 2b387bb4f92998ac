"""Celery's way to the chain."""

from celery import shared_task
from django.utils import timezone

from news.consent import sealing


@shared_task(name="consent.seal")
def seal() -> None:
    """Seal everything committed so far."""
    while sealing.seal(timezone.now()):
        pass
