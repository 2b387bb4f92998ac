"""Pictures in the admin: what must be said about them, and until when they may be used."""

from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import BaseColumn, DateColumn
from wagtail.images.forms import BaseImageForm
from wagtail.images.views.images import IndexView


class NewsImageForm(BaseImageForm):
    """Asks for a description before a picture can be used."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if field := self.fields.get("description"):
            field.required = True
            field.label = _("Description")
            field.help_text = _(
                "What the picture shows, for readers who cannot see it. "
                "Not the caption: “A crane lifts a container off a ship”."
            )
        if field := self.fields.get("usage_ends_on"):
            field.widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class NewsImageIndexView(IndexView):
    """Wagtail's list of pictures; as a list it shows credit and the right of use as well."""

    @cached_property
    def columns(self) -> list[BaseColumn]:
        columns = super().columns
        if self.layout == "grid":
            return columns
        ends_on = DateColumn(
            "usage_ends_on", label=_("Right of use ends"), sort_key="usage_ends_on"
        )
        return [*columns[:-1], ends_on, columns[-1]]

    def get_valid_orderings(self) -> list[str]:
        return [*super().get_valid_orderings(), "usage_ends_on", "-usage_ends_on"]
