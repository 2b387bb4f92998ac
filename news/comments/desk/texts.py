"""The texts that writers get, by reason and language; kept by those who moderate everything."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views.generic import IndexView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permission_policies import ModelPermissionPolicy

from news.comments.desk.forms import CannedTextForm
from news.comments.models import CannedText
from news.comments.permissions import may_moderate_everything


class EverythingPolicy(ModelPermissionPolicy):
    """All or nothing: whoever no section limits."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return may_moderate_everything(user)

    def user_has_any_permission(self, user: Any, actions: Any) -> bool:
        return may_moderate_everything(user)


class TextsIndexView(IndexView):
    # The model's own name would push the heading out of the header.
    add_item_label = _("Add a text")


class CannedTextViewSet(ModelViewSet):
    model = CannedText
    index_view_class = TextsIndexView
    name = "canned_texts"
    url_prefix = "reader-comment-texts"
    icon = "mail"
    menu_label = _("Texts to readers")
    add_to_reference_index = False
    copy_view_enabled = False
    index_results_template_name = "reader_comments/admin/texts_results.html"
    list_filter = ["reason", "language"]
    search_fields = ["text"]
    list_display = [
        TitleColumn("get_reason_display", label=_("Reason"), url_name="canned_texts:edit"),
        Column("get_language_display", label=_("Language")),
        Column("text", label=_("Text")),
    ]

    def get_form_class(self, for_update: bool = False) -> Any:
        return CannedTextForm
