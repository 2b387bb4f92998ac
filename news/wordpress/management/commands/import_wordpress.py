"""manage.py import_wordpress: bring a WordPress export over."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from news.wordpress import importing
from news.wordpress.records import ExportRefused


class Command(BaseCommand):
    help = (
        "Imports a WordPress export (WXR 1.0 to 1.2; .xml, .gz or .zip). Safe to run again: what "
        "is here already is left alone, what has changed is updated unless editors touched it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="The export.")
        files = parser.add_mutually_exclusive_group()
        files.add_argument(
            "--media", type=Path, metavar="DIR", help="A copy of wp-content/uploads."
        )
        files.add_argument(
            "--download-from", default="", metavar="URL", help="The old site, to fetch files from."
        )
        parser.add_argument(
            "--section-map",
            type=Path,
            metavar="MAP",
            help="Lines “old-slug = section/sub”, or “old-slug = -” for no section.",
        )
        parser.add_argument(
            "--authors", type=Path, metavar="LIST", help="`wp user list` as CSV or JSON."
        )
        parser.add_argument("--language", default="", help="Language of the tree to import into.")
        parser.add_argument(
            "--keep-email",
            action="store_true",
            help="Keep the e-mail addresses of comments; else only a pseudonym is stored.",
        )
        parser.add_argument("--report", type=Path, metavar="FILE", help="Write it as JSON, too.")
        parser.add_argument("--dry-run", action="store_true", help="Only tell; change nothing.")

    def handle(self, *args: Any, **options: Any) -> None:
        for name in ("media",):
            if options[name] and not options[name].is_dir():
                raise CommandError(_("There is no folder %(path)s.") % {"path": options[name]})
        self._step, self._percent = "", -1
        try:
            report = importing.run(
                importing.Options(
                    path=options["file"],
                    media=options["media"],
                    download_from=options["download_from"],
                    section_map=options["section_map"],
                    authors=options["authors"],
                    language=options["language"],
                    keeps_addresses=options["keep_email"],
                    is_dry_run=options["dry_run"],
                ),
                now=timezone.now(),
                progress=self._show if options["verbosity"] else lambda _step, _share: None,
            )
        except (ExportRefused, importing.AlreadyRunning) as error:
            raise CommandError(str(error)) from error
        for line in report.lines():
            self.stdout.write(line)
        if options["dry_run"]:
            self.stdout.write(_("This was a dry run: nothing was changed."))
        if options["report"]:
            with options["report"].open("w", encoding="utf-8") as file:
                file.writelines(report.as_json())

    def _show(self, step: str, share: float) -> None:
        percent = min(int(share * 100), 100)
        if step != self._step or percent >= self._percent + 5:
            self._step, self._percent = step, percent
            self.stderr.write(f"{step}: {percent} %")
