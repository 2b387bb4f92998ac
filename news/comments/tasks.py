"""Celery's way to the upkeep of reader comments."""

from celery import shared_task
from django.utils import timezone

from news.comments import retention


@shared_task(name="comments.retain")
def retain() -> None:
    retention.retain(timezone.now())
