"""The overview of all readership, and each of its tables whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.generic import View
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.mixins import SpreadsheetExportMixin

from analytics.figures import Totals, spans
from analytics.figures.spans import Days
from news.reports import EXPORT, VIEW, without_formula
from news.staff_reports import charts, tables
from news.staff_reports.filters import NARROWING, ReportFilters
from news.staff_reports.periods import Preset
from news.staff_reports.tables import DIMENSIONS, Row, TableName

ROWS_OF_OVERVIEW = 8
ROWS_PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """A figure beside the one of the period before."""

    label: str
    now: int
    before: int

    @property
    def change(self) -> int | None:
        """The change in per cent; None where there was nothing before."""
        return round(100 * (self.now - self.before) / self.before) if self.before else None


class StaffReportView(SpreadsheetExportMixin, WagtailAdminTemplateMixin, View):
    """A page of figures: who may see it, what narrows it, and its address with other wishes."""

    permission = VIEW
    header_icon = "view"
    url_name = "analytics_overview"
    custom_value_preprocess = {
        **SpreadsheetExportMixin.custom_value_preprocess,
        str: {"csv": without_formula},
    }

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm(self.permission):
            raise PermissionDenied
        if self.is_export and not self.show_export_buttons:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.is_export:
            return self.as_spreadsheet(self.exported(), request.GET["export"])
        return self.render_to_response(self.get_context_data())

    def exported(self) -> list[Any]:
        """Return the rows of the spreadsheet."""
        raise NotImplementedError

    @cached_property
    def show_export_buttons(self) -> bool:
        return bool(self.list_export) and self.request.user.has_perm(EXPORT)

    @cached_property
    def now(self) -> datetime:
        return timezone.now()

    @cached_property
    def filters(self) -> ReportFilters:
        return ReportFilters(self.request.GET, now=self.now)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *self.breadcrumbs_items,
            {"url": reverse("analytics_overview"), "label": _("Analytics")},
        ]

    def get_filename(self) -> str:
        days = self.filters.chosen_period.days
        return f"{self.export_filename}-{days.first}-{days.last}"

    @property
    def address(self) -> str:
        return self.request.path

    def with_wishes(self, address: str = "", **wishes: str) -> str:
        """Return an address with the wishes of this one, changed by `wishes`."""
        query = self.request.GET.copy()
        for name in ("p", "export", *wishes):
            query.pop(name, None)
        for name, value in wishes.items():
            if value:
                query[name] = value
        return f"{address or self.address}?{query.urlencode()}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        period = self.filters.chosen_period
        return super().get_context_data(**kwargs) | {
            "period": period,
            "filters_form": self.filters,
            "narrowing_fields": [
                self.filters[name] for name in NARROWING if name in self.filters.fields
            ],
            "narrowing": self.filters.narrowing,
            "presets": [
                (preset, self.with_wishes(period=preset.value, first="", last=""))
                for preset in Preset
                if preset != Preset.CUSTOM
            ],
            "reset_address": f"{self.address}?period={period.preset.value}",
            "time_zone": timezone.get_default_timezone_name(),
            "address": self.address,
        }


class OverviewView(StaffReportView):
    """Key figures, one series and the heads of all tables."""

    page_title = _("Analytics")
    template_name = "news/admin/analytics_overview.html"
    export_filename = "series"
    list_export = ["label", "visits", "views", "visits_before"]
    export_headings = {
        "label": _("Time"),
        "visits": _("Visits"),
        "views": _("Views"),
        "visits_before": _("Visits in the period before"),
    }

    def exported(self) -> list[charts.SeriesRow]:
        return self.chart.rows

    @cached_property
    def chart(self) -> charts.Chart:
        period, page_ids = self.filters.chosen_period, self.filters.page_ids
        if period.hours:
            before = period.before
            if isinstance(before, Days):
                before = spans.buckets_of_days(before.first, before.last)
            return charts.draw(
                spans.hourly(period.hours, page_ids), spans.hourly(before, page_ids), hourly=True
            )
        assert isinstance(period.before, Days)
        return charts.draw(
            spans.daily(period.days, page_ids), spans.daily(period.before, page_ids), hourly=False
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        period, page_ids = self.filters.chosen_period, self.filters.page_ids
        now, before = spans.total(period.span, page_ids), spans.total(period.before, page_ids)
        dropped = spans.drops_by_reason(period.days)
        bots = sum(dropped.get(reason, 0) for reason in spans.BOTS)
        return context | {
            "totals": now,
            "key_figures": self._key_figures(now, before),
            "chart": self.chart,
            "tables": [
                (
                    table,
                    table.rows[:ROWS_OF_OVERVIEW],
                    self.with_wishes(reverse("analytics_table", args=[table.name.value])),
                )
                for table in tables.build(
                    tables.names_on_offer(), period.span, period.days, page_ids
                )
            ],
            "bots": bots,
            "quality_address": (
                self.with_wishes(reverse("analytics_quality"))
                if self.request.user.has_perm("analytics.view_data_quality")
                else ""
            ),
            "other_drops": sum(dropped.values()) - bots,
            "export_address": self.with_wishes() if self.show_export_buttons else "",
        }

    def _key_figures(self, now: Totals, before: Totals) -> list[KeyFigure]:
        days = self.filters.chosen_period.days
        is_one_day = days.first == days.last and not self.filters.narrowing
        readers = _("Readers") if is_one_day else _("Readers (sum of daily readers)")
        return [
            KeyFigure(_("Visits"), now.visits, before.visits),
            KeyFigure(_("Views"), now.views, before.views),
            KeyFigure(readers, now.readers, before.readers),
            KeyFigure(
                _("Engaged minutes"), now.engaged_seconds // 60, before.engaged_seconds // 60
            ),
        ]


class TableView(StaffReportView):
    """One table with every row: sortable, searchable, to take along."""

    template_name = "news/admin/analytics_table.html"
    sortable = ("label", "visits", "views", "engaged_minutes")
    export_headings = {
        "label": _("Name"),
        "visits": _("Visits"),
        "views": _("Views"),
        "engaged_minutes": _("Engaged minutes"),
    }

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        try:
            self.table_name = TableName(kwargs["table"])
        except ValueError as error:
            raise Http404 from error
        if self.table_name not in tables.names_on_offer():
            raise Http404
        self.page_title = self.table_name.label
        self.export_filename = self.table_name.value

    @property
    def list_export(self) -> list[str]:
        engaged = [] if self.table_name in DIMENSIONS else ["engaged_minutes"]
        return ["label", "visits", "views", *engaged]

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        overview = self.with_wishes(reverse("analytics_overview"))
        items = [*self.breadcrumbs_items, {"url": overview, "label": _("Analytics")}]
        return [*items, {"url": "", "label": self.page_title}]

    @property
    def ordering(self) -> str:
        asked = self.request.GET.get("ordering", "")
        return asked if asked.removeprefix("-") in self.list_export else "-visits"

    def exported(self) -> list[Row]:
        return self.rows

    @cached_property
    def rows(self) -> list[Row]:
        period = self.filters.chosen_period
        (table,) = tables.build([self.table_name], period.span, period.days, self.filters.page_ids)
        rows = table.rows
        if wanted := self.request.GET.get("q", "").strip().casefold():
            rows = [row for row in rows if wanted in row.label.casefold()]
        key = self.ordering.removeprefix("-")
        rows.sort(
            key=lambda row: row.label.casefold() if key == "label" else getattr(row, key),
            reverse=self.ordering.startswith("-"),
        )
        return rows

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = Paginator(self.rows, ROWS_PER_PAGE).get_page(self.request.GET.get("p"))
        return super().get_context_data(**kwargs) | {
            "page": page,
            "previous_address": self.with_wishes(p=str(page.number - 1)),
            "next_address": self.with_wishes(p=str(page.number + 1)),
            "columns": [self._column(name) for name in self.list_export],
            "query": self.request.GET.get("q", ""),
            "ordering": self.ordering,
            "has_engagement": "engaged_minutes" in self.list_export,
            "by_day_only": self.table_name in DIMENSIONS,
            "overlaps": self.table_name in tables.OVERLAPPING,
            "search_keeps": [
                (name, value) for name, value in self.request.GET.items() if name not in ("q", "p")
            ],
            "export_address": self.with_wishes() if self.show_export_buttons else "",
        }

    def _column(self, name: str) -> dict[str, Any]:
        """Return a heading with the address that sorts by it, the other way if it does."""
        is_sorted = self.ordering.removeprefix("-") == name
        falls = self.ordering.startswith("-")
        turned = (
            name if (is_sorted and falls) or (name == "label" and not is_sorted) else f"-{name}"
        )
        direction = ("descending" if falls else "ascending") if is_sorted else ""
        return {
            "name": name,
            "label": self.export_headings[name],
            "address": self.with_wishes(ordering=turned),
            "direction": direction,
        }


class AnalyticsMenuItem(MenuItem):
    """Shown to those who may see all numbers."""

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(VIEW))
