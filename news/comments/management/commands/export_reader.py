"""Subject access."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.core.serializers.json import DjangoJSONEncoder

from news.comments import subject_access


class Command(BaseCommand):
    help = "Print everything held about a reader as JSON; changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        record = subject_access.export(email)
        self.stdout.write(json.dumps(record, cls=DjangoJSONEncoder, indent=2, ensure_ascii=False))
