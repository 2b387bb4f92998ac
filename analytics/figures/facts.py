"""The rows that hold the figures of a span, by page: summed months where they fit, else days.

What is asked here does not depend on how it is stored: quarter hours, days, summed months and
months that retention has rolled up come as querysets with the same columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import IntegerField, Model, Q, QuerySet, Value

from analytics.events import Dimension
from analytics.models import (
    PageBucket,
    PageDay,
    PageDayDimension,
    PageMonth,
    PageMonthDimension,
    PageMonthSum,
    SiteMonth,
)
from analytics.registry import PageIds
from analytics.summaries import last_summed_of
from analytics.timebuckets import bucket_of

COLUMNS = ("page_id", "views", "visits", "readers", "site_readers", "engaged_seconds")
BEFORE = "visits_before"
# As many pages can be named one by one; for more, a subquery lets the database scan.
MOST_NAMED = 4000
# What whole months leave over of a period.
FEW_DAYS = 62


@dataclass(frozen=True, slots=True)
class Days:
    """Days of the site's time zone, both ends included."""

    first: date
    last: date

    def __len__(self) -> int:
        return (self.last - self.first).days + 1

    def __iter__(self) -> Iterator[date]:
        return (self.first + timedelta(number) for number in range(len(self)))

    def holds(self, other: Days) -> bool:
        """Say whether all of the other days are among these."""
        return self.first <= other.first and other.last <= self.last


@dataclass(frozen=True, slots=True)
class Buckets:
    """Buckets of 15 minutes UTC, both ends included; they are kept for some weeks only."""

    first: int
    last: int

    @classmethod
    def between(cls, start: datetime, end: datetime) -> Buckets:
        """Return the buckets from the one that holds `start` to the one that holds `end`."""
        return cls(bucket_of(start), bucket_of(end))


Span = Days | Buckets


@dataclass(frozen=True, slots=True)
class Pieces:
    """A period as months whose sums are true, and the days that they do not hold."""

    months: list[date]
    days: list[Days]

    def in_months(self, rows: QuerySet[Any]) -> list[QuerySet[Any]]:
        return [rows.filter(month__in=self.months)] if self.months else []

    def in_days(self, rows: QuerySet[Any]) -> list[QuerySet[Any]]:
        if not self.days:
            return []
        if sum(map(len, self.days)) <= FEW_DAYS:
            # named one by one, each is a step in an index that leads with the page
            return [rows.filter(day__in=[day for piece in self.days for day in piece])]
        wanted = Q()
        for piece in self.days:
            wanted |= Q(day__range=(piece.first, piece.last))
        return [rows.filter(wanted)]


def summed_months(first: date, last: date) -> list[Days]:
    """Return what is summed truly of the months that begin on these days; one query."""
    rows = SiteMonth.objects.filter(month__range=(first, last), is_stale=False)
    return [Days(row.month, last_summed_of(row)) for row in rows.order_by("month")]


def pieces(days: Days, summed: Iterable[Days] | None = None) -> Pieces:
    """Cut a period; one query, or none with the months that are summed."""
    if summed is None:
        summed = summed_months(days.first, days.last)
    months = [month for month in summed if days.holds(month)]
    rest, start = [], days.first
    for month in months:
        if start < month.first:
            rest.append(Days(start, month.first - timedelta(1)))
        start = month.last + timedelta(1)
    if start <= days.last:
        rest.append(Days(start, days.last))
    return Pieces([month.first for month in months], rest)


def rows_of(
    span: Span, page_ids: PageIds | None, channel: str, summed: Iterable[Days]
) -> list[QuerySet[Any]]:
    """Return querysets of `COLUMNS` that together hold the span; `summed` as in `pieces`.

    With a channel only views and visits are known, and by day: the others are 0.
    """
    found: list[QuerySet[Any]]
    if isinstance(span, Buckets):
        found = [PageBucket.objects.filter(bucket__range=(span.first, span.last))]
    elif channel:
        cut, chosen = pieces(span, summed), Q(dimension=Dimension.CHANNEL, value=channel)
        found = cut.in_months(PageMonthDimension.objects.filter(chosen))
        found += cut.in_days(PageDayDimension.objects.filter(chosen))
    else:
        cut = pieces(span, summed)
        found = cut.in_months(PageMonthSum.objects.all()) + cut.in_days(PageDay.objects.all())
        found.append(PageMonth.objects.filter(month__range=(span.first, span.last)))
    if page_ids is not None:
        found = [rows.filter(page_id__in=page_ids) for rows in found]
    return [_columns(rows, is_dimension=bool(channel)) for rows in found]


def _columns(rows: QuerySet[Any], *, is_dimension: bool) -> QuerySet[Any]:
    rows = rows.order_by()
    if not is_dimension:
        return rows.values_list(*COLUMNS)
    nothing = {name: Value(0, output_field=IntegerField()) for name in COLUMNS[3:]}
    return rows.annotate(**nothing).values_list(*COLUMNS)  # type: ignore[no-any-return]


def with_totals(
    span: Span,
    page_ids: PageIds | None = None,
    channel: str = "",
    *,
    before: Span | None = None,
    figures: Sequence[str] = COLUMNS[1:],
) -> tuple[str, list[Any]]:
    """Return the head of a statement that may read the sums by page from `totals`.

    ... and its parameters; the columns of `totals` are `figures` and the visits of the span
    `before`: pages read only then have no views.
    """
    parts, parameters = [], []
    nothing = ", ".join("0" for _ in figures)
    wanted: list[tuple[str, Span]] = [(f"page_id, page_id, {', '.join(figures)}, 0", span)]
    if before is not None:
        wanted.append((f"page_id, page_id, {nothing}, visits", before))
    whole = [one for _, one in wanted if isinstance(one, Days)]
    summed = (
        summed_months(min(one.first for one in whole), max(one.last for one in whole))
        if whole
        else []
    )
    for selected, one in wanted:
        for rows in rows_of(one, page_ids, channel, summed):
            try:
                statement, values = rows.query.get_compiler(rows.db).as_sql()
            except EmptyResultSet:
                continue
            parts.append(f"SELECT {selected} FROM ({statement}) AS part")  # noqa: S608
            parameters += values
    if not parts:
        parts = [f"SELECT 0, 0, {nothing}, 0 WHERE 1 = 0"]
    columns = (*figures, BEFORE)
    sums = ", ".join(f"SUM({name}) AS {name}" for name in columns)
    # PostgreSQL takes one column of a union for a few hundred values and would look pages up
    # one by one; of two columns it believes that there are many.
    return (
        f"WITH facts(page_id, twin_id, {', '.join(columns)}) "  # noqa: S608
        f"AS ({' UNION ALL '.join(parts)}), totals AS MATERIALIZED "
        f"(SELECT page_id, {sums} FROM facts GROUP BY page_id, twin_id) ",
        parameters,
    )


def fetch(statement: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


def table_of(model: type[Model]) -> str:
    return str(connection.ops.quote_name(model._meta.db_table))
