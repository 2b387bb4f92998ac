"""A panel in the form of a group: the sections its right to moderate is limited to."""

from typing import Any

from django import forms
from django.contrib.auth.models import Group
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from news.comments.models import ModeratedSection
from news.models import SectionPage
from news.reports import SectionField


class SectionsField(forms.ModelMultipleChoiceField):
    label_from_instance = SectionField.label_from_instance


class ModeratedSectionsPanel(forms.Form):
    sections = SectionsField(
        label=_("Moderates reader comments only in"),
        queryset=SectionPage.objects.order_by("path"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "With the right to moderate and no section chosen, the group moderates everything."
        ),
    )

    def __init__(
        self, data: Any = None, files: Any = None, *, instance: Group | None = None
    ) -> None:
        self.instance = instance or Group()
        super().__init__(data, prefix="moderated", initial={"sections": self._kept()})

    def _kept(self) -> list[int]:
        if not self.instance.pk:
            return []
        rows = ModeratedSection.objects.filter(group=self.instance)
        return list(rows.values_list("section", flat=True))

    def save(self) -> None:
        """Keep exactly the chosen sections."""
        chosen = self.cleaned_data["sections"]
        with transaction.atomic():
            kept = ModeratedSection.objects.filter(group=self.instance)
            kept.exclude(section__in=chosen).delete()
            there = set(kept.values_list("section", flat=True))
            ModeratedSection.objects.bulk_create(
                ModeratedSection(group=self.instance, section=section)
                for section in chosen
                if section.pk not in there
            )

    def as_admin_panel(self) -> SafeString:
        return render_to_string("reader_comments/admin/group_panel.html", {"form": self})
