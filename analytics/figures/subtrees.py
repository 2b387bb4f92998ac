"""Pages at and below places in the tree, and what is summed of them by day."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import Min, Model, Q, QuerySet
from wagtail.models import Page

from analytics.figures import facts
from analytics.figures.facts import Days
from analytics.models import (
    PageDay,
    PageDayDimension,
    ParentDay,
    ParentDayDimension,
    ParentDaySum,
)
from analytics.registry import PageIds


class Subtree:
    """All pages at and below `roots`, which are tree paths; the tree is asked once.

    Its figures come as querysets that together hold some days: the sums of what stands right
    below each parent, the roots' own rows, and the rows of days that are not summed.
    """

    def __init__(self, roots: Collection[str]) -> None:
        # a root within another is below that one already
        self.roots = [
            root for root in roots if not any(root.startswith(one) for one in {*roots} - {root})
        ]
        self._asked: Days | None = None
        self._true: set[date] = set()

    def counts(self, days: Days) -> list[QuerySet[Any, Any]]:
        """Return rows with a day and the figures of `Counts`."""
        return self._rows(days, PageDay, ParentDaySum)

    def dimensions(self, days: Days) -> list[QuerySet[Any, Any]]:
        """Return rows with a day, a dimension, its value, views and visits."""
        return self._rows(days, PageDayDimension, ParentDayDimension)

    def _rows(
        self, days: Days, by_page: type[Model], by_parent: type[Model]
    ) -> list[QuerySet[Any, Any]]:
        summed, missing = self._cut(days)
        own = by_page._default_manager.filter(page_id__in=self._own)
        below = by_parent._default_manager.filter(parent_id__in=self._parents)
        found = [rows.filter(day__in=summed) for rows in (below, own)]
        if missing:
            found.append(
                by_page._default_manager.filter(day__in=missing, page_id__in=self._page_ids)
            )
        return found

    def _cut(self, days: Days) -> tuple[list[date], list[date]]:
        """Return the days whose sums are true, and the others on which somebody counted.

        Whoever asks for all days first gets parts of them without a query.
        """
        if self._asked is None or not self._asked.holds(days):
            sums = ParentDay.objects.true().filter(day__range=(days.first, days.last))
            self._asked, self._true = days, set(sums.values_list("day", flat=True))
        summed = [day for day in days if day in self._true]
        return summed, [day for day in days if day not in self._true and self._counts_on(day)]

    def _counts_on(self, day: date) -> bool:
        return self._first_day is not None and day >= self._first_day

    @cached_property
    def _first_day(self) -> date | None:
        return first_day()

    @cached_property
    def _pages(self) -> QuerySet[Page, Page]:
        below = Q()
        for root in self.roots:
            below |= Q(path__startswith=root)
        pages: QuerySet[Page, Page] = Page.objects.order_by().filter(below)
        return pages

    @cached_property
    def _own(self) -> list[int]:
        return list(Page.objects.filter(path__in=self.roots).values_list("pk", flat=True))

    @cached_property
    def _parents(self) -> list[int]:
        return list(self._pages.filter(numchild__gt=0).values_list("pk", flat=True))

    @cached_property
    def _page_ids(self) -> list[int] | PageIds:
        return named(self._pages.values("pk"))


def named(page_ids: PageIds) -> list[int] | PageIds:
    """Return the pages one by one unless they are many; one query.

    A subquery tells a planner nothing of how few they are.
    """
    ids = [pk for row in page_ids[: facts.MOST_NAMED + 1] for pk in row.values()]
    return ids if len(ids) <= facts.MOST_NAMED else page_ids


def first_day() -> date | None:
    """Return the first day on which anything was counted; one query.

    A young site is asked for a year: a planner should not expect a year of rows.
    """
    found: date | None = PageDay.objects.aggregate(first=Min("day"))["first"]
    return found
