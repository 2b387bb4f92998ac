"""The compact form of an event in a stream: text columns, without id, reader or exact time.

Equal events have equal texts, so that a drain can count them before it reads them. The first
column is version and kind. The script in Redis adds the last columns:

    1v  bucket  page  dimension...  flags (1 visit, 2 first on page, 4 first on site)
    1r  bucket  page  seconds  scroll  depths (quarters of the page: before, - for none, and now)
    1d  bucket  reason  detail
    1e  (an epoch begins; counts nothing)
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from analytics.events import DROP, READ, Dimension, Dimensions, DropReason, Event, Kind
from analytics.timebuckets import bucket_of_ms

VERSION = "1"
EPOCH_ENTRY = f"{VERSION}e"
READ_SECONDS_LIMIT = 1800
NUMBER_LIMIT = 2**31 - 1  # what the tables hold
BUCKET_LIMIT = 5_000_000  # in the year 2112; far beyond, days have no date
VALUE_LIMIT_CHARACTERS = 100
DETAIL_LIMIT_CHARACTERS = 40
_DIMENSIONS = {str(dimension.value): dimension.value for dimension in Dimension}
_VIEW = Kind.VIEW.value
_VIEW_HEAD = f"{VERSION}{Kind.VIEW.value}"
_READ_HEAD = f"{VERSION}{Kind.READ.value}"
_REASONS = frozenset(DropReason.values)


class Entry(NamedTuple):
    """One event as a drain sees it; `flags` are 1 visit, 2 first on page, 4 first on site.

    `depths` are the quarters of the page that a reading has newly reached, 0 for its beginning.
    """

    kind: str
    bucket: int = 0
    page: int = 0
    flags: int = 0
    dimensions: Dimensions = ()
    seconds: int = 0
    scroll: int = 0
    depths: range = range(0)
    reason: str = ""
    detail: str = ""


def pack(event: Event) -> str:
    """Return the event's columns; views and reading times end where the script goes on."""
    bucket = bucket_of_ms(event.at_ms)
    if event.kind is DROP:
        return pack_drop(bucket, event.reason, event.detail)
    if event.kind is READ:
        return f"{_READ_HEAD}\t{bucket}\t{event.page}\t"
    return f"{_VIEW_HEAD}\t{bucket}\t{event.page}\t{_packed(event.dimensions)}"


# There are a few hundred combinations; of what is rare the oldest goes.
@lru_cache(maxsize=2048)
def _packed(dimensions: Dimensions) -> str:
    return "".join(
        f"{dimension}{value[:VALUE_LIMIT_CHARACTERS]}\t"
        for dimension, value in dimensions
        if value
    )


def pack_drop(bucket: int, reason: str, detail: str = "") -> str:
    detail = detail[:DETAIL_LIMIT_CHARACTERS]
    return f"{VERSION}{Kind.DROP.value}\t{bucket}\t{reason}\t{detail}"


def unpack(payload: bytes) -> Entry:
    """Return what a payload says; ValueError if the tables could not hold it."""
    head, _, columns = payload.decode().partition("\t")
    try:
        read = _READERS[head]
    except KeyError:
        raise ValueError(f"No such kind of entry: {head[:20]!r}.") from None
    try:
        return read(columns)
    except IndexError:
        raise ValueError("Too few columns.") from None


def _read_view(text: str) -> Entry:
    bucket, page, rest = text.split("\t", 2)
    flags, dimensions = _flags_and_dimensions(rest)
    return Entry(
        _VIEW,
        _number(bucket, at_most=BUCKET_LIMIT),
        _number(page, at_least=1),
        flags,
        dimensions,
    )


# Pages are many; of what is known of their readers there are a few hundred combinations.
@lru_cache(maxsize=8192)
def _flags_and_dimensions(text: str) -> tuple[int, Dimensions]:
    *columns, flags = text.split("\t")
    return _number(flags, at_most=7), tuple(_dimension(column) for column in columns)


def _read_reading(text: str) -> Entry:
    columns = text.split("\t")
    return Entry(
        kind=Kind.READ.value,
        bucket=_number(columns[0], at_most=BUCKET_LIMIT),
        page=_number(columns[1], at_least=1),
        seconds=_number(columns[2], at_most=READ_SECONDS_LIMIT),
        scroll=_number(columns[3], at_most=100),
        depths=_depths(columns[4]) if len(columns) > 4 else range(0),
    )


def _read_drop(text: str) -> Entry:
    bucket, reason, detail = text.split("\t")
    if reason not in _REASONS:
        raise ValueError(f"No such reason: {reason[:20]!r}.")
    return Entry(
        kind=Kind.DROP.value,
        bucket=_number(bucket, at_most=BUCKET_LIMIT),
        reason=reason,
        detail=_text(detail, DETAIL_LIMIT_CHARACTERS),
    )


def _read_epoch(text: str) -> Entry:
    return Entry(kind="e")


_READERS = {
    _VIEW_HEAD: _read_view,
    _READ_HEAD: _read_reading,
    f"{VERSION}{Kind.DROP.value}": _read_drop,
    EPOCH_ENTRY: _read_epoch,
}


def _number(column: str, *, at_least: int = 0, at_most: int = NUMBER_LIMIT) -> int:
    number = int(column)
    if not at_least <= number <= at_most:
        raise ValueError(f"Not between {at_least} and {at_most}: {number}.")
    return number


def _depths(column: str) -> range:
    before, now = column[:1], _number(column[1:], at_most=4)
    return range(0 if before == "-" else _number(before, at_most=4) + 1, now + 1)


def _dimension(column: str) -> tuple[int, str]:
    try:
        return _DIMENSIONS[column[0]], _text(column[1:], VALUE_LIMIT_CHARACTERS)
    except (KeyError, IndexError):
        raise ValueError(f"No such dimension: {column[:20]!r}.") from None


def _text(column: str, limit: int) -> str:
    if len(column) > limit or "\x00" in column:
        raise ValueError(f"Longer than {limit} characters or not a text: {column[:20]!r}.")
    return column
