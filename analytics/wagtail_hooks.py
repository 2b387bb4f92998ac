"""Where analytics plugs into the Wagtail admin."""

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from wagtail import hooks


@hooks.register("register_permissions")
def register_access_permissions() -> QuerySet[Permission]:
    """Let the rights to look at numbers be given in the group editor."""
    return Permission.objects.filter(
        content_type__app_label="analytics", content_type__model="analyticsaccess"
    )
