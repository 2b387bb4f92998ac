"""The pages of the second factor: ask for it, set it up, renew it, take it away."""

from typing import Any

import django_otp
import segno
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import FormView, TemplateView
from wagtail.admin.utils import get_user_display_name
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from cms.operation import metrics
from cms.operation.checks import in_words
from cms.signing_in import second_factor
from cms.signing_in.forms import SetUpForm, TokenForm

# Whoever may replace the factor has shown it so shortly before.
REPLACE_SECONDS = 600
REPLACE_KEY = "second_factor_replaced_from"
FEW_CODES = 3


class CodeView(FormView):  # type: ignore[type-arg]  # generic in the stubs only
    """A form that goes on once it was given a code that fits."""

    form_class = TokenForm

    def form_valid(self, form: TokenForm) -> HttpResponse:
        user, token = self.request.user, form.cleaned_data["token"]
        wait = second_factor.seconds_to_wait(user, token, now=timezone.now())
        device = None if wait else second_factor.verify(user, token)
        if device is None:
            metrics.logins.labels("wrong_code").inc()
            form.add_error("token", _wrong(token, wait))
            return self.form_invalid(form)
        return self.code_fits(device)

    def code_fits(self, device: Any) -> HttpResponse:
        raise NotImplementedError


def _wrong(token: str, wait: int) -> str:
    if wait:
        return _("Too many wrong codes. Please wait: %(duration)s to go.") % {
            "duration": in_words(wait)
        }
    if second_factor.is_of_the_app(token):
        return _("This code does not fit. Each is good once: take the next one of the app.")
    return _("This is no recovery code of yours, or it was used already.")


class AskView(CodeView):
    """After the password: the code."""

    template_name = "signing_in/ask.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not second_factor.has_one(request.user):
            return redirect("second_factor_set_up")
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer

    def code_fits(self, device: Any) -> HttpResponse:
        django_otp.login(self.request, device)
        self.request.session.cycle_key()
        if not second_factor.is_an_app(device):
            self._say_how_many_codes_are_left()
        return redirect(next_address(self.request))

    def _say_how_many_codes_are_left(self) -> None:
        count = second_factor.recovery_codes_left(self.request.user)
        said = ngettext(
            "That was a recovery code; %(count)s is left.",
            "That was a recovery code; %(count)s are left.",
            count,
        ) % {"count": count}
        if count <= FEW_CODES:
            said += " " + _("Draw new ones under Account, Second factor.")
        messages.warning(self.request, said)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"next": next_address(self.request)}


class SetUpView(WagtailAdminTemplateMixin, FormView):  # type: ignore[type-arg]  # likewise
    """A secret as a picture; stored once a code proves that it has arrived."""

    form_class = SetUpForm
    page_title = gettext_lazy("Second factor")
    header_icon = "lock"
    template_name = "signing_in/set_up.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Let somebody who has a factor replace it only soon after showing it once more."""
        if second_factor.has_one(request.user) and not self._may_replace(request):
            return redirect("second_factor_manage")
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer

    def _may_replace(self, request: HttpRequest) -> bool:
        since = request.session.get(REPLACE_KEY)
        return since is not None and timezone.now().timestamp() - since < REPLACE_SECONDS

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]

    def get_initial(self) -> dict[str, Any]:
        return {"secret": second_factor.offer(self.request.user)}

    def get_form_kwargs(self) -> dict[str, Any]:
        """Show the secret that was sent again: its code was only mistyped."""
        kwargs: dict[str, Any] = super().get_form_kwargs()
        sent = self.request.POST.get("secret", "")
        is_sent = self.request.method == "POST"
        if is_sent and second_factor.offered_device(self.request.user, sent) is None:
            kwargs["data"] = {"secret": kwargs["initial"]["secret"], "token": ""}
        return kwargs

    def form_valid(self, form: SetUpForm) -> HttpResponse:
        user = self.request.user
        device = second_factor.offered_device(user, form.cleaned_data["secret"])
        codes = device and second_factor.accept(device, form.cleaned_data["token"])
        if not device or not codes:
            form.add_error(
                "token", _("This code does not fit. Is the clock of your telephone right?")
            )
            return self.form_invalid(form)
        django_otp.login(self.request, device)
        self.request.session.pop(REPLACE_KEY, None)
        self.request.session.cycle_key()
        return self.render_to_response(self.get_context_data(codes=codes))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["next"] = next_address(self.request)
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
        context["is_required"] = second_factor.needs_one(self.request.user)
        return context


class ManageView(WagtailAdminTemplateMixin, CodeView):
    """What one may do with one's second factor, by showing it once more."""

    page_title = gettext_lazy("Second factor")
    header_icon = "lock"
    template_name = "signing_in/manage.html"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not second_factor.has_one(request.user):
            raise PermissionDenied
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer

    def code_fits(self, device: Any) -> HttpResponse:
        wish = self.request.POST.get("wish")
        if wish == "remove":
            return self._remove()
        if wish == "replace":
            self.request.session[REPLACE_KEY] = timezone.now().timestamp()
            return redirect("second_factor_set_up")
        return self._renew_recovery_codes()

    def _remove(self) -> HttpResponse:
        second_factor.remove(self.request.user, by=self.request.user)
        messages.success(self.request, _("Your second factor is removed."))
        return redirect("wagtailadmin_account")

    def _renew_recovery_codes(self) -> HttpResponse:
        codes = second_factor.renew_recovery_codes(self.request.user)
        return self.render_to_response(self.get_context_data(codes=codes))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        user = self.request.user
        count = second_factor.recovery_codes_left(user)
        return context | {
            "next": reverse("wagtailadmin_account"),
            "device": second_factor.device_of(user),
            "codes_left": count,
            "has_few_codes": count <= FEW_CODES,
            "is_required": second_factor.needs_one(user),
        }


class OfUserView(WagtailAdminTemplateMixin, TemplateView):
    """Where an administrator helps somebody who has lost telephone and recovery codes."""

    page_title = gettext_lazy("Second factor")
    header_icon = "lock"
    template_name = "signing_in/of_user.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_superuser or kwargs["user_id"] == request.user.pk:
            raise PermissionDenied
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer

    @cached_property
    def person(self) -> Any:
        return get_object_or_404(get_user_model(), pk=self.kwargs["user_id"])

    def get_page_subtitle(self) -> str:
        return str(get_user_display_name(self.person))

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *self.breadcrumbs_items,
            {"url": reverse("wagtailusers_users:index"), "label": _("Users")},
            {
                "url": reverse("wagtailusers_users:edit", args=[self.person.pk]),
                "label": self.get_page_subtitle(),
            },
            {"url": "", "label": self.page_title},
        ]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if second_factor.remove(self.person, by=request.user):
            messages.success(
                request,
                _("%(name)s has no second factor any more.") % {"name": self.get_page_subtitle()},
            )
        return redirect(request.path)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {
            "name": self.get_page_subtitle(),
            "device": second_factor.device_of(self.person),
            "codes_left": second_factor.recovery_codes_left(self.person),
            "is_required": second_factor.needs_one(self.person),
        }


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
