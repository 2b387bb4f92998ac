"""What narrows a report: the form in its address, and the pages that are left."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from analytics.figures import spans
from analytics.figures.subtrees import Subtree
from analytics.registry import PageIds, registry
from news import territory
from news.models import SectionPage
from news.staff_reports.named import NamedField
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
    author = NamedField("author", label=_("Author"))
    tag = NamedField("tag", label=_("Tag"))
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
        self.fields["section"].choices = [
            *ALL,
            *((str(row.pk), f"{'– ' * (row.depth - 3)}{row.title}") for row in self.sections),
        ]
        if not settings.ANALYTICS_PER_PERSON:
            del self.fields["author"]
        self.names: dict[str, str] = {}

    def clean_author(self) -> str:
        return self._slug_of("author")

    def clean_tag(self) -> str:
        return self._slug_of("tag")

    def _slug_of(self, name: str) -> str:
        text = self.cleaned_data[name]
        if not text:
            return ""
        slug, self.names[name] = self.fields[name].find(text)
        return slug

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
    def roots(self) -> list[str]:
        """The tree paths at and below which all pages are left; empty if pages are picked out."""
        narrowing = self.narrowing
        if set(narrowing) == {"language"} and self.paths is None:
            return roots_of_language(narrowing["language"])
        if set(narrowing) - {"section"}:
            return []
        if section := narrowing.get("section"):
            return [row.path for row in self.sections if str(row.pk) == section]
        return self.paths or []

    @cached_property
    def subtree(self) -> Subtree | None:
        """The pages that are left, if these are all at and below some places."""
        return Subtree(self.roots) if self.roots else None

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


def roots_of_language(code: str) -> list[str]:
    """Return the tree paths below which a language's pages stand, if none stands elsewhere.

    Usually that is its front page; two queries say whether it is so.
    """
    pages = Page.objects.filter(depth__gt=1).order_by()
    of_language = Q(locale__language_code=code)
    homes = list(pages.filter(of_language, depth=2).values_list("path", flat=True))
    below = territory.within(homes)
    is_mixed = pages.filter((below & ~of_language) | (of_language & ~below)).exists()
    return [] if is_mixed else homes


def _plain(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the last value of each name."""
    return {name: data[name] for name in data}
