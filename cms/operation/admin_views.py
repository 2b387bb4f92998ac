"""The page in the admin that says whether all is well, and what to do if it is not."""

from typing import Any

import redis
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from cms.operation import checks, pulse

VIEW = "operation.view_state"


class StateView(WagtailAdminTemplateMixin, TemplateView):
    page_title = _("State of the program")
    header_icon = "clipboard-list"
    template_name = "operation/state.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.has_perm(VIEW):
            raise PermissionDenied
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        now = timezone.now()
        findings = checks.look_at_all(now=now)
        return context | {
            "findings": findings,
            "worst": checks.worst(findings),
            "bad_count": sum(finding.state != checks.State.GOOD for finding in findings),
            "jobs": _jobs(now),
            "waiting": _waiting(),
            "now": now,
        }


def _jobs(now: Any) -> list[dict[str, Any]]:
    try:
        jobs = pulse.jobs(now=now)
    except redis.RedisError:
        return []
    return [
        {
            "name": job.name,
            "every": checks.in_words(job.every.total_seconds()),
            "age": checks.in_words((now - job.pulse.succeeded_at).total_seconds())
            if job.pulse.succeeded_at
            else "",
            "seconds": job.pulse.last_seconds,
            "failure_count": job.pulse.failure_count,
            "error": job.pulse.error if job.pulse.is_failing else "",
            "state": checks.State.FAILING
            if job.is_late
            else checks.State.ATTENTION
            if job.pulse.is_failing
            else checks.State.GOOD,
        }
        for job in jobs
    ]


def _waiting() -> list[tuple[str, int]]:
    try:
        return list(pulse.waiting().items())
    except redis.RedisError:
        return []


class StateMenuItem(MenuItem):
    """Shown to those who may open the page."""

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(VIEW))
