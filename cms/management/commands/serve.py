"""Command that runs the whole site: web server, worker, beat and, unless configured, Redis."""

import sys
import threading
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connections
from django.utils import translation

from cms import catalogues, serving
from cms.embedded_redis import RedisMissing
from cms.operation import sharing
from cms.processes import PROCESSES
from cms.supervisor import KeepsFailing, StopRequested, Supervisor

STOP_ORDER = ["web", "beat", "media", "upkeep", "mail", "counting", "redis"]


class Command(BaseCommand):
    help = "Run the whole site and print where it is; Ctrl-C stops everything."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--prepare-only", action="store_true", help="Make everything ready, then stop."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        supervisor = Supervisor([], self._say)
        supervisor.handle_signals()
        try:
            self._run(supervisor, prepare_only=options["prepare_only"])
        except StopRequested:
            pass
        except (serving.CannotServe, RedisMissing, KeepsFailing) as error:
            raise CommandError(str(error)) from error
        except OperationalError as error:
            raise CommandError(f"The database does not answer: {error}") from error
        self._say("Stopped")

    def _run(self, supervisor: Supervisor, *, prepare_only: bool) -> None:
        serving.check_port(settings.HOST, settings.PORT)
        lock = serving.lock_var_dir()
        try:
            catalogues.compile_changed()
            if serving.uses_embedded_redis():
                supervisor.children.append(serving.redis_child())
                supervisor.start(supervisor.children[0])
            serving.check_redis()
            with translation.override("en"):
                serving.migrate_if_needed(self._say)
                serving.collect_static_if_changed(self._say)
                serving.seed(self._say)
                logins = serving.logins()
            connections.close_all()
            if prepare_only:
                return
            # The web server alone first: it is the one that somebody waits for.
            sharing.forget()
            for name in PROCESSES:
                child = serving.child(name)
                supervisor.children.append(child)
                supervisor.start(child)
                if name == "web":
                    serving.wait_until_alive(child)
            self._say(welcome(logins))
            supervisor.watch()
        finally:
            if supervisor.children:
                self._say("Stopping")
            supervisor.stop(STOP_ORDER)
            lock.close()

    _printing = threading.Lock()

    def _say(self, text: str) -> None:
        """Print from whichever thread; whoever read our output may have gone."""
        with self._printing:
            try:
                sys.stdout.write(text + "\n")
                sys.stdout.flush()
            except (BrokenPipeError, ValueError):
                pass


def welcome(logins: list[tuple[str, str, str]]) -> str:
    """Return a box with the addresses and the log-ins."""
    lines = [
        "Redaktion is running.",
        "",
        f"Newspaper  {settings.SITE_URL}/",
        f"Admin      {settings.SITE_URL}/admin/",
        "",
    ]
    if logins:
        width = max(len(name) for name, _, _ in logins)
        lines += ["Log-ins (name, password, role):"]
        lines += [f"  {name:<{width}}  {password}  {role}" for name, role, password in logins]
        lines += [""]
    lines += ["Ctrl-C stops everything."]
    width = max(map(len, lines))
    rows = [f"│ {line:<{width}} │" for line in lines]
    return "\n".join([f"┌{'─' * (width + 2)}┐", *rows, f"└{'─' * (width + 2)}┘"])
