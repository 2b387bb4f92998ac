"""Where signing in plugs into the Wagtail admin."""

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from wagtail import hooks

from cms.signing_in import audit, second_factor, views

hooks.register("register_log_actions", audit.register_actions)


@hooks.register("register_admin_urls")
def register_second_factor() -> list[URLPattern]:
    return [
        path("second-factor/", views.AskView.as_view(), name="second_factor_ask"),
        path("second-factor/set-up/", views.SetUpView.as_view(), name="second_factor_set_up"),
        path("second-factor/remove/", views.RemoveView.as_view(), name="second_factor_remove"),
    ]


@hooks.register("register_account_menu_item")
def offer_second_factor(request: HttpRequest) -> dict[str, str]:
    if second_factor.has_one(request.user):
        return {
            "url": reverse("second_factor_remove"),
            "label": _("Remove second factor"),
            "help_text": _("Sign in with your password alone again."),
        }
    return {
        "url": reverse("second_factor_set_up"),
        "label": _("Set up a second factor"),
        "help_text": _("Besides the password, a code from an app on your telephone."),
    }
