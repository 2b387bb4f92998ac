"""manage.py export_articles: all content, to take along."""

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Site

from news.wordpress.exporting import Export


class Command(BaseCommand):
    help = (
        "Writes all sections, authors, tags, pictures, pages, articles and published comments as "
        "a WordPress export and as JSON. Reads only; the files are replaced when they are whole."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--wxr", type=Path, metavar="FILE", help="For WordPress.")
        parser.add_argument("--json", type=Path, metavar="FILE", help="For everything else.")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["wxr"] and not options["json"]:
            raise CommandError(_("Name a file: --wxr FILE, --json FILE or both."))
        site = Site.objects.filter(is_default_site=True).first()
        if site is None:
            raise CommandError(_("There is no site to export."))
        export = Export(site, now=timezone.now())
        if options["wxr"]:
            self._write(options["wxr"], export.wxr())
        if options["json"]:
            self._write(options["json"], export.json())

    def _write(self, path: Path, pieces: Iterator[str]) -> None:
        unfinished = path.with_name(f"{path.name}.unfinished")
        with unfinished.open("w", encoding="utf-8") as file:
            file.writelines(pieces)
        unfinished.replace(path)
        self.stdout.write(str(path))
