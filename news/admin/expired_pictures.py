"""Report: pictures whose right of use has ended, the latest first."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views.reports import ReportView
from wagtail.permissions import policy_registry

from news.models import NewsImage


def may_see(user: Any) -> bool:
    return policy_registry.get_by_type(NewsImage).user_has_permission(user, "change")


class ExpiredPicturesView(ReportView):
    """Not shown to readers any more; the title leads to where a new date can be set."""

    model = NewsImage
    page_title = _("Pictures past their right of use")
    header_icon = "image"
    index_url_name = "expired_pictures"
    index_results_url_name = "expired_pictures_results"
    default_ordering = "-usage_ends_on"
    is_searchable = False
    columns = [
        TitleColumn("title", label=_("Title"), url_name="wagtailimages:edit"),
        Column("credit", label=_("Credit")),
        DateColumn("usage_ends_on", label=_("Ended on"), sort_key="usage_ends_on"),
    ]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may_see(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_base_queryset(self) -> QuerySet[NewsImage]:
        return NewsImage.objects.filter(usage_ends_on__lt=timezone.localdate())


class ExpiredPicturesMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return may_see(request.user)
