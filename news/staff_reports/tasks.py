"""Celery's door into the reports."""

from celery import shared_task
from django.utils import timezone

from news.staff_reports import digest


@shared_task(name="news.send_digests")
def send_digests() -> None:
    """Write the mails with figures that are due."""
    digest.send_due(now=timezone.now())
