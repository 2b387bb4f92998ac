"""Report: pictures whose right of use has ended or soon will, the latest first."""

from datetime import timedelta
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn, UsageCountColumn
from wagtail.admin.views.reports import ReportView
from wagtail.models import ReferenceIndex
from wagtail.permissions import policy_registry

from news.models import NewsImage

SOON = timedelta(days=30)


def may_see(user: Any) -> bool:
    return policy_registry.get_by_type(NewsImage).user_has_permission(user, "change")


class UsageFilterSet(WagtailFilterSet):
    ending = django_filters.ChoiceFilter(
        label=_("Right of use"),
        choices=[("soon", _("Ends within 30 days"))],
        empty_label=_("Has ended"),
        method="leave_alone",
        widget=forms.RadioSelect,
    )

    class Meta:
        model = NewsImage
        fields: list[str] = []

    def leave_alone(self, pictures: QuerySet, name: str, value: str) -> QuerySet:
        """The view has chosen by then."""
        return pictures


class ExpiredPicturesView(ReportView):
    """Not shown to readers any more; the title leads to where a new date can be set."""

    model = NewsImage
    page_title = _("Rights of use of pictures")
    header_icon = "image"
    index_url_name = "expired_pictures"
    index_results_url_name = "expired_pictures_results"
    default_ordering = "-usage_ends_on"
    is_searchable = False
    columns = [
        TitleColumn("title", label=_("Title"), url_name="wagtailimages:edit"),
        Column("credit", label=_("Credit")),
        DateColumn("usage_ends_on", label=_("Right of use ends"), sort_key="usage_ends_on"),
        UsageCountColumn("usage_count", label=_("Usage"), sort_key="usage_count"),
    ]
    filterset_class = UsageFilterSet

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may_see(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_base_queryset(self) -> QuerySet[NewsImage]:
        today = timezone.localdate()
        days = (today.min, today - timedelta(days=1))
        if self.request.GET.get("ending") == "soon":
            days = (today, today + SOON)
        pictures = NewsImage.objects.filter(usage_ends_on__range=days)
        return pictures.annotate(usage_count=ReferenceIndex.usage_count_subquery(NewsImage))


class ExpiredPicturesMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return may_see(request.user)
