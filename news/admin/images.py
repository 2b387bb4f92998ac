"""Pictures in the admin: what must be said about them, and until when they may be used."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import BaseColumn, DateColumn
from wagtail.images.fields import WagtailImageField
from wagtail.images.forms import BaseImageForm
from wagtail.images.views.images import IndexView
from wagtail.images.views.multiple import CreateFromUploadedImageView

from news.admin.uploads import damaged, encoded_again


class WholePictureField(WagtailImageField):
    """Says of a picture that breaks off what Wagtail's field only stumbles over."""

    def to_python(self, data: Any) -> Any:
        try:
            return super().to_python(data)
        except (OSError, SyntaxError, ValueError) as error:
            raise damaged() from error


class NewsImageForm(BaseImageForm):
    """Asks for a description before a picture can be used; keeps only what it can decode."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if field := self.fields.get("file"):
            self.fields["file"] = WholePictureField(
                label=field.label, required=field.required, widget=field.widget
            )
        if field := self.fields.get("description"):
            field.required = True
            field.label = _("Description")
            field.help_text = _(
                "What the picture shows, for readers who cannot see it. "
                "Not the caption: “A crane lifts a container off a ship”."
            )
        if field := self.fields.get("usage_ends_on"):
            field.widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})

    def clean_file(self) -> Any:
        """Keep a new file only as it was encoded anew here."""
        file = self.cleaned_data["file"]
        return encoded_again(file) if isinstance(file, UploadedFile) else file


class CreateFromUploadView(CreateFromUploadedImageView):
    """Takes up one of many files that still lacked a description when it came."""

    def save_object(self, form: forms.Form) -> None:
        waiting = self.upload.file
        with waiting.open() as raw:
            fresh = encoded_again(SimpleUploadedFile(waiting.name, raw.read()))
        waiting.file = fresh
        super().save_object(form)
        self.object.file.close()


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
