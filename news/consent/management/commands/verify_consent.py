"""Check the consent record."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from news.consent.models import ConsentEvent, ConsentSeal
from news.consent.sealing import first_break


class Command(BaseCommand):
    help = "Verify the chain of consent events and its anchors; changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        found = first_break()
        if found:
            raise CommandError(f"Broken at position {found.position}: {found.what}.")
        sealed = ConsentSeal.objects.count()
        waiting = ConsentEvent.objects.unsealed().count()
        self.stdout.write(f"The chain holds: {sealed} sealed, {waiting} waiting.")
