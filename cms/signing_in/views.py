"""The pages of the second factor: ask for it, set it up, take it away."""

from typing import Any

import django_otp
import segno
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from cms.operation import metrics
from cms.signing_in import audit, second_factor
from cms.signing_in.forms import SetUpForm, TokenForm


class AskView(FormView):  # type: ignore[type-arg]  # generic in the stubs only
    """After the password: the code."""

    form_class = TokenForm
    template_name = "signing_in/ask.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not second_factor.has_one(request.user):
            return redirect("second_factor_set_up")
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer

    def form_valid(self, form: TokenForm) -> HttpResponse:
        device = second_factor.verify(self.request.user, form.cleaned_data["token"])
        if device is None:
            metrics.logins.labels("wrong_code").inc()
            form.add_error("token", _("This code does not fit. Wait for the next one."))
            return self.form_invalid(form)
        django_otp.login(self.request, device)
        return redirect(next_address(self.request))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"next": next_address(self.request)}


class SetUpView(WagtailAdminTemplateMixin, FormView):  # type: ignore[type-arg]  # likewise
    """A secret as a picture; stored once a code proves that it has arrived."""

    form_class = SetUpForm
    page_title = gettext_lazy("Second factor")
    header_icon = "lock"
    template_name = "signing_in/set_up.html"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]

    def get_initial(self) -> dict[str, Any]:
        return {"secret": second_factor.offer(self.request.user)}

    def get_form_kwargs(self) -> dict[str, Any]:
        """Show the secret that was sent again: its code was only mistyped."""
        kwargs: dict[str, Any] = super().get_form_kwargs()
        sent = self.request.POST.get("secret", "")
        if sent and second_factor.offered_device(self.request.user, sent) is None:
            kwargs["data"] = {"secret": kwargs["initial"]["secret"], "token": ""}
        return kwargs

    def form_valid(self, form: SetUpForm) -> HttpResponse:
        user = self.request.user
        device = second_factor.offered_device(user, form.cleaned_data["secret"])
        codes = device and second_factor.accept(device, form.cleaned_data["token"])
        if not device or codes is None:
            form.add_error("token", _("This code does not fit. Wait for the next one."))
            return self.form_invalid(form)
        django_otp.login(self.request, device)
        audit.note("cms.second_factor_added", user)
        context = self.get_context_data(codes=codes)
        return self.render_to_response(context)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        if "codes" in kwargs:
            return context
        device = second_factor.offered_device(self.request.user, context["form"]["secret"].value())
        if device is not None:
            picture = segno.make(device.config_url, error="m")
            context |= {
                "qr_code": picture.svg_data_uri(scale=5, border=2),
                "secret": " ".join(_in_fours(device.config_url)),
            }
        context["has_one"] = second_factor.has_one(self.request.user)
        return context


class RemoveView(WagtailAdminTemplateMixin, FormView):  # type: ignore[type-arg]  # likewise
    """Give the second factor up, by showing it once more."""

    form_class = TokenForm
    page_title = gettext_lazy("Remove second factor")
    header_icon = "lock-open"
    template_name = "signing_in/remove.html"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not second_factor.has_one(request.user):
            raise PermissionDenied
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer

    def form_valid(self, form: TokenForm) -> HttpResponse:
        user = self.request.user
        if second_factor.verify(user, form.cleaned_data["token"]) is None:
            form.add_error("token", _("This code does not fit. Wait for the next one."))
            return self.form_invalid(form)
        second_factor.remove(user)
        audit.note("cms.second_factor_removed", user)
        messages.success(self.request, _("Your second factor is removed."))
        return redirect("wagtailadmin_account")


def next_address(request: HttpRequest) -> str:
    """Return where the user wanted to go, if that is here."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours else reverse("wagtailadmin_home")


def _in_fours(config_url: str) -> list[str]:
    secret = config_url.partition("secret=")[2].partition("&")[0]
    return [secret[start : start + 4] for start in range(0, len(secret), 4)]
