"""The addresses that a monitor asks; nothing is written."""

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from analytics import health


@require_safe
@never_cache
def whole(request: HttpRequest) -> HttpResponse:
    """Say what works, as JSON: 200, or 503 if views may be lost or the ranking stands still."""
    found = health.check(now=datetime.now(UTC))
    return JsonResponse(found.as_json(), status=200 if found.is_good else 503)


@require_safe
@never_cache
def live(request: HttpRequest) -> HttpResponse:
    """Answer as long as this process can."""
    return JsonResponse({"status": "ok"})
