"""The mail outbox in the Wagtail admin: a page to read, nothing to change."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import register_permission_policy

from cms.outbox import mail
from cms.outbox.models import Mail


class ViewOnlyPolicy(ModelPermissionPolicy):
    """Who may view may view; nobody may do more, not even a superuser."""

    def user_has_permission(self, user: object, action: str) -> bool:
        return action == "view" and super().user_has_permission(user, action)


POLICY = ViewOnlyPolicy(Mail)


class MailInspectView(generic.InspectView):
    template_name = "outbox/mail.html"


@require_POST
def send_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Try a mail once more that was given up, for whoever may read it."""
    if not POLICY.user_has_permission(request.user, "view"):
        raise PermissionDenied
    found = get_object_or_404(Mail, pk=pk)
    if mail.send_again(found):
        messages.success(request, _("The mail is tried again."))
    else:
        messages.warning(request, _("Only a mail that was given up can be tried again."))
    return redirect("mail_outbox:inspect", pk)


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

    def get_urlpatterns(self) -> list[URLPattern]:
        again = path("again/<int:pk>/", send_again, name="again")
        return [*super().get_urlpatterns(), again]


register_permission_policy(Mail, POLICY)


@hooks.register("register_admin_viewset")
def register_mail_viewset() -> MailViewSet:
    return MailViewSet()
