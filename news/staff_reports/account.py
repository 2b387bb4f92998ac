"""What a user sets for reports in their account: the mail, and keys to the interface."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View
from wagtail.admin.views.account import BaseSettingsPanel, notifications_tab
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from news.reports import EXPORT
from news.staff_reports import digest, tokens
from news.staff_reports.models import ApiToken, DigestRhythm, DigestSubscription


class DigestForm(forms.Form):
    """Speaks as a form of the account page does: it has an instance, and saves it."""

    rhythm = forms.ChoiceField(
        label=gettext_lazy("Figures by e-mail"), choices=DigestRhythm.choices, required=False
    )

    def __init__(self, *args: Any, instance: Any, **kwargs: Any) -> None:
        known = DigestSubscription.objects.filter(user=instance).first()
        self.user = instance
        self.rhythm_before = known.rhythm if known else DigestRhythm.OFF
        super().__init__(*args, initial={"rhythm": self.rhythm_before}, **kwargs)

    def save(self) -> None:
        rhythm = self.cleaned_data["rhythm"] or self.rhythm_before
        if rhythm != self.rhythm_before:
            digest.switch(self.user, rhythm, now=timezone.now())


class DigestPanel(BaseSettingsPanel):
    """The mail with figures: a reporter's tells of their own articles."""

    name = "digest"
    title = gettext_lazy("Readership")
    tab = notifications_tab
    order = 200
    form_class = DigestForm


class NoForm(forms.Form):
    """A panel that only leads somewhere has nothing to save."""

    def __init__(self, *args: Any, instance: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)

    def save(self) -> None:
        pass


class TokensPanel(BaseSettingsPanel):
    """Leads those who may take figures along to their keys."""

    name = "report_tokens"
    title = gettext_lazy("Interface for reports")
    order = 600
    form_class = NoForm
    template_name = "staff_reports/tokens_panel.html"

    def is_active(self) -> bool:
        return bool(self.user.has_perm(EXPORT))

    def get_context_data(self) -> dict[str, Any]:
        count = ApiToken.objects.filter(user=self.user).count()
        return super().get_context_data() | {"count": count}


class TokenForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=60,
        help_text=gettext_lazy("What the key is for, so that you know it again."),
    )


class TokensView(WagtailAdminTemplateMixin, View):
    """The user's own keys: made, shown once, revoked."""

    template_name = "staff_reports/tokens.html"
    page_title = gettext_lazy("Keys to the reports' interface")
    header_icon = "key"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm(EXPORT):
            messages.error(request, _("Your account may not take figures along."))
            return redirect("wagtailadmin_home")
        response = super().dispatch(request, *args, **kwargs)
        response.headers["Cache-Control"] = "no-store, private"
        return response

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=TokenForm()))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if revoked := request.POST.get("revoke", ""):
            if revoked.isdigit() and tokens.revoke_token(request.user, int(revoked[:18])):
                messages.success(request, _("The key is revoked; it opens nothing any more."))
            return redirect("report_tokens")
        form = TokenForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        try:
            key = tokens.make_token(request.user, form.cleaned_data["name"])
        except tokens.TooManyTokens:
            form.add_error(None, _("You have too many keys. Revoke one that you do not need."))
            return self.render_to_response(self.get_context_data(form=form))
        # shown in this answer and nowhere else: neither session nor message holds it
        return self.render_to_response(self.get_context_data(form=TokenForm(), key=key))

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        account = {"url": reverse("wagtailadmin_account"), "label": _("Account")}
        return [*self.breadcrumbs_items, account, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "tokens": ApiToken.objects.filter(user=self.request.user),
            "address": reverse("report_tokens"),
            "example": _example(kwargs.get("key", "")),
        }


def _example(key: str) -> str:
    address = f"{settings.SITE_URL}{reverse('reports_api_overview')}?period=7d"
    return f'curl -H "Authorization: Bearer {key}" "{address}"'
