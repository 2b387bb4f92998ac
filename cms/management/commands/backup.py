"""Command that writes the whole site into one file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cms.moving import archive


class Command(BaseCommand):
    help = (
        "Write database, pictures, documents and the consent chain's anchors into FILE, while the "
        "site runs. Salts and sessions stay out. Keep the file as safe as the database: it holds "
        "readers' addresses."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--without-media", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            archive.write(
                options["file"],
                with_media=not options["without_media"],
                say=self.stdout.write,
            )
        except OSError as error:
            raise CommandError(f"The backup could not be written: {error}") from error
