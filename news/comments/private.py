"""Pages of one reader: kept by no cache, named to no other site, acting on forms of ours only."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from news.comments import origins

View = Callable[..., HttpResponse]


def private(view: View) -> View:
    """A page of one reader: kept by no cache, named to no other site, sent from here only."""

    @csrf_exempt  # no cookie stands behind it; `origins` asks the browser instead
    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST" and not origins.is_own(request):
            return render(request, "reader_comments/foreign.html", status=403)
        response = view(request, *args, **kwargs)
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    return guarded


def see_other(name: str, *args: Any) -> HttpResponse:
    """Lead to a page after something was done."""
    response = redirect(f"reader_comments:{name}", *args)
    response.status_code = 303
    return response


def gone(request: HttpRequest) -> HttpResponse:
    return render(request, "reader_comments/gone.html", status=404)
