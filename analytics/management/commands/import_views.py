"""Take over views that another program counted."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from analytics.history import Report, import_views


class Command(BaseCommand):
    help = (
        "Import views from a CSV file with the columns path,hour,views and, optionally, visits "
        "(else as many as views). Hours are UTC in ISO 8601 and go into the quarter of an hour "
        "they start. Safe to run twice: a path and hour replace what was imported for them "
        "before. Bad rows are skipped and reported with their line; then the exit status is 1."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="the CSV file; - reads standard input")

    def handle(self, *args: Any, **options: Any) -> None:
        report = self._read(options["file"])
        for number, reason in report.bad_rows:
            self.stderr.write(f"line {number}: {reason}")
        self.stdout.write(f"{report.row_count} rows imported, {len(report.bad_rows)} skipped.")
        if report.bad_rows:
            raise SystemExit(1)

    def _read(self, name: str) -> Report:
        now = timezone.now()
        if name == "-":
            return import_views(sys.stdin, now=now)
        try:
            with Path(name).open(encoding="utf-8-sig", newline="") as file:
                return import_views(file, now=now)
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"The file cannot be read: {error}") from error
