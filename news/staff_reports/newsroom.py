"""The newsroom report: what was published, corrected and cared for, by section and author."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from news.staff_reports import output
from news.staff_reports.output import OutputRow
from news.staff_reports.views import StaffReportView

BY_SECTION, BY_AUTHOR = "sections", "authors"
COLUMNS = (
    "label",
    "article_count",
    "correction_count",
    "hours_to_publication",
    "credited_share",
    "described_share",
)


class NewsroomReportView(StaffReportView):
    """Two tables that are sorted, searched and taken along each by itself."""

    page_title = _("Newsroom")
    header_icon = "doc-full"
    counts_whole_days = True
    template_name = "news/admin/analytics_newsroom.html"
    list_export = list(COLUMNS)
    export_headings = {
        "label": _("Name"),
        "article_count": _("Articles published"),
        "correction_count": _("Corrections"),
        "hours_to_publication": _("Hours from draft to publication (median)"),
        "credited_share": _("Lead pictures with credit (%)"),
        "described_share": _("Lead pictures with alternative text (%)"),
    }

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        overview = self.with_wishes(reverse("analytics_overview"), ordering="", q="")
        items = [*self.breadcrumbs_items, {"url": overview, "label": _("Analytics")}]
        return [*items, {"url": "", "label": self.page_title}]

    @property
    def tables(self) -> dict[str, Any]:
        """The tables on offer; none about single persons if the site wants none."""
        sections = {BY_SECTION: self.work.by_section}
        authors = {BY_AUTHOR: self.work.by_author}
        return sections | (authors if settings.ANALYTICS_PER_PERSON else {})

    @cached_property
    def work(self) -> output.Work:
        return output.Work(self.filters.chosen_period.days)

    @property
    def export_filename(self) -> str:
        return f"newsroom-{self._asked}"

    @property
    def _asked(self) -> str:
        asked = self.request.GET.get("table", "")
        return asked if asked in self.tables else BY_SECTION

    def exported(self) -> list[OutputRow]:
        return self._rows(self._asked)

    @cached_property
    def ordering(self) -> str:
        asked = self.request.GET.get("ordering", "")
        return asked if asked.removeprefix("-") in COLUMNS else "-article_count"

    def _rows(self, name: str) -> list[OutputRow]:
        rows: list[OutputRow] = self.tables[name]()
        if wanted := self.request.GET.get("q", "").strip().casefold():
            rows = [row for row in rows if wanted in row.label.casefold()]
        key, falls = self.ordering.removeprefix("-"), self.ordering.startswith("-")
        known = [row for row in rows if getattr(row, key) is not None]
        unknown = [row for row in rows if getattr(row, key) is None]
        known.sort(
            key=lambda row: row.label.casefold() if key == "label" else getattr(row, key),
            reverse=falls,
        )
        return known + unknown

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        period = self.filters.chosen_period
        headings = {BY_SECTION: gettext("By section"), BY_AUTHOR: gettext("By author")}
        whole = self.work.whole(gettext("Whole newsroom"))
        return super().get_context_data(**kwargs) | {
            "narrowing_fields": [],
            "whole": whole,
            "whole_cells": cells(whole)[1:],
            "count_before": output.published(period.as_days[1]).count(),
            "tables": [
                (
                    name,
                    headings[name],
                    [cells(row) for row in self._rows(name)],
                    self.with_wishes(table=name),
                )
                for name in self.tables
            ],
            "columns": [self._column(name) for name in COLUMNS],
            "query": self.request.GET.get("q", ""),
            "search_keeps": [
                (name, value) for name, value in self.request.GET.items() if name != "q"
            ],
            "can_export": self.show_export_buttons,
        }

    def _column(self, name: str) -> dict[str, Any]:
        is_sorted = self.ordering.removeprefix("-") == name
        falls = self.ordering.startswith("-")
        rises_next = (is_sorted and falls) or (name == "label" and not is_sorted)
        return {
            "name": name,
            "label": self.export_headings[name],
            "address": self.with_wishes(ordering=name if rises_next else f"-{name}"),
            "direction": ("descending" if falls else "ascending") if is_sorted else "",
        }


def cells(row: OutputRow) -> list[str]:
    """Return a line as it is printed; what is not known is a dash."""
    hours, shares = row.hours_to_publication, (row.credited_share, row.described_share)
    return [
        row.label,
        number_format(row.article_count, force_grouping=True),
        number_format(row.correction_count, force_grouping=True),
        "–" if hours is None else number_format(hours, 1),
        *("–" if share is None else f"{share} %" for share in shares),
    ]
