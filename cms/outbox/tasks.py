"""Celery's way into the outbox."""

from celery import shared_task
from django.utils import timezone

from cms.outbox import delivery, queue


@shared_task(name="outbox.deliver")
def deliver() -> None:
    """Do everything that is due; what is committed meanwhile has a poke of its own."""
    queue.poke_followed()
    while delivery.deliver_due(timezone.now()) >= delivery.AT_ONCE:
        pass


@shared_task(name="outbox.purge")
def purge() -> None:
    delivery.purge(timezone.now())
