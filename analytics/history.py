"""Views that another program counted, taken over hour by hour; importing again replaces."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import F

from analytics import statistics
from analytics.models import ImportedHour, PageBucket, PageDay, PageMonth, WindowDelta
from analytics.pages import addresses_of_pages
from analytics.summaries import mark_stale
from analytics.timebuckets import BUCKET_SECONDS, BUCKETS_PER_HOUR, bucket_of, day_of_ms
from analytics.upserts import add_rows, insert_rows

ROWS_PER_TRANSACTION = 500
LARGEST_NUMBER = 2**31 - 1
LONGEST_PATH = 500
HEADER = ["path", "hour", "views"]
FIGURES = ("views", "visits")

Figures = dict[tuple[int, int], tuple[int, int]]


@dataclass(slots=True)
class Report:
    """How many rows came in, and which did not: line number and reason."""

    row_count: int = 0
    bad_rows: list[tuple[int, str]] = field(default_factory=list)


class BadRow(Exception):
    """A row cannot be taken over; the message says why."""


def import_views(lines: Iterable[str], *, now: datetime) -> Report:
    """Take over rows `path,hour,views[,visits]`; (path, hour) replaces what was imported for it.

    Hours are UTC and go into the bucket they start. Bad rows are reported and skipped.
    """
    report = Report()
    rows = _rows(lines, report, addresses_of_pages(), now)
    while batch := list(islice(rows, ROWS_PER_TRANSACTION)):
        # the last row of a file wins
        by_key = {(row.path, row.hour): row for row in batch}
        with transaction.atomic():
            _replace(list(by_key.values()), now)
        report.row_count += len(batch)
    if report.row_count:
        statistics.refresh()
    return report


def _rows(
    lines: Iterable[str], report: Report, pages: dict[str, int], now: datetime
) -> Iterator[ImportedHour]:
    reader = csv.reader(lines)
    for cells in reader:
        if not cells or (reader.line_num == 1 and cells[:3] == HEADER):
            continue
        try:
            yield _row(cells, pages, now)
        except BadRow as error:
            report.bad_rows.append((reader.line_num, str(error)))


def _row(cells: list[str], pages: dict[str, int], now: datetime) -> ImportedHour:
    if len(cells) not in {3, 4}:
        raise BadRow("expected path,hour,views[,visits]")
    path = _path(cells[0])
    page = pages.get(path)
    if page is None:
        raise BadRow(f"no live page has the address {cells[0]}")
    views = _number(cells[2])
    visits = _number(cells[3]) if len(cells) == 4 and cells[3].strip() else views
    if visits > views:
        raise BadRow("more visits than views")
    hour = _hour(cells[1], now)
    return ImportedHour(path=path, hour=hour, page_id=page, views=views, visits=visits)


def _path(text: str) -> str:
    try:
        return unquote(urlsplit(text.strip()).path)[:LONGEST_PATH]
    except ValueError:
        return ""


def _number(text: str) -> int:
    text = text.strip()
    if not (text.isascii() and text.isdecimal() and int(text[:12]) <= LARGEST_NUMBER):
        raise BadRow(f"{text!r} is not a number of views")
    return int(text)


def _hour(text: str, now: datetime) -> int:
    """Return hours since 1970; a time without a zone is UTC."""
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        raise BadRow(f"{text!r} is not a time in ISO 8601") from None
    at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    if (at.minute, at.second, at.microsecond) != (0, 0, 0):
        raise BadRow(f"{text!r} is not a full hour")
    if not datetime(1970, 1, 1, tzinfo=UTC) <= at <= now:
        raise BadRow(f"{text!r} is not in the past")
    return bucket_of(at) // BUCKETS_PER_HOUR


def _replace(rows: list[ImportedHour], now: datetime) -> None:
    old = list(
        ImportedHour.objects.select_for_update().filter(
            path__in={row.path for row in rows}, hour__in={row.hour for row in rows}
        )
    )
    keys = {(row.path, row.hour) for row in rows}
    taken_back = _sums(row for row in old if (row.path, row.hour) in keys)
    added = _sums(rows)
    _take_back(taken_back)
    _add(added, now)
    _tell_windows(taken_back, added, now)
    mark_stale((_day_of(bucket) for _, bucket in {*taken_back, *added}), now=now)
    ImportedHour.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["path", "hour"],
        update_fields=["page_id", "views", "visits"],
    )


def _sums(rows: Iterable[ImportedHour]) -> Figures:
    """Return views and visits by page and bucket: two paths may lead to one page."""
    sums: Figures = defaultdict(lambda: (0, 0))
    for row in rows:
        key = row.page_id, row.hour * BUCKETS_PER_HOUR
        views, visits = sums[key]
        sums[key] = views + row.views, visits + row.visits
    return sums


def _take_back(figures: Figures) -> None:
    """Subtract where the figures stand now: buckets go in time, days become months."""
    for (page, bucket), (views, visits) in sorted(figures.items()):
        less = {"views": F("views") - views, "visits": F("visits") - visits}
        PageBucket.objects.filter(page_id=page, bucket=bucket).update(**less)
        day = _day_of(bucket)
        if not PageDay.objects.filter(page_id=page, day=day).update(**less):
            PageMonth.objects.filter(page_id=page, month=day.replace(day=1)).update(**less)


def _add(figures: Figures, now: datetime) -> None:
    edge = _oldest_bucket(now)
    buckets = [(*key, *counts) for key, counts in figures.items() if key[1] >= edge]
    days: dict[tuple[int, date], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for (page, bucket), (views, visits) in figures.items():
        key = page, _day_of(bucket)
        days[key] = days[key][0] + views, days[key][1] + visits
    # what an import does not know is 0: a column without a default of the database's own
    _add_with_zeros(PageBucket, "bucket", buckets)
    _add_with_zeros(PageDay, "day", [(*key, *counts) for key, counts in days.items()])


def _add_with_zeros(
    model: type[PageBucket | PageDay], time: str, rows: Iterable[tuple[object, ...]]
) -> None:
    columns = (*FIGURES, "readers", "site_readers", "engaged_seconds")
    add_rows(model, ["page_id", time], columns, [(*row, 0, 0, 0) for row in rows])


def _tell_windows(taken_back: Figures, added: Figures, now: datetime) -> None:
    edge = _oldest_bucket(now)
    rows = []
    for key in sorted({*taken_back, *added}):
        old, new = taken_back.get(key, (0, 0)), added.get(key, (0, 0))
        if key[1] >= edge and old != new:
            rows.append((*key, new[0] - old[0], new[1] - old[1], 0, 0))
    columns = ["page_id", "bucket", "views", "visits", "readers", "engaged_seconds"]
    insert_rows(WindowDelta, columns, rows)


def _oldest_bucket(now: datetime) -> int:
    return bucket_of(now - timedelta(days=settings.ANALYTICS_BUCKET_RETENTION_DAYS))


def _day_of(bucket: int) -> date:
    return day_of_ms(bucket * BUCKET_SECONDS * 1000, ZoneInfo(settings.TIME_ZONE))
