"""Command that brings the message catalogues up to date with the source."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from cms import catalogues

OWN_LANGUAGE = "en"


class Command(BaseCommand):
    help = (
        "Write every message of source and templates into the catalogues. Translations stay; "
        "new messages are empty in German; vanished ones are dropped."
    )
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        messages = catalogues.read_messages(settings.BASE_DIR)
        for language, _ in settings.LANGUAGES:
            path = Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES" / "django.po"
            path.parent.mkdir(parents=True, exist_ok=True)
            catalogue = catalogues.open_catalogue(path, language)
            catalogues.update(catalogue, messages, own=language == OWN_LANGUAGE)
            catalogue.save(str(path))
            missing = len(catalogue.untranslated_entries())
            self.stdout.write(f"{language}: {len(catalogue)} messages, {missing} not translated")
        catalogues.compile_changed()
