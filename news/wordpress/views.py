"""The report of an import, in the Wagtail admin."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _
from django.views.generic import DetailView, ListView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from news.comments.models import ReaderComment
from news.wordpress.models import ImportRun, Kind, Outcome, ReportRow
from news.wordpress.report import Report
from news.wordpress.richtext import safe_address

PER_PAGE = 100
# Where our things are edited, by what they were.
EDIT_VIEWS = {
    Kind.POST: "wagtailadmin_pages:edit",
    Kind.PAGE: "wagtailadmin_pages:edit",
    Kind.CATEGORY: "wagtailadmin_pages:edit",
    Kind.MEDIA: "wagtailimages:edit",
    Kind.DOCUMENT: "wagtaildocs:edit",
    Kind.AUTHOR: "wagtailsnippets_news_author:edit",
    Kind.TAG: "wagtailsnippets_news_tag:edit",
}


class RunListView(PermissionRequiredMixin, WagtailAdminTemplateMixin, ListView):  # type: ignore[type-arg]
    """All imports, the latest first."""

    permission_required = "wordpress.view_importrun"
    raise_exception = True
    model = ImportRun
    paginate_by = 50
    page_title = _("WordPress imports")
    header_icon = "download"
    template_name = "wordpress/run_list.html"
    _show_breadcrumbs = True

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        own = {"url": "", "label": self.page_title}
        return [*super().get_breadcrumbs_items(), own]


class RunView(PermissionRequiredMixin, WagtailAdminTemplateMixin, DetailView):  # type: ignore[type-arg]
    """One import: its counts, and every row that is not "unchanged"."""

    permission_required = "wordpress.view_importrun"
    raise_exception = True
    model = ImportRun
    header_icon = "download"
    template_name = "wordpress/run.html"
    _show_breadcrumbs = True

    def get_page_title(self) -> str:
        return str(self.object)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        runs = {"url": reverse("wordpress_runs"), "label": _("WordPress imports")}
        return [*super().get_breadcrumbs_items(), runs, {"url": "", "label": str(self.object)}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        chosen = {name: self.request.GET.get(name, "") for name in ("outcome", "kind")}
        rows = self._rows(chosen)
        page = Paginator(rows, PER_PAGE).get_page(self.request.GET.get("p"))
        comments = _articles_of_comments(page.object_list)
        return super().get_context_data(
            chosen=chosen,
            kinds=Kind.choices,
            outcomes=[choice for choice in Outcome.choices if choice[0] != Outcome.UNCHANGED],
            # Unchanged things are counted, not listed.
            listed=set(Outcome.values) - {Outcome.UNCHANGED},
            counts=[
                (kind, Kind(kind).label, [(o, Outcome(o).label, n) for o, n in outcomes.items()])
                for kind, outcomes in self.object.counts.items()
            ],
            rows=[
                (row, _edit_url(row, comments), safe_address(row.old_url))
                for row in page.object_list
            ],
            page_obj=page,
            **kwargs,
        )

    def _rows(self, chosen: dict[str, str]) -> QuerySet[ReportRow]:
        rows = self.object.rows.order_by("pk")
        for name, value in chosen.items():
            rows = rows.filter(**{name: value}) if value else rows
        return rows


@permission_required("wordpress.view_importrun", raise_exception=True)
def report_json(request: HttpRequest, pk: int) -> HttpResponse | StreamingHttpResponse:
    """Return the whole report of a run as JSON."""
    run = get_object_or_404(ImportRun, pk=pk)
    report = Report(run)
    for kind, outcomes in run.counts.items():
        for outcome, count in outcomes.items():
            report.counts[kind, outcome] = count
    return StreamingHttpResponse(report.as_json(), content_type="application/json")


def _articles_of_comments(rows: Any) -> dict[int, int]:
    """Return the article of each comment among the rows: one query for all."""
    ids = [row.object_id for row in rows if row.kind == Kind.COMMENT and row.object_id]
    if not ids:
        return {}
    return dict(ReaderComment.objects.filter(pk__in=ids).values_list("pk", "article_id"))


def _edit_url(row: ReportRow, comments: dict[int, int]) -> str:
    if not row.object_id:
        return ""
    pk, kind = row.object_id, Kind(row.kind)
    if kind == Kind.COMMENT:
        # The queue has no page for one comment; its article does.
        pk, kind = comments.get(pk, 0), Kind.POST
    if not pk or kind not in EDIT_VIEWS:
        return ""
    try:
        return reverse(EDIT_VIEWS[kind], args=[pk])
    except NoReverseMatch:
        return ""
