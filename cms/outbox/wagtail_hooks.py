"""The mail outbox in the Wagtail admin: a page to read, nothing to change."""

from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import register_permission_policy

from cms.outbox.models import Mail


class ViewOnlyPolicy(ModelPermissionPolicy):
    """Who may view may view; nobody may do more, not even a superuser."""

    def user_has_permission(self, user: object, action: str) -> bool:
        return action == "view" and super().user_has_permission(user, action)


class MailInspectView(generic.InspectView):
    template_name = "outbox/mail.html"


class MailViewSet(ModelViewSet):
    model = Mail
    name = "mail_outbox"
    url_prefix = "mail-outbox"
    icon = "mail"
    menu_label = _("Mail outbox")
    menu_order = 900
    add_to_settings_menu = True
    exclude_form_fields: list[str] = []
    add_to_reference_index = False
    copy_view_enabled = False
    inspect_view_enabled = True
    inspect_view_class = MailInspectView
    list_display = [
        TitleColumn("subject", label=_("Subject"), url_name="mail_outbox:inspect"),
        Column("to", label=_("Recipient")),
        Column("get_state_display", label=_("State"), sort_key="state"),
        DateColumn("created_at", label=_("Written"), sort_key="created_at"),
    ]
    list_filter = ["state"]
    search_fields = ["subject", "to"]
    ordering = ["-created_at"]


register_permission_policy(Mail, ViewOnlyPolicy(Mail))


@hooks.register("register_admin_viewset")
def register_mail_viewset() -> MailViewSet:
    return MailViewSet()
