"""Where signing in, and what staff may see, plug into the Wagtail admin."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.admin.widgets.button import Button

from cms.page_sight import seen_by
from cms.signing_in import audit, second_factor, views

hooks.register("register_log_actions", audit.register_actions)


@hooks.register("register_admin_urls")
def register_second_factor() -> list[URLPattern]:
    return [
        path("second-factor/", views.AskView.as_view(), name="second_factor_ask"),
        path("second-factor/set-up/", views.SetUpView.as_view(), name="second_factor_set_up"),
        path("second-factor/manage/", views.ManageView.as_view(), name="second_factor_manage"),
        path(
            "second-factor/of/<int:user_id>/", views.OfUserView.as_view(), name="second_factor_of"
        ),
    ]


@hooks.register("construct_page_chooser_queryset")
def choose_among_what_is_seen(pages: Any, request: HttpRequest) -> Any:
    return pages if request.user.is_superuser else seen_by(request.user, pages)


@hooks.register("construct_reports_menu")
def hide_what_tells_of_every_section(request: HttpRequest, items: list[Any]) -> None:
    if not request.user.is_superuser:
        items[:] = [item for item in items if item.name != "page-types-usage"]


@hooks.register("register_account_menu_item")
def offer_second_factor(request: HttpRequest) -> dict[str, str]:
    if second_factor.has_one(request.user):
        return {
            "url": reverse("second_factor_manage"),
            "label": _("Second factor"),
            "help_text": _("New recovery codes, another telephone, or none any more."),
        }
    return {
        "url": reverse("second_factor_set_up"),
        "label": _("Set up a second factor"),
        "help_text": _("Besides the password, a code from an app on your telephone."),
    }


@hooks.register("register_user_listing_buttons")
def help_who_has_lost_theirs(user: Any, request_user: Any) -> Iterator[Button]:
    """Lead administrators to the second factor of somebody else."""
    if request_user.is_superuser and user != request_user:
        yield Button(
            _("Second factor"),
            url=reverse("second_factor_of", args=[user.pk]),
            icon_name="lock",
            priority=30,
        )
