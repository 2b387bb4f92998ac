"""The read-only JSON of the newsroom's rankings."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from analytics.ranking import RankingUnavailable
from news.rankings import RankedArticle, most_read

WINDOWS = ("24h", "7d", "30d")
LIMIT = 50
DEFAULTS = {"window": "7d", "limit": 10}
LARGEST_ID = 2**31 - 1


class MostReadQuery(forms.Form):
    """What may be asked; every parameter may be left out."""

    window = forms.ChoiceField(choices=[(name, name) for name in WINDOWS], required=False)
    limit = forms.IntegerField(min_value=1, max_value=LIMIT, required=False)
    scope = forms.IntegerField(min_value=1, max_value=LARGEST_ID, required=False)
    tag = forms.CharField(max_length=100, required=False)
    author = forms.CharField(max_length=120, required=False)
    language = forms.ChoiceField(choices=settings.LANGUAGES, required=False)

    def clean_author(self) -> str:
        author: str = self.cleaned_data["author"]
        if author and not settings.ANALYTICS_PER_PERSON:
            raise forms.ValidationError(_("This site names no figures of single persons."))
        return author

    def wishes(self) -> dict[str, Any]:
        """Return the parameters that were given, and defaults for those that must be."""
        given = {name: value for name, value in self.cleaned_data.items() if value}
        return DEFAULTS | given


@require_safe
@never_cache
def most_read_articles(request: HttpRequest) -> JsonResponse:
    """Answer the most read articles of a rolling window; 400 with the reason for each mistake."""
    query = MostReadQuery(request.GET)
    if not query.is_valid():
        return JsonResponse({"errors": query.errors}, status=400)
    wishes = query.wishes()
    now = timezone.now()
    try:
        ranked = most_read(**wishes, now=now)
    except RankingUnavailable:
        message = _("The ranking cannot be read at the moment.")
        return JsonResponse({"errors": {"ranking": [message]}}, status=503)
    return JsonResponse(
        {
            "window": wishes["window"],
            "generated_at": now.isoformat(timespec="seconds"),
            "results": [_as_json(entry, request) for entry in ranked],
        }
    )


def _as_json(entry: RankedArticle, request: HttpRequest) -> dict[str, Any]:
    return {
        "rank": entry.rank,
        "page": entry.article.pk,
        "title": entry.article.title,
        "url": entry.article.get_full_url(request),
        "visits": entry.visits,
        "views": entry.views,
    }
