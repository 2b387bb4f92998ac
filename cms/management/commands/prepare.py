"""Command that makes this version ready to be started: database, messages, static files."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connections

from cms import catalogues, serving
from cms.operation import sharing


class Command(BaseCommand):
    help = (
        "Bring the database up to date, collect static files, and fill an empty site with front "
        "page, legal pages and consent texts. May run while the version before still serves."
    )
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            serving.check_redis()
            _compile_catalogues()
            serving.migrate_if_needed(self.stdout.write)
            serving.collect_static_if_changed(self.stdout.write)
            serving.seed(self.stdout.write)
            sharing.forget()
        except serving.CannotServe as error:
            raise CommandError(str(error)) from error
        except OperationalError as error:
            raise CommandError(f"The database does not answer: {error}") from error
        finally:
            connections.close_all()
        self.stdout.write("Ready")


def _compile_catalogues() -> None:
    try:
        catalogues.compile_changed()
    except OSError as error:
        raise serving.CannotServe(
            "The message catalogues are not compiled and this user may not write them: run "
            "manage.py compile_catalogues as the owner of the source."
        ) from error
