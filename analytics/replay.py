"""Feeds an access log through intake, once, however often it is begun."""

from __future__ import annotations

import hashlib
import json
import secrets
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO
from urllib.parse import unquote

from analytics import buffer
from analytics.access_log import LogLine, read_line
from analytics.events import Event, Kind
from analytics.intake import take_in
from analytics.models import LogReplay
from analytics.pages import addresses_of_pages
from analytics.pseudonyms import SALT_BYTES, Salts, salts_from

LINES_PER_STEP = 1_000
COUNTED_STATUSES = (200, 304)
KEPT_LINE_NUMBERS = 20


class AlreadyFed(Exception):
    """This log was fed to its end before."""


class PageNotFound(Exception):
    """A target is neither a page's id nor a page's address."""


@dataclass(slots=True)
class Tally:
    """What became of the lines of a log, from its first to its last."""

    line_count: int = 0
    view_count: int = 0
    drops: Counter[tuple[str, str]] = field(default_factory=Counter)
    ignored: Counter[str] = field(default_factory=Counter)
    unparsable_count: int = 0
    unparsable_lines: list[int] = field(default_factory=list)

    def add(self, event: Event) -> None:
        if event.kind is Kind.DROP:
            self.drops[event.reason, event.detail] += 1
        else:
            self.view_count += 1

    def add_unparsable(self, number: int) -> None:
        self.unparsable_count += 1
        if len(self.unparsable_lines) < KEPT_LINE_NUMBERS:
            self.unparsable_lines.append(number)


class Pages:
    """Which page a path of the log stands for: by a map, else by the pages' own addresses."""

    def __init__(self, targets: Mapping[str, int] | None) -> None:
        self.targets = targets
        self.addresses = {} if targets is not None else addresses_of_pages()

    def page_of(self, path: str) -> int | None:
        if self.targets is not None:
            return self.targets.get(path)
        return self.addresses.get(unquote(path))


def resolved(targets: Mapping[str, str]) -> dict[str, int]:
    """Turn the targets of a map, ids or addresses, into ids; PageNotFound names a bad one."""
    needs_addresses = any(not target.isdecimal() for target in targets.values())
    addresses = addresses_of_pages() if needs_addresses else {}
    pages = {}
    for path, target in targets.items():
        page = int(target) if target.isdecimal() else addresses.get(unquote(target))
        if page is None:
            raise PageNotFound(target)
        pages[path] = page
    return pages


def why_ignored(line: LogLine, page: int | None) -> str:
    """Say why a line is no request for a page; "" if it is one."""
    if line.method != "GET":
        return "not GET"
    if line.status not in COUNTED_STATUSES:
        return "status not 200 or 304"
    return "not a page" if page is None else ""


def feed(
    file: BinaryIO,
    *,
    pages: Pages,
    host: str,
    now: datetime,
    progress: Callable[[int], None] = lambda line_count: None,
) -> Tally:
    """Feed a log of a site called `host` through intake with the log's own times.

    Goes on where a run that was killed stopped; what that run stored already is not stored
    again. AlreadyFed if the log was fed to its end; NotStored if Redis and spool refuse.
    """
    row = _row_of(file, now)
    salts = salts_from(bytes(row.key))
    tally = Tally()
    for number, event in _events(file, pages, host, salts, tally):
        if number > row.lines_done:
            # `now`, not the time of the line: the spool counts how long an event has waited
            buffer.accept(event, now=now, is_replay=True)
        tally.add(event)
        if number >= row.lines_done + LINES_PER_STEP:
            row.lines_done = number
            row.save(update_fields=["lines_done"])
            progress(number)
    _finish(row, tally, now)
    return tally


def _row_of(file: BinaryIO, now: datetime) -> LogReplay:
    digest = hashlib.sha256()
    while chunk := file.read(1 << 20):
        digest.update(chunk)
    file.seek(0)
    row, _ = LogReplay.objects.get_or_create(
        digest=digest.hexdigest(),
        defaults={"key": secrets.token_bytes(SALT_BYTES), "started_at": now},
    )
    if row.finished_at:
        raise AlreadyFed(row.finished_at.isoformat())
    return row


def _finish(row: LogReplay, tally: Tally, now: datetime) -> None:
    """Throw the key away; a log in which no page was found may be fed again with a map."""
    if not tally.view_count and not tally.drops:
        row.delete()
        return
    row.key = b""
    row.lines_done = tally.line_count
    row.finished_at = now
    row.save()


def _events(
    file: BinaryIO, pages: Pages, host: str, salts: Salts, tally: Tally
) -> Iterator[tuple[int, Event]]:
    """Yield the number and event of every request for a page; tally all other lines."""
    seen: Counter[bytes] = Counter()
    for number, raw in enumerate(file, start=1):
        tally.line_count = number
        raw = raw.rstrip(b"\r\n")
        line = read_line(raw.decode("utf-8", "replace"))
        if line is None:
            tally.add_unparsable(number)
            continue
        page = pages.page_of(line.path)
        if reason := why_ignored(line, page):
            tally.ignored[reason] += 1
            continue
        digest = hashlib.blake2b(raw, digest_size=16).digest()
        seen[digest] += 1
        view_id = hashlib.blake2b(digest + seen[digest].to_bytes(4, "big"), digest_size=16)
        body = _body(view_id.digest(), page, line)
        environ = {
            "REMOTE_ADDR": line.address,
            "HTTP_USER_AGENT": line.user_agent,
            "HTTP_HOST": host,
        }
        event = take_in(Kind.VIEW, environ, body, now=line.at, salts=salts, is_replay=True)
        yield number, event


def _body(view_id: bytes, page: int | None, line: LogLine) -> bytes:
    """Return what the beacon would have sent; like the beacon it cuts addresses short."""
    fields = {
        "id": str(uuid.UUID(bytes=view_id)),
        "page": page,
        "ref": _plain("/".join(line.referrer.split("/", 3)[:3]), 250),
        "loc": _plain(line.target, 600),
    }
    return json.dumps(fields).encode()


def _plain(text: str, length: int) -> str:
    return "".join(c for c in text if c.isascii() and c.isprintable())[:length]
