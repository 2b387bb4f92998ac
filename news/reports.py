"""The readership report in the admin."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import django_filters
from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import BaseColumn, Column, DateColumn, NumberColumn, TitleColumn
from wagtail.admin.views.reports import ReportView
from wagtail.models import Page

from news import readership, territory
from news.models import ArticlePage, Author, SectionPage
from news.querysets import ArticleQuerySet
from news.spreadsheets import SpreadsheetExport

VIEW = "analytics.view_reports"
EXPORT = "analytics.export_reports"
# Columns that a phone has no room for.
WIDE = "readership__wide"


def _local(moment: datetime) -> datetime:
    """Return the site's own time without a zone: spreadsheets know none."""
    return timezone.make_naive(moment).replace(microsecond=0)


def _parent_path(page: Page) -> str:
    return page.path[: -Page.steplen]


class SectionField(django_filters.fields.ModelChoiceField):
    def label_from_instance(self, section: SectionPage) -> str:
        return f"{'– ' * (section.depth - 3)}{section.title}"


class SectionFilter(django_filters.ModelChoiceFilter):
    """Everything below a section, its own sections included."""

    field_class = SectionField

    def filter(self, articles: ArticleQuerySet, section: SectionPage | None) -> ArticleQuerySet:
        return articles.descendant_of(section) if section else articles


class ReadershipFilterSet(WagtailFilterSet):
    """The period is chosen here but read by the view; the rest narrows the articles."""

    period = django_filters.ChoiceFilter(
        label=_("Period"),
        choices=readership.Preset.choices,
        empty_label=None,
        method="leave_alone",
        widget=forms.RadioSelect,
    )
    first = django_filters.DateFilter(
        label=_("First day"), method="leave_alone", widget=forms.DateInput(attrs={"type": "date"})
    )
    last = django_filters.DateFilter(
        label=_("Last day"), method="leave_alone", widget=forms.DateInput(attrs={"type": "date"})
    )
    section = SectionFilter(
        label=_("Section"), queryset=lambda request: SectionPage.objects.order_by("path")
    )
    author = django_filters.ModelChoiceFilter(
        label=_("Author"), field_name="article_authors__author", queryset=Author.objects.all()
    )

    class Meta:
        model = ArticlePage
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not settings.ANALYTICS_PER_PERSON:
            del self.filters["author"]

    def leave_alone(self, articles: ArticleQuerySet, name: str, value: object) -> ArticleQuerySet:
        return articles


class ReadershipView(SpreadsheetExport, ReportView):
    """Articles with what was counted of them; ordered, filtered and summed in the database."""

    model = ArticlePage
    page_title = _("Readership")
    header_icon = "view"
    template_name = "news/admin/readership.html"
    results_template_name = "news/admin/readership_results.html"
    index_url_name = "readership_report"
    index_results_url_name = "readership_report_results"
    filterset_class = ReadershipFilterSet
    default_ordering = "-visits"
    is_searchable = True
    search_backend_name = None
    search_fields = ["title"]
    exported = (
        "title",
        "section_title",
        "author_names",
        "first_published_at",
        "visits",
        "views",
        "readers",
        "address",
    )
    export_headings = {
        "title": _("Headline"),
        "section_title": _("Section"),
        "author_names": _("Authors"),
        "first_published_at": _("Published"),
        "visits": _("Visits"),
        "views": _("Views"),
        "readers": _("Readers (sum of daily readers)"),
        "address": _("Address"),
    }
    custom_value_preprocess = {
        **SpreadsheetExport.custom_value_preprocess,
        datetime: {"csv": _local, "xlsx": _local},
    }

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm(VIEW) or (self.is_export and not self.show_export_buttons):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @property
    def list_export(self) -> list[str]:
        return [name for name in self.exported if name not in self._left_out]

    @property
    def _left_out(self) -> tuple[str, ...]:
        """Names of people stand beside no figure if the site wants it so."""
        return () if settings.ANALYTICS_PER_PERSON else ("author_names",)

    @cached_property
    def show_export_buttons(self) -> bool:
        return self.request.user.has_perm(EXPORT)

    @cached_property
    def period(self) -> readership.Period:
        self.filters.is_valid()
        asked = self.filters.form.cleaned_data
        return readership.period(asked.get("period") or "", asked.get("first"), asked.get("last"))

    @cached_property
    def columns(self) -> list[BaseColumn]:
        columns = [
            TitleColumn(
                "title", label=_("Headline"), sort_key="title", url_name="analytics_article"
            ),
            Column("section_title", label=_("Section"), classname=WIDE),
            Column("author_names", label=_("Authors"), classname=WIDE),
            DateColumn(
                "first_published_at",
                label=_("Published"),
                sort_key="first_published_at",
                classname=WIDE,
            ),
            NumberColumn("visits", label=_("Visits"), sort_key="visits"),
            NumberColumn("views", label=_("Views"), sort_key="views"),
            NumberColumn("readers", label=_("Readers"), sort_key="readers"),
        ]
        return [column for column in columns if column.name not in self._left_out]

    def get_base_queryset(self) -> ArticleQuerySet:
        articles = readership.articles_read(self.period)
        paths = territory.of(self.request.user, VIEW)
        return articles if paths is None else articles.filter(territory.within(paths))

    def get_filtered_queryset(self) -> ArticleQuerySet:
        return self.get_queryset()

    def order_queryset(self, articles: ArticleQuerySet) -> ArticleQuerySet:
        return articles.order_by(self.ordering, "-first_published_at", "-pk")

    def decorate_paginated_queryset(self, articles: Iterable[ArticlePage]) -> list[ArticlePage]:
        rows = list(articles)
        parents = Page.objects.filter(path__in={_parent_path(row) for row in rows})
        section_titles = dict(parents.values_list("path", "title"))
        for row in rows:
            row.section_title = section_titles.get(_parent_path(row), "")
            row.author_names = ", ".join(author.name for author in row.authors)
            row.address = row.get_full_url(self.request) or ""
        return rows

    def get_filename(self) -> str:
        return f"readership-{self.period.first}-{self.period.last}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        if self.is_export:
            return context
        narrowed = self.is_searching or any(
            self.filters.form.cleaned_data.get(name) for name in ("section", "author", "locale")
        )
        articles: QuerySet[ArticlePage] | None = self.object_list if narrowed else None
        return context | {
            "period": self.period,
            "presets": [
                (preset, self._address(preset))
                for preset in readership.Preset
                if preset != readership.Preset.CUSTOM
            ],
            "kept": [
                (name, self.request.GET[name])
                for name in ("section", "author", "locale", "ordering", self.search_kwarg)
                if self.request.GET.get(name)
            ],
            "totals": readership.totals(self.period, articles),
            "is_narrowed": narrowed,
            "time_zone": timezone.get_default_timezone_name(),
        }

    def _address(self, preset: readership.Preset) -> str:
        """Return this report's address with another period and all else as it is."""
        query = self.request.GET.copy()
        for name in ("first", "last", self.page_kwarg, "_w_filter_fragment"):
            query.pop(name, None)
        query["period"] = preset.value
        return f"{reverse(self.index_url_name)}?{query.urlencode()}"


class ReadershipMenuItem(MenuItem):
    """Shown to those who may open the report."""

    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.has_perm(VIEW)
