"""Merging a tag into another one."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.widgets.button import ListingButton

from news import tagging
from news.models import Tag

LIST = "wagtailsnippets_news_tag:list"


class MergeForm(forms.Form):
    into = forms.ModelChoiceField(
        label=gettext_lazy("Merge into"),
        queryset=Tag.objects.none(),
        help_text=gettext_lazy(
            "Its articles get this tag; the old address leads to the new one. "
            "This cannot be undone."
        ),
    )

    def __init__(self, *args: Any, tag: Tag, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["into"].queryset = Tag.objects.exclude(pk=tag.pk)


class MergeTagView(WagtailAdminTemplateMixin, FormView):
    form_class = MergeForm
    template_name = "wagtailadmin/generic/form.html"
    page_title = gettext_lazy("Merge tag")
    header_icon = "tag"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may_merge(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def tag(self) -> Tag:
        return get_object_or_404(Tag, pk=self.kwargs["pk"])

    def get_page_subtitle(self) -> str:
        return self.tag.name

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        return [
            *super().get_breadcrumbs_items(),
            {"url": reverse(LIST), "label": _("Tags")},
            {"url": "", "label": self.page_title, "sublabel": self.tag.name},
        ]

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"tag": self.tag}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "action_url": self.request.path,
            "submit_button_label": _("Merge"),
            "submit_button_active_label": _("Merging…"),
        }

    def form_valid(self, form: MergeForm) -> HttpResponse:
        into, name = form.cleaned_data["into"], self.tag.name
        count = tagging.merge(self.tag, into=into)
        text = ngettext(
            "“%(old)s” is now “%(new)s”, on %(count)d article.",
            "“%(old)s” is now “%(new)s”, on %(count)d articles.",
            count,
        ) % {"old": name, "new": into.name, "count": count}
        messages.success(self.request, text)
        return redirect(LIST)


def may_merge(user: Any) -> bool:
    return user.has_perms(["news.change_tag", "news.delete_tag"])


def offer_merge(snippet: Any, user: Any, next_url: str | None = None) -> Iterator[ListingButton]:
    if isinstance(snippet, Tag) and may_merge(user):
        url = reverse("merge_tag", args=[snippet.pk])
        yield ListingButton(_("Merge"), url, icon_name="resubmit", priority=40)
