"""Command that moves an embedded site to a database server."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cms import embedded_redis, serving
from cms.moving import relocation


class Command(BaseCommand):
    help = (
        "Count what still waits, then copy the whole site into the empty database at URL, like "
        "postgres://user:password@host/name, and verify the consent chain there. The site must "
        "be stopped. The old database stays as it is."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("url")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            lock = serving.lock_var_dir()
            redis = None
            if serving.uses_embedded_redis():
                embedded_redis.end_leftover(settings.EMBEDDED_REDIS_SOCKET)
                redis = embedded_redis.start(
                    settings.EMBEDDED_REDIS_SOCKET, settings.VAR_DIR / "redis"
                )
            try:
                count = relocation.count_what_waits()
                self.stdout.write(f"{count:,} events that waited are counted")
                relocation.move(options["url"], say=self.stdout.write)
            finally:
                if redis is not None:
                    redis.terminate()
                    redis.wait()
                lock.close()
        except (relocation.CannotMove, serving.CannotServe) as error:
            raise CommandError(str(error)) from error
        self.stdout.write("Everything is there. Set DATABASE_URL to it and start the site again.")
