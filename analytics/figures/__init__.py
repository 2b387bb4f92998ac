"""Numbers for panels and reports: by page over a window, over days, and day by day."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import IntegerField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from analytics.models import PageDay, PageMonth, Window, WindowTotal
from analytics.registry import PageIds

FIGURES = ("views", "visits", "readers", "engaged_seconds")


@dataclass(frozen=True, slots=True)
class Totals:
    """Figures of one page over some days; `readers` is the sum of its daily readers."""

    views: int = 0
    visits: int = 0
    readers: int = 0
    engaged_seconds: int = 0


@dataclass(frozen=True, slots=True)
class DayTotals:
    """Figures of one day of the site."""

    day: date
    views: int = 0
    visits: int = 0
    readers: int = 0
    engaged_seconds: int = 0


def visits_of(page_ids: Collection[int], window: str = Window.WEEK) -> dict[int, int]:
    """Return the visits of each of the pages in a rolling window; 0 where there were none."""
    found = WindowTotal.objects.filter(window=Window(window), page_id__in=list(page_ids))
    return dict.fromkeys(page_ids, 0) | dict(found.values_list("page_id", "visits"))


def period_totals(
    first: date, last: date, page_ids: Collection[int] | PageIds | None = None
) -> dict[int, Totals]:
    """Return the totals by page of the days `first` to `last`, both included.

    Pages without views are left out. Days that retention has rolled into months count with
    their month if its first day lies in the period.
    """
    sums: dict[int, list[int]] = {}
    for model, name in ((PageDay, "day"), (PageMonth, "month")):
        rows = model._default_manager.filter(**{f"{name}__range": (first, last)})
        if page_ids is not None:
            rows = rows.filter(page_id__in=_ids(page_ids))
        for page_id, *figures in (
            rows.values("page_id")
            .annotate(**{f"sum_{figure}": Sum(figure) for figure in FIGURES})
            .values_list("page_id", *(f"sum_{figure}" for figure in FIGURES))
        ):
            known = sums.get(page_id, [0] * len(FIGURES))
            sums[page_id] = [a + b for a, b in zip(known, figures, strict=True)]
    return {page_id: Totals(*figures) for page_id, figures in sums.items()}


def daily_totals(
    first: date, last: date, page_ids: Collection[int] | PageIds | None = None
) -> list[DayTotals]:
    """Return one row per day from `first` to `last`, also for days without views."""
    rows = PageDay.objects.filter(day__range=(first, last))
    if page_ids is not None:
        rows = rows.filter(page_id__in=_ids(page_ids))
    found = {
        day: DayTotals(day, *figures)
        for day, *figures in rows.values("day")
        .annotate(**{f"sum_{figure}": Sum(figure) for figure in FIGURES})
        .values_list("day", *(f"sum_{figure}" for figure in FIGURES))
    }
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return [found.get(day, DayTotals(day)) for day in days]


def period_sum(figure: str, first: date, last: date, *, page_id: str = "pk") -> Combinable:
    """Return an expression for `annotate()`: a page's own sum of `figure` over the days.

    `page_id` names the outer column with the page's id. A page never viewed has 0.
    """
    days, months = (
        Coalesce(
            Subquery(
                model._default_manager.filter(
                    page_id=OuterRef(page_id), **{f"{name}__range": (first, last)}
                )
                .order_by()
                .values("page_id")
                .annotate(total=Sum(figure))
                .values("total"),
                output_field=IntegerField(),
            ),
            0,
        )
        for model, name in ((PageDay, "day"), (PageMonth, "month"))
    )
    return days + months


def overall(first: date, last: date, page_ids: QuerySet[Any, Any] | None = None) -> Totals:
    """Return one sum over all pages; two queries however many there are.

    For the whole site, pages that are gone included, a reader counts once a day. With
    `page_ids` (a subquery of ids) a reader counts once a day for each page.
    """
    totals = Totals()
    for model, name in ((PageDay, "day"), (PageMonth, "month")):
        rows = model._default_manager.filter(**{f"{name}__range": (first, last)})
        readers = "site_readers"
        if page_ids is not None:
            rows, readers = rows.filter(page_id__in=page_ids), "readers"
        sums = rows.aggregate(
            views=Coalesce(Sum("views"), 0),
            visits=Coalesce(Sum("visits"), 0),
            readers_total=Coalesce(Sum(readers), 0),
            engaged_seconds=Coalesce(Sum("engaged_seconds"), 0),
        )
        totals = Totals(
            totals.views + sums["views"],
            totals.visits + sums["visits"],
            totals.readers + sums["readers_total"],
            totals.engaged_seconds + sums["engaged_seconds"],
        )
    return totals


def _ids(page_ids: Collection[int] | PageIds) -> list[int] | PageIds:
    """Return ids for a filter: a subquery stays one."""
    return page_ids if isinstance(page_ids, QuerySet) else list(page_ids)
