"""Recompute the rolling totals."""

from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from analytics.windows import FIGURES, Overtaken, rebuild_windows


class Command(BaseCommand):
    help = (
        "Recomputes the rolling totals of all windows from the buckets and prints the drift it "
        "found. Safe to run twice, and while views are counted."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            drift = rebuild_windows(datetime.now(UTC))
        except Overtaken as error:
            raise CommandError("The worker is rolling just now; try again.") from error
        for row in drift:
            figures = ", ".join(
                f"{name} {stored} -> {true}"
                for name, stored, true in zip(FIGURES, row.stored, row.true, strict=True)
                if stored != true
            )
            self.stdout.write(f"{row.window} page {row.page_id}: {figures}")
        self.stdout.write(f"{len(drift)} totals differed from their buckets.")
