"""Command that fills an empty site with the demo newspaper."""

import logging
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from home.demo import newsroom, people


class Command(BaseCommand):
    help = (
        "Fill an empty site with the demo newspaper and its log-ins. Safe to run twice: a site "
        "that has content is left alone."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        group = parser.add_mutually_exclusive_group()
        group.add_argument(
            "--empty",
            action="store_true",
            help="Only the front pages, drafts of imprint and privacy policy, and one log-in.",
        )
        group.add_argument(
            "--delete", action="store_true", help="Remove what the demo made and nothing else."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        # a line per page would bury what the command itself says
        logging.getLogger("wagtail").setLevel(logging.WARNING)
        say = self.stdout.write if options["verbosity"] else lambda text: None
        if options["delete"]:
            count = newsroom.remove()
            people.remove_logins()
            say(f"{count} pages, pictures, authors and tags removed")
        elif options["empty"]:
            newsroom.seed_empty(now=timezone.now(), say=say)
        else:
            newsroom.seed(now=timezone.now(), say=say)
