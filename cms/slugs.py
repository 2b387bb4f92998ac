"""Addresses as Germans write them: ä becomes ae while a headline turns into a slug."""

from django.db import models
from wagtail.admin.forms.models import register_form_field_override
from wagtail.admin.widgets.slug import SlugInput

SPELLINGS = [("(?i)ä", "ae"), ("(?i)ö", "oe"), ("(?i)ü", "ue"), ("(?i)ß", "ss")]


class GermanSlugInput(SlugInput):
    """Wagtail's slug field, which alone would make `krane` of Kräne."""

    def __init__(self, attrs: dict[str, str] | None = None) -> None:
        super().__init__(attrs, formatters=SPELLINGS)


def register() -> None:
    register_form_field_override(
        models.SlugField, override={"widget": GermanSlugInput}, exact_class=True
    )
