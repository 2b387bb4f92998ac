"""Command that moves an embedded site to a database server."""

import subprocess
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import redis
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cms import embedded_redis, serving
from cms.moving import relocation


@contextmanager
def _redis() -> Iterator[None]:
    """Run the embedded server meanwhile, if that is where events wait."""
    if not serving.uses_embedded_redis():
        serving.check_redis()
        yield
        return
    embedded_redis.end_leftover(settings.EMBEDDED_REDIS_SOCKET)
    server = embedded_redis.start(
        settings.EMBEDDED_REDIS_SOCKET, settings.VAR_DIR / "redis", stdout=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        server.terminate()
        server.wait()


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
            with serving.lock_var_dir():
                relocation.check_source()
                relocation.check_target(options["url"])
                with _redis():
                    relocation.count_what_waits()
                    self.stdout.write("The views that waited are counted")
                    relocation.move(options["url"], say=self.stdout.write)
        except (relocation.CannotMove, serving.CannotServe, embedded_redis.RedisMissing) as error:
            raise CommandError(str(error)) from error
        except redis.RedisError as error:
            raise CommandError(f"Redis does not answer, so views may wait: {error}") from error
        self.stdout.write("Everything is there. Set DATABASE_URL to it and start the site again.")
