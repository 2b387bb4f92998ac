"""Feed an access log through intake with the log's own times."""

from __future__ import annotations

import argparse
import csv
import gzip
import shutil
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast
from urllib.parse import urlsplit

import redis
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from analytics import buffer, replay
from cms import embedded_redis, redis_addresses

HELP = """\
Feed an access log in combined format through intake, with the log's own times, user agents and
referrers. Lines are taken in the order of the file. Safe to run twice: a log that was fed to its
end is refused, and a run that was killed goes on where it stopped. The log is known again by its
content, so feed files that are closed, not one that still grows or that repeats another's lines.

What becomes of a line, the first that fits:
  1. not in combined format, or its time cannot be read: reported as unparsable with its number;
  2. method other than GET: ignored;
  3. status other than 200 and 304: ignored;
  4. path not of a page: ignored (assets, feeds, robots.txt, pages that are gone). With --map a
     path is a page's if and only if the map lists it, compared with the path as it stands in
     the log, without "?" and what follows. Without --map a path is a page's if it is, percent
     decoded, exactly the address of a live page;
  5. everything else is a request for a page: a view, or a drop with the first reason of these:
     bot            the user agent is "-", empty, or a robot's to the package is-bot (which is
                    not shown the word WebAppManager: televisions say it),
     unknown_page   the map names an id that no page has,
     not_public     the page is not live or not for everybody,
     referrer_spam  the referrer's host is a known spammer's.
Identical lines are different requests; each counts. A reader is one address (IPv6: one /64) with
one user agent on one day of the site's time zone; a visit is a view of a page by a reader who has
not viewed that page in the last 30 minutes.
"""


class Command(BaseCommand):
    help = HELP

    def create_parser(self, *args: Any, **options: Any) -> Any:
        return super().create_parser(
            *args, formatter_class=argparse.RawDescriptionHelpFormatter, **options
        )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="the log; .gz is unpacked, - reads standard input")
        parser.add_argument(
            "--map", metavar="FILE", help="CSV `path,target`: a page's id or a path of this site"
        )
        parser.add_argument(
            "--host",
            default=urlsplit(settings.SITE_URL).hostname,
            help="name of the site the log is from: referrers from it are internal (%(default)s)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        pages = replay.Pages(_read_map(options["map"]) if options["map"] else None)
        with _running_redis(), _opened(options["file"]) as file:
            try:
                tally = replay.feed(
                    file,
                    pages=pages,
                    host=options["host"],
                    now=timezone.now(),
                    progress=lambda count: self.stdout.write(f"{count} lines"),
                )
            except replay.AlreadyFed as error:
                self.stdout.write(f"This log was fed before, on {error}. Nothing to do.")
                return
            except buffer.NotStored as error:
                raise CommandError(
                    f"Neither Redis nor the spool takes events ({error}). Run this again later: "
                    "it goes on where it stopped."
                ) from error
        self._report(tally)

    def _report(self, tally: replay.Tally) -> None:
        rows = [("lines", tally.line_count), ("views accepted", tally.view_count)]
        for (reason, detail), count in sorted(tally.drops.items()):
            rows.append((f"dropped: {reason}" + (f" ({detail})" if detail else ""), count))
        rows += [(f"ignored: {reason}", count) for reason, count in sorted(tally.ignored.items())]
        rows.append(("unparsable", tally.unparsable_count))
        width = max(len(name) for name, _ in rows)
        for name, count in rows:
            self.stdout.write(f"{name:{width}}  {count:>9}")
        if tally.unparsable_lines:
            numbers = ", ".join(map(str, tally.unparsable_lines))
            more = ", ..." if tally.unparsable_count > len(tally.unparsable_lines) else ""
            self.stdout.write(f"unparsable lines: {numbers}{more}")


def _read_map(path: str) -> dict[str, int]:
    try:
        with Path(path).open(encoding="utf-8", newline="") as file:
            rows = [(number, row) for number, row in enumerate(csv.reader(file), 1) if row]
    except OSError as error:
        raise CommandError(f"The map cannot be read: {error}") from error
    targets = {}
    for number, row in rows:
        if len(row) != 2:
            raise CommandError(f"{path}, row {number}: expected `path,target`.")
        if row != ["path", "target"]:
            targets[row[0].strip()] = row[1].strip()
    try:
        return replay.resolved(targets)
    except replay.PageNotFound as error:
        raise CommandError(f"{path}: no live page has the address {error}.") from error


@contextmanager
def _opened(name: str) -> Iterator[BinaryIO]:
    """Open the log so that it can be read twice; standard input goes to an unnamed file."""
    try:
        if name == "-":
            with tempfile.TemporaryFile() as file:
                shutil.copyfileobj(sys.stdin.buffer, file)
                file.seek(0)
                yield file
        elif name.endswith(".gz"):
            with gzip.open(name) as unpacked:
                yield cast(BinaryIO, unpacked)
        else:
            with Path(name).open("rb") as file:
                yield file
    except (OSError, EOFError) as error:
        raise CommandError(f"The log cannot be read: {error}") from error


@contextmanager
def _running_redis() -> Iterator[None]:
    """Start the embedded server for the duration, if it is ours and the site is not running."""
    client = redis_addresses.connect(
        settings.REDIS_URL, socket_timeout=5, socket_connect_timeout=5
    )
    process = None
    try:
        client.ping()
    except redis.RedisError:
        if f"unix://{settings.EMBEDDED_REDIS_SOCKET}" != settings.REDIS_URL:
            raise CommandError("Redis at REDIS_URL does not answer: start it first.") from None
        directory = settings.VAR_DIR / "redis"
        process = embedded_redis.start(settings.EMBEDDED_REDIS_SOCKET, directory)
    finally:
        client.close()
    try:
        yield
    finally:
        if process:
            process.terminate()
            process.wait(30)
