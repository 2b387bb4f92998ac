"""Celery's way to the upkeep of reader comments."""

from celery import shared_task
from django.utils import timezone

from news.comments import alerts, retention


@shared_task(name="comments.retain")
def retain() -> None:
    retention.retain(timezone.now())


@shared_task(name="comments.send_digests")
def send_digests() -> None:
    """Tell the moderators what waits; a second run on the same day tells nobody again."""
    alerts.send_digests(timezone.now())
