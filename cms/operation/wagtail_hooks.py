"""Where operation plugs into the Wagtail admin."""

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.urls import URLPattern, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks

from cms.operation.admin_views import StateMenuItem, StateView


@hooks.register("register_permissions")
def register_state_permission() -> QuerySet[Permission]:
    """Let the right be given in the group editor."""
    return Permission.objects.filter(
        content_type__app_label="operation", content_type__model="operationaccess"
    )


@hooks.register("register_admin_urls")
def register_state() -> list[URLPattern]:
    return [path("reports/state/", StateView.as_view(), name="operation_state")]


@hooks.register("register_reports_menu_item")
def register_state_menu_item() -> StateMenuItem:
    return StateMenuItem(
        _("State of the program"),
        reverse_lazy("operation_state"),
        name="operation-state",
        icon_name="clipboard-list",
        order=110,
    )
