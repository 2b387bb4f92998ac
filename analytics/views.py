"""The doors for beacons: two for the script, one image for readers without script."""

from __future__ import annotations

import base64
import json
import uuid
from datetime import UTC, datetime

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from analytics.doorway import read_body, receive
from analytics.events import Kind

# One transparent pixel.
GIF = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


@csrf_exempt
@require_POST
@never_cache
def view(request: HttpRequest) -> HttpResponse:
    body = read_body(request.META)
    return HttpResponse(status=receive(Kind.VIEW, request.META, body, now=datetime.now(UTC)))


@csrf_exempt
@require_POST
@never_cache
def read(request: HttpRequest) -> HttpResponse:
    """Take reading time; while engagement is off this door does not exist."""
    if not settings.ANALYTICS_ENGAGEMENT:
        raise Http404
    body = read_body(request.META)
    return HttpResponse(status=receive(Kind.READ, request.META, body, now=datetime.now(UTC)))


@require_GET
@never_cache
def gif(request: HttpRequest) -> HttpResponse:
    """Count a view by an image: the one GET that counts. Each request is a view of its own."""
    number = request.GET.get("page", "")
    page = int(number) if number.isascii() and number.isdigit() and len(number) < 20 else None
    # the page that shows the image; what led there is not known
    location = request.META.get("HTTP_REFERER", "")[:1000]
    body = json.dumps({"id": str(uuid.uuid4()), "page": page, "loc": location}).encode()
    now = datetime.now(UTC)
    status = receive(Kind.VIEW, request.META, body, now=now, is_noscript=True)
    if status != 204:
        return HttpResponse(status=status)
    return HttpResponse(GIF, content_type="image/gif")
