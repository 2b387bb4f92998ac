"""Command that becomes one of the site's processes: what systemd and containers start."""

import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from cms.processes import PROCESSES


class Command(BaseCommand):
    help = "Become one process of the site. `prepare` must have run before, once per version."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("process", choices=PROCESSES)

    def handle(self, *args: Any, **options: Any) -> None:
        command = PROCESSES[options["process"]].command
        self.stdout.flush()
        os.execvp(command[0], command)  # noqa: S606  there is no shell to be had
