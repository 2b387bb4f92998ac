"""manage.py convert_wordpress_views: view counts of the old site, for import_views."""

import csv
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from news.wordpress import importing, view_history
from news.wordpress.records import ExportRefused


class Command(BaseCommand):
    help = (
        "Turns a CSV of WordPress Popular Posts (table popularpostssummary) or Jetpack into the "
        "CSV that import_views reads. Import the articles first. Writes one file, nothing else."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("target", type=Path)
        parser.add_argument("--site", required=True, help="Address of the old site.")
        parser.add_argument("--day", type=date.fromisoformat, help="For lists without a date.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with options["file"].open(encoding="utf-8-sig", newline="") as lines:
                rows, unknown = view_history.convert(
                    lines, source=importing.source_name(options["site"]), day=options["day"]
                )
        except (ExportRefused, OSError, ValueError) as error:
            raise CommandError(str(error)) from error
        with options["target"].open("w", encoding="utf-8", newline="") as target:
            writer = csv.writer(target)
            writer.writerow(["path", "hour", "views"])
            writer.writerows(rows)
        self.stdout.write(f"{len(rows)} rows, {unknown} lines without a page of ours")
