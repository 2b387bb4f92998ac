"""One article's report, and its short form beside the editor."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.forms import Media
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View
from wagtail.admin.ui.side_panels import BaseSidePanel
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.widgets.button import Button
from wagtail.models import Page

from news.models import ArticlePage
from news.reports import EXPORT, VIEW
from news.spreadsheets import SpreadsheetExport
from news.staff_reports import charts, tables
from news.staff_reports.article import ArticleFigures, Steps, may_see
from news.staff_reports.tables import Table, TableName

TABLES = (TableName.CHANNELS, TableName.REFERRERS, TableName.DEVICES, TableName.COUNTRIES)
ROWS = 10


class ArticleReportView(SpreadsheetExport, WagtailAdminTemplateMixin, View):
    """Staff see every article, whoever wrote one sees that one."""

    template_name = "news/admin/analytics_article.html"
    header_icon = "view"
    export_headings = {
        "label": gettext_lazy("Name"),
        "visits": gettext_lazy("Visits"),
        "views": gettext_lazy("Views"),
        "event": gettext_lazy("Published or updated"),
        "note": gettext_lazy("Note"),
    }

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.now: datetime = timezone.now()
        articles = ArticlePage.objects.filter(first_published_at__isnull=False)
        self.article = get_object_or_404(articles.defer_streamfields(), pk=kwargs["pk"])
        self.figures = ArticleFigures(self.article, self.now)
        self.page_title = self.article.title

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may_see(request.user, self.article):
            raise PermissionDenied
        if self.is_export and not self.show_export_buttons:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.is_export:
            rows = self.exported_table.rows if self.exported_table else self.chart.rows
            return self.as_spreadsheet(rows, request.GET["export"])
        return self.render_to_response(self.get_context_data())

    @cached_property
    def show_export_buttons(self) -> bool:
        return bool(self.request.user.has_perm(EXPORT))

    @cached_property
    def exported_table(self) -> Table | None:
        asked = self.request.GET.get("table", "")
        return next((table for table in self.tables if table.name == asked), None)

    @property
    def list_export(self) -> list[str]:
        return ["label", "visits", "views", *([] if self.exported_table else ["event", "note"])]

    @cached_property
    def tables(self) -> list[Table]:
        days = self.figures.days
        return tables.build(TABLES, days, days, self.figures.page_ids)

    @cached_property
    def steps(self) -> Steps:
        asked = self.request.GET.get("steps")
        return Steps(asked) if asked in Steps.values else self.figures.default_steps()

    @cached_property
    def chart(self) -> charts.Chart:
        points = self.figures.series(self.steps)
        return charts.draw(
            points,
            hourly=self.steps is not Steps.ALL,
            now=self.now,
            events=self.figures.events(points),
        )

    def get_filename(self) -> str:
        name = self.exported_table.name.value if self.exported_table else "series"
        return f"article-{self.article.pk}-{name}"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        items = list(self.breadcrumbs_items)
        if self.request.user.has_perm(VIEW):
            items.append({"url": reverse("analytics_overview"), "label": _("Analytics")})
        return [*items, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        totals = self.figures.totals()
        address = f"{self.request.path}?steps={self.steps.value}"
        rights = self.article.permissions_for_user(self.request.user)
        return super().get_context_data(**kwargs) | {
            "article": self.article,
            "edit_address": (
                reverse("wagtailadmin_pages:edit", args=[self.article.pk])
                if rights.can_edit()
                else ""
            ),
            "totals": totals,
            "engaged_minutes": totals.engaged_seconds // 60,
            "seconds_per_visit": round(totals.engaged_seconds / totals.visits)
            if totals.visits
            else 0,
            "starts": self.figures.starts(),
            "steps": self.steps,
            "all_steps": Steps,
            "chart": self.chart,
            "is_hourly": self.steps is not Steps.ALL,
            "origins": self.figures.origins(),
            "is_by_week": self.figures.is_by_week,
            "places": self.figures.places(),
            "depths": self.figures.depths(),
            "comment_count": self.figures.comment_count(),
            "measures_reading": settings.ANALYTICS_ENGAGEMENT or totals.engaged_seconds,
            "tables": [
                (table, table.rows[:ROWS], f"{address}&table={table.name.value}")
                for table in self.tables
            ],
            "export_address": address if self.show_export_buttons else "",
            "time_zone": timezone.get_default_timezone_name(),
        }


def report_buttons(
    page: Page, user: Any, view_name: str = "", next_url: str | None = None
) -> Iterator[Button]:
    """Offer the report of an article wherever pages are listed."""
    if not issubclass(page.specific_class or Page, ArticlePage) or not page.first_published_at:
        return
    if user.has_perm(VIEW) or page.owner_id == user.pk:
        address = reverse("analytics_article", args=[page.pk])
        yield Button(_("Readership"), url=address, icon_name="view", priority=55)


class ReadershipPanel(BaseSidePanel):
    """Key figures and the last days of an article, beside its editor."""

    class SidePanelToggle(BaseSidePanel.SidePanelToggle):
        icon_name = "view"
        has_counter = False
        aria_label = gettext_lazy("Toggle readership")

    name = "readership"
    title = gettext_lazy("Readership")
    template_name = "news/admin/readership_panel.html"
    order = 260

    @property
    def media(self) -> Media:
        return Media(css={"all": ["news/staff_reports.css"]})

    @classmethod
    def is_shown(cls, article: ArticlePage, user: Any) -> bool:
        return article.first_published_at is not None and may_see(user, article)

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        figures = ArticleFigures(self.object, timezone.now())
        points = figures.sparkline()
        return super().get_context_data(parent_context) | {
            "totals": figures.totals(),
            "sparkline": charts.sparkline(points),
            "recent": sum(point.visits for point in points),
            "days": len(points),
            "report_address": reverse("analytics_article", args=[self.object.pk]),
        }
