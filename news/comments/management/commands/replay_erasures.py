"""After a restore: withdraw again what readers had withdrawn."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from news.comments import restoring


class Command(BaseCommand):
    help = (
        "Run after a backup was restored: withdraw again what the erasure ledger outside the "
        "database holds, and forget remembered devices and open links. Safe to run twice."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only count")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        if dry_run:
            self.stdout.write(f"To be withdrawn again: {restoring.count()}")
            return
        done = restoring.replay(now=timezone.now())
        self.stdout.write(f"Withdrawn again: {done}")
