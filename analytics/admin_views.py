"""The operator's page in the admin: whether counting works."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from analytics.quality import look

VIEW = "analytics.view_data_quality"


class CountingCheckView(WagtailAdminTemplateMixin, TemplateView):
    page_title = _("Counting check")
    header_icon = "check"
    template_name = "analytics/counting_check.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.has_perm(VIEW):
            raise PermissionDenied
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"quality": look(now=timezone.now())}


class CountingCheckMenuItem(MenuItem):
    """Shown to those who may open the page."""

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(VIEW))
