"""Command that makes the message catalogues ready: once per version, by who owns the source."""

from typing import Any

from django.core.management.base import BaseCommand

from cms import catalogues


class Command(BaseCommand):
    help = (
        "Compile the catalogues that have changed. The services cannot: the source is not theirs."
    )
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        catalogues.compile_changed()
