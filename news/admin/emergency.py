"""Publishing without a second person: an editor says why, and the history keeps it."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.models import Page

from news import approval
from news.models import ArticlePage


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why can it not wait for a second person?"),
        min_length=5,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Kept in the history of the article with your name."),
    )


class EmergencyPublishView(WagtailAdminTemplateMixin, FormView):
    form_class = ReasonForm
    template_name = "wagtailadmin/generic/form.html"
    page_title = gettext_lazy("Publish without approval")
    header_icon = "warning"

    @cached_property
    def article(self) -> ArticlePage:
        return get_object_or_404(ArticlePage, pk=self.kwargs["pk"])

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        rights = self.article.permissions_for_user(request.user)
        if not rights.can_publish() or rights.page_locked():
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_page_subtitle(self) -> str:
        return self.article.get_admin_display_title()

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        edit_url = reverse("wagtailadmin_pages:edit", args=[self.article.pk])
        return [
            *super().get_breadcrumbs_items(),
            {"url": edit_url, "label": self.get_page_subtitle()},
            {"url": "", "label": self.page_title},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "action_url": self.request.path,
            "submit_button_label": _("Publish now"),
            "submit_button_active_label": _("Publishing…"),
        }

    def form_valid(self, form: ReasonForm) -> HttpResponse:
        reason = form.cleaned_data["reason"]
        approval.publish_without_approval(self.article, user=self.request.user, reason=reason)
        article = ArticlePage.objects.get(pk=self.article.pk)
        buttons = [messages.button(article.url, _("View live"))] if article.live else []
        messages.success(self.request, self._answer(article), buttons=buttons)
        return redirect("wagtailadmin_explore", self.article.get_parent().pk)

    def _answer(self, article: ArticlePage) -> str:
        title = {"title": self.get_page_subtitle()}
        waiting = article.scheduled_revision
        if waiting is None:
            return _("“%(title)s” is published.") % title
        at = timezone.localtime(waiting.approved_go_live_at)
        time = {"time": date_format(at, "SHORT_DATETIME_FORMAT")}
        return _("“%(title)s” will be published on %(time)s.") % (title | time)


def ask_for_reason(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Send an editor who publishes alone to the form; the draft is saved by now."""
    if approval.needs_reason(page, request.user):
        return redirect("publish_without_approval", page.pk)
    return None


def refuse_in_bulk(
    request: HttpRequest, action_type: str, pages: list[Any], action: Any
) -> HttpResponse | None:
    """Articles are not published by the dozen without approval."""
    if action_type != "publish" or not any(
        isinstance(page, Page) and approval.needs_reason(page.specific_deferred, request.user)
        for page in pages
    ):
        return None
    messages.error(request, _("Articles need approval: open each one to publish it."))
    return redirect(action.next_url or "wagtailadmin_home")
