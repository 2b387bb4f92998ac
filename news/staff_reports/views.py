"""The overview of all readership, narrowed to a section or author, and each table whole."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.generic import View
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from analytics.figures import spans
from news import territory
from news.models import Author, SectionPage
from news.reports import EXPORT, VIEW
from news.spreadsheets import SpreadsheetExport
from news.staff_reports import charts, output, tables
from news.staff_reports.filters import FILTERING, ReportFilters
from news.staff_reports.overview import Overview
from news.staff_reports.periods import DAILY, Comparison, Preset
from news.staff_reports.tables import DIMENSIONS, Row, Table, TableName

ROWS_OF_OVERVIEW = 8
ROWS_PER_PAGE = 50
ALL = "all"


class StaffReportView(SpreadsheetExport, WagtailAdminTemplateMixin, View):
    """A page of figures: who may see it, what narrows it, and its address with other wishes."""

    permission = VIEW
    header_icon = "view"
    url_name = "analytics_overview"
    # Shorter periods say nothing where figures are kept by day.
    counts_whole_days = False
    is_compared = True

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

    def exported(self) -> Iterable[Any]:
        """Return the rows of the spreadsheet."""
        raise NotImplementedError

    @cached_property
    def show_export_buttons(self) -> bool:
        return bool(self.list_export) and self.request.user.has_perm(EXPORT)

    @cached_property
    def now(self) -> datetime:
        return timezone.now()

    @property
    def fixed(self) -> dict[str, str]:
        """What this report is about, whatever its address asks for."""
        return {}

    @cached_property
    def filters(self) -> ReportFilters:
        paths = territory.of(self.request.user, self.permission)
        return ReportFilters(self.request.GET, now=self.now, fixed=self.fixed, paths=paths)

    @cached_property
    def overview(self) -> Overview:
        filters = self.filters
        return Overview(
            filters.chosen_period,
            self.now,
            filters.page_ids,
            filters.chosen_channel,
            filters.subtree,
        )

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
        if address:
            wishes = self.fixed | wishes
        for name in ("p", "export", "table", *wishes):
            query.pop(name, None)
        for name, value in wishes.items():
            if value:
                query[name] = value
        address = address or self.address
        return f"{address}?{query.urlencode()}" if query else address

    def led_on(self, table: Table) -> Table:
        """Let the lines of a table lead to their own reports, with the wishes of this one."""
        for row in table.rows:
            if table.filter_name and row.key:
                row.address = self.with_wishes(
                    reverse("analytics_overview"), **{table.filter_name: row.key}
                )
            elif row.address and table.name is not TableName.ARTICLES:
                row.address = self.with_wishes(row.address, ordering="", q="")
        return table

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        period = self.filters.chosen_period
        shown = [name for name in FILTERING if name not in self.fixed]
        return super().get_context_data(**kwargs) | {
            "period": period,
            "filters_form": self.filters,
            "narrowing_fields": [
                self.filters[name] for name in shown if name in self.filters.fields
            ],
            "narrowing": self.filters.narrowing,
            "kept": {
                name: value
                for name, value in self.filters.filtering.items()
                if name not in self.fixed
            },
            "presets": [
                (preset, self.with_wishes(period=preset.value, first="", last=""))
                for preset in (DAILY if self.counts_whole_days else Preset)
                if preset != Preset.CUSTOM
            ],
            "shows_whole_days": self.counts_whole_days or bool(self.filters.chosen_channel),
            "comparisons": [
                (comparison, self.with_wishes(compare=comparison.value))
                for comparison in Comparison
                if self.is_compared
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
    list_export = ["label", "visits", "views", "visits_before", "event", "note"]
    export_headings = {
        "label": _("Time"),
        "visits": _("Visits"),
        "views": _("Views"),
        "visits_before": _("Visits in the period before"),
        "event": _("Published or updated"),
        "note": _("Note"),
    }

    def exported(self) -> list[charts.SeriesRow]:
        return self.overview.chart.rows

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        overview, period = self.overview, self.filters.chosen_period
        dropped = spans.drops_by_reason(period.days)
        bots = sum(dropped.get(reason, 0) for reason in spans.BOTS)
        names = [name for name in tables.names_on_offer() if self._is_told_by(name)]
        sees_quality = self.request.user.has_perm("analytics.view_data_quality")
        return context | {
            "is_new": overview.is_empty and not spans.has_ever_counted(),
            "check_address": reverse("counting_check") if sees_quality else "",
            "totals": overview.totals[0],
            "key_figures": overview.key_figures,
            "chart": overview.chart,
            "is_hourly": overview.is_hourly,
            "channel": overview.channel,
            "compared_days": period.as_days[1],
            "readers_now": spans.readers_now(now=self.now),
            "now_address": reverse("analytics_now"),
            "tables": [
                (
                    self.led_on(table),
                    table.rows,
                    self.with_wishes(reverse("analytics_table", args=[table.name.value])),
                )
                for table in overview.tables(names, ROWS_OF_OVERVIEW)
            ],
            "bots": bots,
            "quality_address": (
                self.with_wishes(reverse("analytics_quality")) if sees_quality else ""
            ),
            "other_drops": sum(dropped.values()) - bots,
            "newsroom_address": self.with_wishes(reverse("analytics_newsroom")),
            "export_address": self.with_wishes() if self.show_export_buttons else "",
        }

    def _is_told_by(self, name: TableName) -> bool:
        """A section has no table of sections beside itself."""
        return name.value.removesuffix("s") not in self.fixed


class GroupReportView(OverviewView):
    """What a section or an author put out, and how it was read."""

    template_name = "news/admin/analytics_group.html"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*super().get_breadcrumbs_items(), {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        period, page_ids = self.filters.chosen_period, self.filters.page_ids
        now, before = (output.of_pages(days, page_ids) for days in period.as_days)
        return super().get_context_data(**kwargs) | {
            "output": now,
            "output_before": before,
            "newest": output.newest(period.days, page_ids, limit=ROWS_OF_OVERVIEW),
        }


class SectionReportView(GroupReportView):
    """A section with all that nests in it."""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.section = get_object_or_404(SectionPage, pk=kwargs["pk"])
        if not territory.covers(territory.of(request.user, self.permission), self.section):
            raise PermissionDenied
        self.page_title = self.section.title
        self.export_filename = f"section-{self.section.pk}"

    @property
    def fixed(self) -> dict[str, str]:
        return {"section": str(self.section.pk)}


class AuthorReportView(GroupReportView):
    """One author; not there at all if the site wants no figures of persons."""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        if not settings.ANALYTICS_PER_PERSON:
            raise Http404
        self.author = get_object_or_404(Author, pk=kwargs["pk"])
        self.page_title = self.author.name
        self.export_filename = f"author-{self.author.pk}"

    @property
    def fixed(self) -> dict[str, str]:
        return {"author": self.author.slug}


class NowView(StaffReportView):
    """How many readers are on the site: a fragment that the page asks for again and again."""

    template_name = "news/admin/analytics_now.html"
    list_export: list[str] = []

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"readers_now": spans.readers_now(now=self.now)}


class TableView(StaffReportView):
    """One table with every row: sortable, searchable, to take along."""

    template_name = "news/admin/analytics_table.html"
    export_headings = {
        "label": _("Name"),
        "visits": _("Visits"),
        "views": _("Views"),
        "engaged_minutes": _("Engaged minutes"),
        "visits_before": _("Visits before"),
        "change": _("Change (%)"),
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
        has_engagement = self.table_name not in DIMENSIONS and not self.overview.channel
        return [
            *("label", "visits", "views"),
            *(["engaged_minutes"] if has_engagement else []),
            *(["visits_before", "change"] if self.table.is_compared else []),
        ]

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        overview = self.with_wishes(reverse("analytics_overview"), ordering="", q="")
        items = [*self.breadcrumbs_items, {"url": overview, "label": _("Analytics")}]
        return [*items, {"url": "", "label": self.page_title}]

    @property
    def ordering(self) -> str:
        asked = self.request.GET.get("ordering", "")
        return asked if asked.removeprefix("-") in self.export_headings else "-visits"

    def exported(self) -> list[Row]:
        return self.rows

    @cached_property
    def table(self) -> Table:
        (table,) = self.overview.tables([self.table_name])
        return table

    @cached_property
    def rows(self) -> list[Row]:
        return sorted_rows(self.table.rows, self.ordering, self.request.GET.get("q", ""))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        size = max(1, len(self.rows)) if self.request.GET.get("p") == ALL else ROWS_PER_PAGE
        page = Paginator(self.rows, size).get_page(self.request.GET.get("p"))
        self.led_on(Table(self.table_name, list(page.object_list)))
        return super().get_context_data(**kwargs) | {
            "page": page,
            "previous_address": self.with_wishes(p=str(page.number - 1)),
            "next_address": self.with_wishes(p=str(page.number + 1)),
            "all_address": self.with_wishes(p=ALL),
            "columns": [self._column(name) for name in self.list_export],
            "query": self.request.GET.get("q", ""),
            "ordering": self.ordering,
            "has_engagement": "engaged_minutes" in self.list_export,
            "is_compared": self.table.is_compared,
            "by_day_only": self.table_name in DIMENSIONS or self.overview.channel,
            "overlaps": self.table_name in tables.OVERLAPPING,
            "is_beside_channel": self.table.is_beside_channel,
            "channel": self.overview.channel,
            "is_by_host": self.overview.channel and self.table_name is TableName.REFERRERS,
            "is_countries": self.table_name is TableName.COUNTRIES,
            "is_search_words": self.table_name is TableName.SEARCH_WORDS,
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


def sorted_rows(rows: list[Row], ordering: str, query: str = "") -> list[Row]:
    """Return the rows that hold what is searched for, in the order asked for."""
    if wanted := query.strip().casefold():
        rows = [row for row in rows if wanted in row.label.casefold()]
    key, falls = ordering.removeprefix("-"), ordering.startswith("-")
    if key == "label":
        return sorted(rows, key=lambda row: row.label.casefold(), reverse=falls)
    known = [row for row in rows if getattr(row, key) is not None]
    unknown = [row for row in rows if getattr(row, key) is None]
    return sorted(known, key=lambda row: getattr(row, key), reverse=falls) + unknown


class AnalyticsMenuItem(MenuItem):
    """Shown to those who may see all numbers."""

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(VIEW))
