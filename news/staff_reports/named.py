"""A filter for what may be hundreds: found by typing a name, and by slug in shared addresses."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from news.models import Author, Tag
from news.reports import VIEW

MODELS: dict[str, type[Author] | type[Tag]] = {"author": Author, "tag": Tag}
MOST_OPTIONS = 20


class NamedBoundField(forms.BoundField):
    """Shows the name where the address holds the slug."""

    def value(self) -> Any:
        names: dict[str, str] = getattr(self.form, "names", {})
        return names.get(self.name) or super().value()


class NamedField(forms.CharField):
    """An author or a tag by slug or name; `find` costs one query, and none if empty."""

    def __init__(self, kind: str, **kwargs: Any) -> None:
        self.kind = kind
        widget = forms.TextInput(
            attrs={
                "list": f"options-{kind}",
                "data-options": reverse_lazy("analytics_options", args=[kind]),
                "autocomplete": "off",
                "placeholder": gettext_lazy("All"),
            }
        )
        super().__init__(required=False, widget=widget, **kwargs)

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> forms.BoundField:
        return NamedBoundField(form, self, field_name)

    def find(self, text: str) -> tuple[str, str]:
        """Return slug and name of what is called so; a slug goes before a name."""
        rows = MODELS[self.kind]._default_manager.filter(
            Q(slug=text) | Q(name=text) | Q(name__iexact=text)
        )
        found = list(rows.order_by("name", "slug").values_list("slug", "name"))
        exact = [row for row in found if row[0] == text] or found
        if not exact:
            raise ValidationError(_("Nothing is called “%(text)s”.") % {"text": text})
        if len(exact) > 1:
            slugs = ", ".join(slug for slug, _name in exact)
            raise ValidationError(
                _("Several are called so. Type one of these: %(slugs)s") % {"slugs": slugs}
            )
        return exact[0]


class OptionsView(View):
    """The names that hold what was typed, for those who may filter by them."""

    def get(self, request: HttpRequest, kind: str) -> HttpResponse:
        if not request.user.has_perm(VIEW):
            raise PermissionDenied
        if kind not in MODELS or (kind == "author" and not settings.ANALYTICS_PER_PERSON):
            raise Http404
        text = request.GET.get("q", "").strip()
        rows = MODELS[kind]._default_manager.filter(name__icontains=text).order_by("name")
        return JsonResponse({"names": list(rows.values_list("name", flat=True)[:MOST_OPTIONS])})
