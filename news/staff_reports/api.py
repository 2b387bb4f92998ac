"""The reports as JSON, read only: by a key of the user's own, with the user's rights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, JsonResponse
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from analytics.figures import spans
from analytics.figures.spans import Days, Span
from news import territory
from news.models import ArticlePage
from news.reports import EXPORT, VIEW
from news.staff_reports import output, tables, tokens
from news.staff_reports.article import ArticleFigures, may_see
from news.staff_reports.charts import SeriesRow
from news.staff_reports.filters import ReportFilters
from news.staff_reports.overview import Overview
from news.staff_reports.tables import Row, TableName
from news.staff_reports.views import sorted_rows

QUALITY = "analytics.view_data_quality"
DEFAULT_LIMIT, LARGEST_LIMIT = 100, 1000
COLUMNS = ("label", "visits", "views", "engaged_minutes", "visits_before", "change")

Answer = dict[str, Any]


class BadQuery(Exception):
    """What is wrong with the parameters, by name."""

    def __init__(self, errors: dict[str, Any]) -> None:
        super().__init__(str(errors))
        self.errors = errors


def report(*permissions: str) -> Callable[[Callable[..., Answer]], Callable[..., JsonResponse]]:
    """Let a function answer those who bring a key and have the rights, and the right to export.

    Taking figures along needs the same right as a spreadsheet of them.
    """

    def decorate(answer: Callable[..., Answer]) -> Callable[..., JsonResponse]:
        @csrf_exempt
        @never_cache
        @wraps(answer)
        def view(request: HttpRequest, **kwargs: Any) -> JsonResponse:
            if request.method not in ("GET", "HEAD"):
                return _refused(405, "Only GET is answered.", Allow="GET, HEAD")
            user = _user(request)
            if user is None:
                return _refused(401, "A valid key is needed.", **{"WWW-Authenticate": "Bearer"})
            if not user.has_perms((*permissions, EXPORT)):
                return _refused(403, "This key's user may not see or take along this report.")
            request.user = user
            try:
                with translation.override(_language(user)):
                    return JsonResponse(answer(request, **kwargs))
            except BadQuery as error:
                return JsonResponse({"errors": error.errors}, status=400)
            except Http404:
                return _refused(404, "There is no such report.")
            except PermissionError:
                return _refused(403, "This key's user may not see this report.")

        return view

    return decorate


def _user(request: HttpRequest) -> Any:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    return tokens.user_of(key.strip()) if scheme.lower() == "bearer" and key else None


def _language(user: Any) -> str:
    profile = getattr(user, "wagtail_userprofile", None)
    return str(profile.get_preferred_language()) if profile else settings.LANGUAGE_CODE


def _refused(status: int, reason: str, **headers: str) -> JsonResponse:
    return JsonResponse({"errors": {"": [reason]}}, status=status, headers=headers)


@report(VIEW)
def overview(request: HttpRequest) -> Answer:
    """Key figures and the series of a period."""
    asked = _overview(request)
    return _head(asked) | {
        "figures": {
            figure.name: {"now": figure.now, "before": figure.before}
            for figure in asked.key_figures
        },
        "series": [_series_row(row) for row in asked.chart.rows],
    }


@report(VIEW)
def table(request: HttpRequest, table: str) -> Answer:
    """One table: searched by `q`, sorted by `ordering`, in pages of `limit` from `offset`."""
    if table not in tables.names_on_offer():
        raise Http404
    ordering = request.GET.get("ordering", "-visits")
    if ordering.removeprefix("-") not in COLUMNS:
        raise BadQuery({"ordering": [f"One of {', '.join(COLUMNS)}, with - for falling."]})
    limit = _number(request, "limit", DEFAULT_LIMIT, at_most=LARGEST_LIMIT)
    offset = _number(request, "offset", 0, at_most=10**9)
    asked = _overview(request)
    (found,) = asked.tables([TableName(table)])
    rows = sorted_rows(found.rows, ordering, request.GET.get("q", ""))
    return _head(asked) | {
        "table": table,
        "is_filtered_by_channel": bool(asked.channel) and not found.is_beside_channel,
        "count": len(rows),
        "results": [_row(row) for row in rows[offset : offset + limit]],
    }


@report()
def article(request: HttpRequest, pk: int) -> Answer:
    """One article since publication; reporters ask for their own."""
    articles = ArticlePage.objects.filter(first_published_at__isnull=False)
    page = articles.defer_streamfields().filter(pk=pk).first()
    if page is None:
        raise Http404
    if not may_see(request.user, page):
        raise PermissionError
    figures = ArticleFigures(page, timezone.now())
    return {
        "article": page.pk,
        "title": page.title,
        "published_at": figures.published_at.isoformat(),
        "since_publication": asdict(figures.totals()),
        "comments": figures.comment_count(),
        "starts": [
            {"label": start.label, "visits": start.visits, "median": start.median}
            for start in figures.starts()
        ],
        "depths": {str(depth.quarter): depth.share for depth in figures.depths()},
        "days": [
            {"day": point.at.date().isoformat(), "visits": point.visits, "views": point.views}
            for point in spans.daily(figures.shown_days, figures.page_ids)
        ],
    }


@report(VIEW)
def newsroom(request: HttpRequest) -> Answer:
    """What was published, by section and author."""
    asked = _overview(request)
    days = asked.period.days
    work = output.Work(days)
    found = {"sections": [asdict(row) for row in work.by_section()]}
    if settings.ANALYTICS_PER_PERSON:
        found["authors"] = [asdict(row) for row in work.by_author()]
    return {"period": _span(days)} | found


@report(VIEW)
def now(request: HttpRequest) -> Answer:
    """About how many readers came in the last five minutes; null if nobody can tell."""
    return {"readers": spans.readers_now(now=timezone.now())}


@report(QUALITY)
def quality(request: HttpRequest) -> Answer:
    """What was counted and dropped, by day, reason and detail."""
    days = _overview(request).period.days
    counted = {
        point.at.date().isoformat(): point.views for point in spans.daily(days) if point.views
    }
    dropped = [
        {
            "day": drop.day.isoformat(),
            "reason": drop.reason.value,
            "detail": drop.detail,
            "count": drop.count,
        }
        for drop in spans.drops(days)
    ]
    return {"period": _span(days), "views": counted, "dropped": dropped}


def _overview(request: HttpRequest) -> Overview:
    """Read period and filters; here a wish that cannot be met is a mistake."""
    at = timezone.now()
    filters = ReportFilters(request.GET, now=at, paths=territory.of(request.user, VIEW))
    errors: dict[str, Any] = {} if filters.is_valid() else dict(filters.errors)
    if request.GET.get("author") and "author" not in filters.fields:
        errors["author"] = ["This site names no figures of single persons."]
    if errors:
        raise BadQuery(errors)
    return Overview(
        filters.chosen_period, at, filters.page_ids, filters.chosen_channel, filters.subtree
    )


def _number(request: HttpRequest, name: str, default: int, *, at_most: int) -> int:
    text = request.GET.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and int(text[:12]) <= at_most):
        raise BadQuery({name: [f"A whole number, at most {at_most}."]})
    return int(text)


def _head(asked: Overview) -> Answer:
    now_span, before = asked.spans
    return {"period": _span(now_span), "compared_with": _span(before)}


def _span(span: Span) -> Answer:
    if isinstance(span, Days):
        return {"first": span.first.isoformat(), "last": span.last.isoformat()}
    start, end = spans.bounds(span)
    return {"start": start.isoformat(), "end": end.isoformat()}


def _series_row(row: SeriesRow) -> Answer:
    return {
        "at": row.at.isoformat(),
        "visits": row.visits,
        "views": row.views,
        "visits_before": row.visits_before,
    }


def _row(row: Row) -> Answer:
    return {
        "key": row.key,
        "label": row.label,
        "visits": row.visits,
        "views": row.views,
        "engaged_minutes": row.engaged_minutes,
        "visits_before": row.visits_before,
    }
