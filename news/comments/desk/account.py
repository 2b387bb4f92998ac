"""A panel in everybody's account: which mails a moderator wants."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.views.account import BaseSettingsPanel, notifications_tab

from news.comments.models import ModeratorMail
from news.comments.permissions import may_moderate


class ModeratorMailForm(forms.ModelForm):
    class Meta:
        model = ModeratorMail
        fields = ["wants_digest", "wants_alerts"]


class ModeratorMailPanel(BaseSettingsPanel):
    name = "moderator_mail"
    title = _("Reader comments")
    tab = notifications_tab
    order = 200
    form_class = ModeratorMailForm

    def is_active(self) -> bool:
        return may_moderate(self.user)

    def get_form(self) -> Any:
        kept = ModeratorMail.objects.filter(user=self.user).first()
        data = self.request.POST if self.request.method == "POST" else None
        return self.form_class(
            data, instance=kept or ModeratorMail(user=self.user), prefix=self.name
        )
