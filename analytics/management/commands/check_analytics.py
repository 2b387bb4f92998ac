"""Say how fresh the counts are."""

import sys
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand

from analytics import health


class Command(BaseCommand):
    help = "Prints how fresh the counts are; exit status 0 OK, 1 late, 2 stalled. Changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        found = health.check(now=datetime.now(UTC))
        self.stdout.write(found.freshness.name)
        for name, value in found.as_json().items():
            self.stdout.write(f"  {name}: {value}")
        if found.freshness:
            sys.exit(found.freshness)
