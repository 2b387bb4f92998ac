"""Consent in the Wagtail admin: texts gain versions, the record is read."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.ui.tables import BooleanColumn, Column, DateColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet, ModelViewSetGroup
from wagtail.permissions import register_permission_policy

from news.consent import canonical, texts
from news.consent.models import ConsentEvent, ConsentText
from news.consent.permissions import LimitedPolicy

register_permission_policy(ConsentText, LimitedPolicy(ConsentText, "add", "view"))
register_permission_policy(ConsentEvent, LimitedPolicy(ConsentEvent, "view"))


class NewVersionView(generic.CreateView):
    """A form filled with the newest version, saved as the next one."""

    page_title = _("New version")

    def get_initial(self) -> dict[str, Any]:
        newest = ConsentText.objects.filter(
            purpose=self.request.GET.get("purpose", "publish"),
            language=self.request.GET.get("language", "de"),
        )
        last = newest.order_by("-version").first()
        names = [name for name in canonical.TEXT_FIELDS if name not in {"version", "valid_from"}]
        return {name: getattr(last, name) for name in names} if last else {}

    def save_instance(self) -> ConsentText:
        author = self.request.user.get_full_name() or self.request.user.get_username()
        return texts.add_version(self.form.save(commit=False), author=author)


class ConsentTextViewSet(ModelViewSet):
    model = ConsentText
    name = "consent_texts"
    url_prefix = "consent/texts"
    icon = "doc-full"
    menu_label = _("Consent texts")
    add_to_reference_index = False
    copy_view_enabled = False
    add_view_class = NewVersionView
    inspect_view_enabled = True
    list_display = [
        TitleColumn("__str__", label=_("Text"), url_name="consent_texts:inspect"),
        Column("language", label=_("Language")),
        Column("version", label=_("Version")),
        BooleanColumn("is_required", label=_("Required")),
        DateColumn("valid_from", label=_("Valid from")),
        Column("author", label=_("Written by")),
    ]
    list_filter = ["purpose", "language"]
    ordering = ["purpose", "language", "-version"]


class ConsentEventViewSet(ModelViewSet):
    model = ConsentEvent
    name = "consent_events"
    url_prefix = "consent/events"
    icon = "list-ul"
    menu_label = _("Consent record")
    add_to_reference_index = False
    exclude_form_fields: list[str] = []
    copy_view_enabled = False
    inspect_view_enabled = True
    inspect_view_fields = [
        "id",
        "kind",
        "at",
        "purpose",
        "text",
        "language",
        "method",
        "surface",
        "subject",
        "comment_id",
        "evidence",
    ]
    list_display = [
        TitleColumn("__str__", label=_("Event"), url_name="consent_events:inspect"),
        Column("text", label=_("Text")),
        Column("get_method_display", label=_("Method")),
        Column("comment_id", label=_("Comment")),
        DateColumn("at", label=_("Time"), sort_key="at"),
    ]
    list_filter = ["kind", "purpose", "language"]
    ordering = ["-at"]


class ConsentViewSetGroup(ModelViewSetGroup):
    items = (ConsentTextViewSet, ConsentEventViewSet)
    menu_label = _("Consent")
    menu_icon = "clipboard-list"
    menu_order = 320


@hooks.register("register_admin_viewset")
def register_consent() -> ConsentViewSetGroup:
    return ConsentViewSetGroup()
