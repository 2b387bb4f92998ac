"""Lines of an access log in combined format, read without guessing."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import NamedTuple
from urllib.parse import urlsplit

LINE = re.compile(
    r'(?P<address>\S+) \S+ .*?\[(?P<time>[^\]]+)\] "(?P<request>(?:[^"\\]|\\.)*)" '
    r'(?P<status>\d{3}) (?:\d+|-) "(?P<referrer>(?:[^"\\]|\\.)*)" "(?P<agent>(?:[^"\\]|\\.)*)"'
)
TIME = re.compile(r"(\d\d)/(\w{3})/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)")
# Written out: the names of months in a log do not follow the system's language.
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class LogLine(NamedTuple):
    """One request; a dash in the log is an empty text here, `path` has no query."""

    address: str
    at: datetime
    method: str
    target: str
    path: str
    status: int
    referrer: str
    user_agent: str


def read_line(text: str) -> LogLine | None:
    """Return what a line says; None if it is not in combined format."""
    match = LINE.match(text)
    at = _time(match["time"]) if match else None
    if match is None or at is None:
        return None
    method, _, rest = match["request"].partition(" ")
    target = rest.rpartition(" ")[0] or rest
    return LogLine(
        address=match["address"],
        at=at,
        method=method,
        target=target,
        path=_path(target),
        status=int(match["status"]),
        referrer=_without_dash(match["referrer"]),
        user_agent=_without_dash(match["agent"]),
    )


def _time(text: str) -> datetime | None:
    match = TIME.fullmatch(text)
    if match is None or match[2] not in MONTHS:
        return None
    offset = timedelta(hours=int(match[8]), minutes=int(match[9]))
    try:
        zone = timezone(-offset if match[7] == "-" else offset)
        day, year, hour, minute, second = (int(match[n]) for n in (1, 3, 4, 5, 6))
        return datetime(year, MONTHS.index(match[2]) + 1, day, hour, minute, second, tzinfo=zone)
    except ValueError:
        return None


def _path(target: str) -> str:
    if not target.startswith("/"):
        try:
            target = urlsplit(target).path
        except ValueError:
            return ""
    return target.partition("?")[0].partition("#")[0]


def _without_dash(text: str) -> str:
    return "" if text == "-" else text
