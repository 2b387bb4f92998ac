"""Command that copies pictures and documents from VAR_DIR into the configured bucket."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cms.moving import media


class Command(BaseCommand):
    help = (
        "Copy pictures and documents from VAR_DIR/media into the bucket of MEDIA_S3_BUCKET. What "
        "is there stays, so it may be run again; run it once more after the switch, for what was "
        "uploaded meanwhile. Nothing is deleted."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.MEDIA_PUBLIC_URL:
            raise CommandError("MEDIA_S3_BUCKET is not set: media lie in VAR_DIR/media already.")
        try:
            copied, present = media.copy_missing(settings.MEDIA_ROOT)
        except media.NotTheSame as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{copied:,} files copied, {present:,} were there")
