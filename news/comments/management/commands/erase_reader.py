"""Erasure."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from news.comments import subject_access


class Command(BaseCommand):
    help = "Empty every comment of a reader and keep the pseudonymous proof; safe to run twice."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        count = subject_access.erase(email, now=timezone.now())
        self.stdout.write(f"Comments emptied: {count}")
        if kept := subject_access.count_cases(email):
            self.stdout.write(f"Legal notices and complaints kept, as the law demands: {kept}")
