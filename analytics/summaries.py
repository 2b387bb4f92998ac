"""Sums of days that are over and of their months: a year's report need not add up views.

A day's row stands, marked stale, from before the day ends; whoever counts something for a day
that is over marks it (and its month) again in the same transaction. A summary is made in one
transaction that begins by clearing the mark: it waits for a writer who holds the row, and sees
what that writer wrote. Whoever reads uses a summary only while it is not marked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Min, Model, Q
from wagtail.models import Page

from analytics.models import (
    PageDay,
    PageDayDimension,
    PageMonthDimension,
    PageMonthSum,
    ParentDay,
    ParentDayDimension,
    ParentDaySum,
    SiteDay,
    SiteDayDimension,
    SiteMonth,
)
from analytics.upserts import COUNTS

# What was read just before midnight is counted by then.
REST = timedelta(minutes=30)


def month_of(day: date) -> date:
    return day.replace(day=1)


def month_after(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)


def last_summed_of(row: SiteMonth) -> date:
    """Return up to which day a month is summed."""
    return row.through or month_after(row.month) - timedelta(1)


def mark_stale(days: Iterable[date], *, now: datetime) -> None:
    """Say, in the transaction that counts it, that something was counted for days that are over.

    Days are marked one by one in their order, so that two writers cannot wait for each other.
    """
    today = now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    late = sorted({day for day in days if day < today})
    for day in late:
        SiteDay.objects.filter(day=day).update(is_stale=True)
        ParentDay.objects.filter(day=day).update(is_stale=True)
    for month in sorted({month_of(day) for day in late}):
        SiteMonth.objects.filter(month=month).update(is_stale=True)


def mark_misplaced(page_id: int) -> None:
    """Say that a page stands elsewhere in the tree, or nowhere: sums by parent hold it no more."""
    counted = PageDay.objects.filter(page_id=page_id).values("day")
    fresh = ParentDay.objects.filter(day__in=counted, is_stale=False)
    with transaction.atomic():
        # in the order in which every writer takes them
        days = list(fresh.order_by("day").select_for_update().values_list("day", flat=True))
        ParentDay.objects.filter(day__in=days).update(is_stale=True)


def summarise(*, now: datetime) -> int:
    """Bring all summaries up to date; return how many days and months that took."""
    zone = ZoneInfo(settings.TIME_ZONE)
    today, settled = now.astimezone(zone).date(), (now - REST).astimezone(zone).date()
    first = PageDay.objects.aggregate(first=Min("day"))["first"]
    if first is None:
        return 0
    _make_rows(first, today)
    count = 0
    over = (first, settled - timedelta(1))
    old_shape = Q(shape__lt=ParentDay.SHAPE)
    for model, stale, sum_up in (
        (SiteDay, Q(is_stale=True), _sum_day),
        (ParentDay, Q(is_stale=True) | old_shape, _sum_day_by_parent),
    ):
        days = model._default_manager.filter(stale, day__range=over)
        for day in days.order_by("-day").values_list("day", flat=True):
            sum_up(day)
            count += 1
    for row in SiteMonth.objects.filter(month__gte=month_of(first), month__lt=settled):
        last = min(month_after(row.month), settled) - timedelta(1)
        if row.is_stale or last_summed_of(row) < last:
            _sum_month(row.month, last)
            count += 1
    return count


def forget_before(edge: date) -> None:
    """Delete the summaries of days and months that retention has taken away."""
    for model, name in (
        (SiteDay, "day"),
        (SiteDayDimension, "day"),
        (ParentDay, "day"),
        (ParentDayDimension, "day"),
        (ParentDaySum, "day"),
        (SiteMonth, "month"),
        (PageMonthSum, "month"),
        (PageMonthDimension, "month"),
    ):
        rows = model._default_manager.filter(**{f"{name}__lt": edge})
        rows._raw_delete(rows.db)


def _make_rows(first: date, today: date) -> None:
    days = {first + timedelta(number) for number in range((today - first).days + 1)}
    new = days - set(SiteDay.objects.values_list("day", flat=True))
    SiteDay.objects.bulk_create((SiteDay(day=day) for day in sorted(new)), ignore_conflicts=True)
    new = days - set(ParentDay.objects.values_list("day", flat=True))
    ParentDay.objects.bulk_create(
        (ParentDay(day=day) for day in sorted(new)), ignore_conflicts=True
    )
    months = {month_of(day) for day in days} - set(
        SiteMonth.objects.values_list("month", flat=True)
    )
    SiteMonth.objects.bulk_create(
        (SiteMonth(month=month) for month in sorted(months)), ignore_conflicts=True
    )


def _sum_day(day: date) -> None:
    sums = ", ".join(f"{name} = COALESCE((SELECT SUM({name}) FROM today), 0)" for name in COUNTS)  # noqa: S608
    with transaction.atomic():
        SiteDay.objects.filter(day=day).update(is_stale=False)
        SiteDayDimension.objects.filter(day=day).delete()
        _run(
            f"WITH today AS (SELECT * FROM {_table(PageDay)} WHERE day = %s) "  # noqa: S608
            f"UPDATE {_table(SiteDay)} SET {sums} WHERE day = %s",
            [day, day],
        )
        _run(
            f"INSERT INTO {_table(SiteDayDimension)} (day, dimension, value, views, visits) "  # noqa: S608
            f"SELECT day, dimension, value, SUM(views), SUM(visits) "
            f"FROM {_table(PageDayDimension)} WHERE day = %s GROUP BY day, dimension, value",
            [day],
        )


def _sum_day_by_parent(day: date) -> None:
    with transaction.atomic():
        ParentDay.objects.filter(day=day).update(is_stale=False, shape=ParentDay.SHAPE)
        for source, target, keys, figures in (
            (PageDay, ParentDaySum, (), COUNTS),
            (
                PageDayDimension,
                ParentDayDimension,
                ("dimension", "value"),
                ("views", "visits"),
            ),
        ):
            target._default_manager.filter(day=day).delete()
            _sum_by_parent(day, source, target, keys, figures)


def _sum_by_parent(
    day: date,
    source: type[Model],
    target: type[Model],
    keys: Sequence[str],
    figures: Sequence[str],
) -> None:
    page = _table(Page)
    sums = ", ".join(f"SUM({name}) AS {name}" for name in figures)
    # paths are many: they are looked up once they are few
    _run(
        f"INSERT INTO {_table(target)} (day, parent_id, {', '.join((*keys, *figures))}) "  # noqa: S608
        f"SELECT %s, parent.id, {', '.join((*keys, *figures))} FROM ("
        f"SELECT SUBSTR(page.path, 1, LENGTH(page.path) - {Page.steplen}) AS parent_path, "
        f"{', '.join((*keys, sums))} FROM {_table(source)} AS counted "
        f"JOIN {page} AS page ON page.id = counted.page_id WHERE day = %s "
        f"GROUP BY {', '.join(('parent_path', *keys))}"
        f") AS sums JOIN {page} AS parent ON parent.path = sums.parent_path",
        [day, day],
    )


def _sum_month(month: date, last: date) -> None:
    sums = ", ".join(f"SUM({name})" for name in COUNTS)
    bounds = [month, month, last]
    with transaction.atomic():
        SiteMonth.objects.filter(month=month).update(is_stale=False, through=last)
        for model in (PageMonthSum, PageMonthDimension):
            rows = model._default_manager.filter(month=month)
            rows._raw_delete(rows.db)
        _run(
            f"INSERT INTO {_table(PageMonthSum)} (month, page_id, {', '.join(COUNTS)}) "  # noqa: S608
            f"SELECT %s, page_id, {sums} FROM {_table(PageDay)} "
            f"WHERE day >= %s AND day <= %s GROUP BY page_id",
            bounds,
        )
        _run(
            f"INSERT INTO {_table(PageMonthDimension)} "  # noqa: S608
            "(month, page_id, dimension, value, views, visits) "
            "SELECT %s, page_id, dimension, value, SUM(views), SUM(visits) "
            f"FROM {_table(PageDayDimension)} WHERE day >= %s AND day <= %s "
            "GROUP BY page_id, dimension, value",
            bounds,
        )


def _table(model: type[Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _run(statement: str, parameters: list[date]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
