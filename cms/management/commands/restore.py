"""Command that brings a site back from a backup."""

import tarfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from cms.moving import archive


class Command(BaseCommand):
    help = (
        "Bring a site back from FILE into an empty, migrated database. Readers who were erased "
        "after the backup are erased again. Stop web server and workers before."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--replace", action="store_true", help="Delete what the database holds before."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            archive.restore(options["file"], replace=options["replace"], say=self.stdout.write)
        except archive.CannotRestore as error:
            raise CommandError(str(error)) from error
        except (OSError, tarfile.TarError) as error:
            raise CommandError(f"The backup could not be read: {error}") from error
        call_command("replay_erasures", stdout=self.stdout)
        call_command("update_index", verbosity=0)
