"""Celery's way to the upkeep of reader comments."""

from celery import shared_task
from django.utils import timezone

from news.comments import alerts, restoring, retention


@shared_task(name="comments.retain")
def retain() -> None:
    """Apply what is due, and withdraw again what a restored backup brought back."""
    now = timezone.now()
    restoring.replay(now=now, forgets_devices=False)
    retention.retain(now)


@shared_task(name="comments.send_digests")
def send_digests() -> None:
    """Tell the moderators what waits; a second run on the same day tells nobody again."""
    alerts.send_digests(timezone.now())
