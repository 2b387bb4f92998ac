"""What was counted beside what was not, by reason and by day, and which bots came."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.menu import MenuItem

from analytics.figures import spans
from analytics.figures.spans import DropReason
from news.staff_reports import charts
from news.staff_reports.views import StaffReportView

BOT_KINDS = dict(spans.BotKind.choices)


@dataclass(slots=True)
class DroppedRow:
    """A reason or a kind of bot; `share` is its part of the largest one in hundredths."""

    label: str
    count: int
    share: int = 0


@dataclass(frozen=True, slots=True)
class DayRow:
    """A day with what was counted and what was not; no views where nobody counted."""

    day: date
    label: str
    views: int | None
    bots: int
    others: int
    note: str = ""


class DataQualityView(StaffReportView):
    """For those who answer for the numbers; the whole site, whatever a report is filtered by."""

    permission = "analytics.view_data_quality"
    page_title = gettext_lazy("Data quality")
    header_icon = "clipboard-list"
    counts_whole_days = True
    is_compared = False
    template_name = "news/admin/analytics_quality.html"
    export_headings = {
        "label": gettext_lazy("Name"),
        "count": gettext_lazy("Dropped"),
        "views": gettext_lazy("Views counted"),
        "bots": gettext_lazy("Bots and automated browsers"),
        "others": gettext_lazy("Dropped for other reasons"),
        "note": gettext_lazy("Note"),
    }

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]

    @property
    def table(self) -> str:
        asked = self.request.GET.get("table", "")
        return asked if asked in ("reasons", "bots") else "days"

    @property
    def export_filename(self) -> str:
        return f"dropped-{self.table}"

    @property
    def list_export(self) -> list[str]:
        if self.table == "days":
            return ["label", "views", "bots", "others", "note"]
        return ["label", "count"]

    def exported(self) -> list[Any]:
        return {"days": self.days, "reasons": self.reasons, "bots": self.bots}[self.table]

    @cached_property
    def drops(self) -> list[spans.Drop]:
        return spans.drops(self.filters.chosen_period.days)

    @cached_property
    def reasons(self) -> list[DroppedRow]:
        counts: Counter[str] = Counter()
        for drop in self.drops:
            counts[str(drop.reason.label)] += drop.count
        return _ranked(counts)

    @cached_property
    def bots(self) -> list[DroppedRow]:
        counts: Counter[str] = Counter()
        for drop in self.drops:
            if drop.reason in spans.BOTS:
                counts[_kind(drop)] += drop.count
        return _ranked(counts)

    @cached_property
    def days(self) -> list[DayRow]:
        bots: Counter[date] = Counter()
        others: Counter[date] = Counter()
        for drop in self.drops:
            (bots if drop.reason in spans.BOTS else others)[drop.day] += drop.count
        rows = []
        for point in self.points:
            day = point.at.date()
            label = date_format(day, "SHORT_DATE_FORMAT")
            note = charts.note_on(point, self.now)
            views = None if point.is_gap else point.views
            rows.append(DayRow(day, label, views, bots[day], others[day], note))
        return rows

    @cached_property
    def points(self) -> list[spans.Point]:
        """The days with the gaps in which nobody counted."""
        days = self.filters.chosen_period.days
        end = spans.buckets_of_days(days.last, days.last).last
        return spans.with_gaps(spans.daily(days), end=end, now=self.now)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        days = self.days
        dropped_bots, others = sum(row.bots for row in days), sum(row.others for row in days)
        return super().get_context_data(**kwargs) | {
            "narrowing_fields": [],
            "views": sum(row.views or 0 for row in days),
            "dropped_bots": dropped_bots,
            "dropped_others": others,
            "reasons": self.reasons,
            "bots": self.bots,
            "days": days,
            "has_gaps": any(row.note for row in days),
            "chart": charts.draw(self.points, hourly=False, now=self.now),
            "exports": {name: self.with_wishes(table=name) for name in ("days", "reasons", "bots")}
            if self.show_export_buttons
            else {},
            "self_check_address": reverse("counting_check"),
        }


class DataQualityMenuItem(MenuItem):
    """Shown to those who may open the page."""

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(DataQualityView.permission))


def _kind(drop: spans.Drop) -> str:
    if drop.reason is DropReason.AUTOMATION:
        return str(drop.reason.label)
    return str(BOT_KINDS.get(drop.detail) or drop.detail or _("Kind not known"))


def _ranked(counts: Counter[str]) -> list[DroppedRow]:
    most = max(counts.values(), default=0)
    return [
        DroppedRow(label, count, round(100 * count / most))
        for label, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]
