"""Lets nobody into the admin who has, or needs, a second factor and has not shown it."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from cms.signing_in import second_factor

# Icons and translations of the pages on which the factor is shown say nothing of the site.
ALWAYS_OPEN = (
    *("wagtailadmin_login", "wagtailadmin_logout", "second_factor_ask"),
    *("wagtailadmin_sprite", "wagtailadmin_javascript_catalog"),
)


class SecondFactorMiddleware:
    """Until it is shown, a session counts as nobody's outside of the admin as well."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._refusal(request) or self.get_response(request)

    def _refusal(self, request: HttpRequest) -> HttpResponse | None:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return None
        user: Any = request.user  # django-otp adds is_verified
        if not user.is_authenticated or user.is_verified():
            return None
        has_one = second_factor.has_one(user)
        if not has_one and not second_factor.needs_one(user):
            return None
        target = "second_factor_ask" if has_one else "second_factor_set_up"
        if request.path_info in [reverse(name) for name in (*ALWAYS_OPEN, target)]:
            return None
        if request.path_info.startswith(reverse("wagtailadmin_home")):
            return redirect(f"{reverse(target)}?{urlencode({'next': request.get_full_path()})}")
        request.user = AnonymousUser()
        return None
