"""Command that invents traffic for a demo."""

from argparse import ArgumentParser
from datetime import date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from analytics import demo_traffic

# name -> days, visits per day
SIZES = {"demo": (30, 6_000), "year": (365, 137_000)}


class Command(BaseCommand):
    help = (
        "Invent traffic for all live pages without children. Safe to run twice: days that have "
        "traffic are left alone unless --replace is given."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--size",
            choices=SIZES,
            default="demo",
            help="demo: 30 days of 6,000 visits; year: 12 months of 137,000, about 50 million.",
        )
        parser.add_argument("--days", type=int, help="How many days, today included.")
        parser.add_argument("--visits-per-day", type=int)
        parser.add_argument("--seed", type=int, default=1, help="Another seed, other traffic.")
        parser.add_argument(
            "--replace",
            action="store_true",
            help="First delete EVERYTHING that is counted in these days, real views too.",
        )
        parser.add_argument("--no-input", action="store_true", help="Do not ask.")
        parser.add_argument(
            "--now", type=datetime.fromisoformat, help="The end of the traffic; default: now."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = options["now"] or timezone.now()
        days, visits_per_day = SIZES[options["size"]]
        days = days if options["days"] is None else options["days"]
        if options["visits_per_day"] is not None:
            visits_per_day = options["visits_per_day"]
        if days < 1 or visits_per_day < 1:
            raise CommandError("--days and --visits-per-day must be at least 1.")
        if now.tzinfo is None:
            raise CommandError("--now needs a time zone.")
        if demo_traffic.has_traffic(days=days, now=now):
            if not options["replace"]:
                self.stdout.write("These days have traffic; nothing was changed.")
                return
            self._ask(options["no_input"])
            demo_traffic.remove_traffic(days=days, now=now)
        total = demo_traffic.write_traffic(
            days=days,
            visits_per_day=visits_per_day,
            seed=options["seed"],
            now=now,
            progress=self._progress if options["verbosity"] else lambda day, visits: None,
        )
        self.stdout.write(f"{total} visits written")

    def _ask(self, is_silent: bool) -> None:
        question = "Delete everything counted in these days? Type yes: "
        if not is_silent and input(question) != "yes":
            raise CommandError("Nothing was changed.")

    def _progress(self, day: date, visits: int) -> None:
        self.stdout.write(f"{day.isoformat()}: {visits} visits")
