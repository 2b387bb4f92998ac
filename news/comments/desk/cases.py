"""Legal notices and complaints in the Wagtail admin: listed, read, decided."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, resolve, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet

from news.comments import notices, permissions, rules
from news.comments.desk import unsent
from news.comments.desk.forms import CaseForm
from news.comments.models import CaseState, Complaint, LegalNotice
from news.comments.notices import AlreadyDecided, NotYours


def _notices(user: Any) -> Any:
    rows = LegalNotice.objects.select_related("comment__article", "decided_by")
    return permissions.notices_within_rights(rows, user)


def _complaints(user: Any) -> Any:
    rows = Complaint.objects.select_related(
        "decision__comment__article", "decision__actor", "notice__comment__article", "decided_by"
    )
    return permissions.complaints_within_rights(rows, user)


def _find(request: HttpRequest, rows: Any, pk: int) -> Any:
    if not permissions.may_moderate(request.user):
        raise PermissionDenied
    return get_object_or_404(rows(request.user), pk=pk)


class CaseInspectView(generic.InspectView):
    """One case with the form that decides it."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show a form again that was refused; nobody posts to this address itself."""
        if "form" not in kwargs:
            return self.http_method_not_allowed(request)
        response: HttpResponse = self.get(request, *args, **kwargs)
        return response

    def may_decide(self) -> bool:
        """Whether the form stands on the page."""
        return bool(self.object.state == CaseState.OPEN)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        form: CaseForm = self.kwargs.get("form") or CaseForm()
        form.auto_id = "case-%s"
        may_decide = self.may_decide()
        return context | {
            "form": form,
            "may_decide": may_decide,
            "unsent": [] if may_decide else unsent.words_of([form]),
        }


class NoticeIndexView(generic.IndexView):
    def get_base_queryset(self) -> Any:
        return _notices(self.request.user)


class NoticeInspectView(CaseInspectView):
    page_title = gettext_lazy("Legal notice")
    template_name = "reader_comments/admin/notice.html"

    def get_object(self, queryset: Any = None) -> LegalNotice:
        return _find(self.request, _notices, self.pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"notice": self.object}


class ComplaintIndexView(generic.IndexView):
    def get_base_queryset(self) -> Any:
        return _complaints(self.request.user)


class ComplaintInspectView(CaseInspectView):
    page_title = gettext_lazy("Complaint")
    template_name = "reader_comments/admin/complaint.html"

    def get_object(self, queryset: Any = None) -> Complaint:
        return _find(self.request, _complaints, self.pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        complaint = self.object
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {
            "complaint": complaint,
            "rule": rules.label(complaint.decision) if complaint.decision else "",
        }

    def may_decide(self) -> bool:
        return super().may_decide() and notices.may_decide(self.object, self.request.user)


@require_POST
def decide_notice(request: HttpRequest, pk: int) -> HttpResponse:
    """Grant or refuse a legal notice."""
    notice = _find(request, _notices, pk)
    return _decide(request, notices.decide_notice, notice, "legal_notices")


@require_POST
def decide_complaint(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer a complaint, where possible not one's own decision."""
    complaint = _find(request, _complaints, pk)
    return _decide(request, notices.decide_complaint, complaint, "complaints")


def _decide(request: HttpRequest, decide: Any, case: Any, namespace: str) -> HttpResponse:
    form = CaseForm(request.POST)
    url = reverse(f"{namespace}:inspect", args=[case.pk])
    if not form.is_valid():
        messages.error(request, _("Please choose a decision and give reasons."))
        return _show_again(request, url, form, status=422)
    state, answer = CaseState(form.cleaned_data["state"]), form.cleaned_data["answer"]
    try:
        decide(case, state, answer=answer, actor=request.user, now=timezone.now())
    except AlreadyDecided:
        messages.warning(request, _("Nothing done: somebody else has decided meanwhile."))
        return _show_again(request, url, form, status=409)
    except NotYours:
        messages.error(request, _("This was your own decision: somebody else has to answer."))
        return _show_again(request, url, form, status=409)
    messages.success(request, _("The decision is kept, and the answer is on its way."))
    return redirect(url)


def _show_again(request: HttpRequest, url: str, form: CaseForm, status: int) -> HttpResponse:
    """Show the case as it is now, with the form as it was filled in."""
    show = resolve(url)
    response: HttpResponse = show.func(request, *show.args, **show.kwargs, form=form)
    response.status_code = status
    return response


class CaseViewSet(ModelViewSet):
    """A list to read and a page to decide on; nothing is added, changed or deleted."""

    exclude_form_fields: list[str] = []
    add_to_reference_index = False
    copy_view_enabled = False
    inspect_view_enabled = True
    list_filter = ["state"]
    ordering = ["-at", "-pk"]


class LegalNoticeViewSet(CaseViewSet):
    model = LegalNotice
    name = "legal_notices"
    url_prefix = "legal-notices"
    icon = "warning"
    menu_label = gettext_lazy("Legal notices")
    index_view_class = NoticeIndexView
    inspect_view_class = NoticeInspectView
    search_fields = ["reference", "url", "explanation"]
    list_display = [
        TitleColumn(
            "reference", label=gettext_lazy("Reference"), url_name="legal_notices:inspect"
        ),
        Column("get_ground_display", label=gettext_lazy("Ground")),
        Column("comment.article.title", label=gettext_lazy("Article")),
        Column("get_state_display", label=gettext_lazy("State"), sort_key="state"),
        DateColumn("at", label=gettext_lazy("Received"), sort_key="at"),
    ]

    def get_urlpatterns(self) -> list[URLPattern]:
        decide = path("decide/<int:pk>/", decide_notice, name="decide")
        return [*super().get_urlpatterns(), decide]


class ComplaintViewSet(CaseViewSet):
    model = Complaint
    name = "complaints"
    url_prefix = "complaints"
    icon = "warning"
    menu_label = gettext_lazy("Complaints")
    index_view_class = ComplaintIndexView
    inspect_view_class = ComplaintInspectView
    search_fields = ["text"]
    list_display = [
        TitleColumn("__str__", label=gettext_lazy("Number"), url_name="complaints:inspect"),
        Column("comment.article.title", label=gettext_lazy("Article")),
        Column("get_state_display", label=gettext_lazy("State"), sort_key="state"),
        DateColumn("at", label=gettext_lazy("Received"), sort_key="at"),
    ]

    def get_urlpatterns(self) -> list[URLPattern]:
        decide = path("decide/<int:pk>/", decide_complaint, name="decide")
        return [*super().get_urlpatterns(), decide]
