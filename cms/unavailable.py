"""What readers get when something broke: an error page, or a moment's patience."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

RETRY_SECONDS = 5


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 503 while the database is away: crawlers come back, and browsers ask again.

    Nothing waits for it here: the threads that would wait are those that serve cached pages.
    """
    if not isinstance(sys.exception(), OperationalError | InterfaceError):
        return HttpResponse(render_to_string("500.html"), status=500)
    is_form = request.method not in ("GET", "HEAD")
    answer = HttpResponse(render_to_string("503.html", {"is_form": is_form}), status=503)
    answer.headers["Retry-After"] = str(RETRY_SECONDS)
    answer.headers["Cache-Control"] = "no-store"
    if not is_form:  # a form must stay where its writer finds it again
        answer.headers["Refresh"] = str(RETRY_SECONDS)
    return answer
