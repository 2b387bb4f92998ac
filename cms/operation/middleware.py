"""Gives every request an id, and counts and times what Django answers."""

import logging
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from cms.operation import logs, metrics

logger = logging.getLogger("redaktion.requests")

ID_HEADER = "X-Request-ID"
AREAS = (
    ("/admin/", "admin"),
    ("/api/", "api"),
    ("/_/comments/", "comments"),
    ("/_/", "beacons"),
    ("/health/", "monitoring"),
    ("/metrics", "monitoring"),
    ("/media/", "files"),
    ("/documents/", "files"),
)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class RequestMiddleware:
    """First in the list, so that it sees what all others made of an answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        name = logs.new_request_id(request.headers.get(ID_HEADER, ""))
        token = logs.request_id.set(name)
        if area_of(request.path_info) == "monitoring":
            # A container, a load balancer and Prometheus ask by address, and are answered so.
            request.META["HTTP_HOST"] = urlsplit(settings.SITE_URL).netloc
        try:
            response = self.get_response(request)
            self._note(request, response, time.perf_counter() - began)
            response.headers[ID_HEADER] = name
            return response
        finally:
            logs.request_id.reset(token)

    def _note(self, request: HttpRequest, response: HttpResponse, seconds: float) -> None:
        area = area_of(request.path_info)
        method = request.method if request.method in METHODS else "other"
        metrics.requests.labels(area, method, str(response.status_code)).inc()
        metrics.request_seconds.labels(area).observe(seconds)
        if settings.LOG_REQUESTS:
            # The route, not the address: links in mails carry a reader's secret.
            route = request.resolver_match.route if request.resolver_match else ""
            logger.info(
                "request_answered",
                extra={
                    "method": method,
                    "route": route,
                    "status": response.status_code,
                    "milliseconds": round(seconds * 1000, 1),
                },
            )


def area_of(path: str) -> str:
    """Return which part of the site an address belongs to: few, so that metrics stay few."""
    path = path.removeprefix("/en")
    return next((area for prefix, area in AREAS if path.startswith(prefix)), "pages")
