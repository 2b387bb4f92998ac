"""Command for somebody who has lost both telephone and recovery codes."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from cms.signing_in import second_factor


class Command(BaseCommand):
    help = "Take the second factor of a user away. May be run twice."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        user = get_user_model().objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(f"There is no user {options['username']}.")
        second_factor.remove(user)
        self.stdout.write(f"{user.username} has no second factor any more.")
