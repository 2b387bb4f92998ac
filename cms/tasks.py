"""Celery's way to what Django leaves to be cleaned up."""

from celery import shared_task
from django.core.management import call_command


@shared_task(name="cms.clear_sessions")
def clear_sessions() -> None:
    """Delete the sessions that nobody can use any more: they hold who was signed in."""
    call_command("clearsessions")
