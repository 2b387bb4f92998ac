"""What narrows a report: the form in its address, and the pages that are left."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from analytics.figures import spans
from analytics.registry import PageIds, registry
from news import territory
from news.models import Author, SectionPage, Tag
from news.staff_reports.periods import Comparison, Period, Preset, period

NARROWING = ("section", "author", "tag", "language")
FILTERING = (*NARROWING, "channel")
ALL = [("", _("All"))]


class ReportFilters(forms.Form):
    """Read from the address, so that a view can be shared; what is wrong there is left out."""

    period = forms.ChoiceField(choices=Preset.choices, required=False)
    first = forms.DateField(required=False)
    last = forms.DateField(required=False)
    section = forms.ChoiceField(label=_("Section"), required=False)
    author = forms.ChoiceField(label=_("Author"), required=False)
    tag = forms.ChoiceField(label=_("Tag"), required=False)
    language = forms.ChoiceField(
        label=_("Language"), choices=[*ALL, *settings.LANGUAGES], required=False
    )
    channel = forms.ChoiceField(
        label=_("Channel"), choices=[*ALL, *spans.CHANNELS], required=False
    )
    compare = forms.ChoiceField(
        label=_("Compared with"), choices=Comparison.choices, required=False
    )

    def __init__(
        self,
        data: Mapping[str, Any],
        *,
        now: datetime,
        fixed: dict[str, str] | None = None,
        paths: list[str] | None = None,
    ) -> None:
        super().__init__({**_plain(data), **(fixed or {})})
        self.fixed = fixed or {}
        self.now = now
        self.paths = paths
        rows = SectionPage.objects.order_by("path").only("title", "path", "depth")
        self.sections = [row for row in rows if territory.covers(paths, row)]
        choices: dict[str, list[tuple[Any, str]]] = {
            "section": [
                (str(row.pk), f"{'– ' * (row.depth - 3)}{row.title}") for row in self.sections
            ],
            "tag": list(Tag.objects.order_by("name").values_list("slug", "name")),
        }
        if settings.ANALYTICS_PER_PERSON:
            choices["author"] = list(Author.objects.order_by("name").values_list("slug", "name"))
        else:
            del self.fields["author"]
        for name, values in choices.items():
            self.fields[name].choices = [*ALL, *values]

    @cached_property
    def wishes(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    @cached_property
    def chosen_period(self) -> Period:
        wishes = self.wishes
        return period(
            wishes.get("period", ""),
            wishes.get("first"),
            wishes.get("last"),
            now=self.now,
            comparison=wishes.get("compare", ""),
        )

    @property
    def narrowing(self) -> dict[str, str]:
        """What leaves some pages out."""
        return {name: self.wishes[name] for name in NARROWING if name in self.wishes}

    @property
    def filtering(self) -> dict[str, str]:
        """All that is chosen beside the period."""
        return {name: self.wishes[name] for name in FILTERING if name in self.wishes}

    @property
    def chosen_channel(self) -> str:
        return str(self.wishes.get("channel", ""))

    @cached_property
    def page_ids(self) -> PageIds | None:
        """The pages that are left, as a subquery; None for the whole site."""
        narrowing = self.narrowing
        if not narrowing and self.paths is None:
            return None
        pages = Page.objects.all()
        if self.paths is not None:
            pages = pages.filter(territory.within(self.paths))
        if section := narrowing.get("section"):
            path = next(row.path for row in self.sections if str(row.pk) == section)
            pages = pages.filter(path__startswith=path)
        for facet in ("author", "tag"):
            if facet in narrowing:
                pages = pages.filter(pk__in=registry.facets[facet](narrowing[facet]))
        if language := narrowing.get("language"):
            pages = pages.filter(locale__language_code=language)
        ids: PageIds = pages.order_by().values("pk")
        return ids


def _plain(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the last value of each name."""
    return {name: data[name] for name in data}
