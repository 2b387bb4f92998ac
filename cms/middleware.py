"""Small middleware of the wiring: language from the address, security headers."""

from collections.abc import Callable

from csp.constants import SELF
from csp.middleware import CSPMiddleware
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation

# Wagtail's date pickers and choosers still carry inline script; a nonce would
# cancel 'unsafe-inline', so the admin has a policy of its own without one.
ADMIN_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    f"img-src {' '.join((SELF, 'data:', 'blob:', *settings.MEDIA_ORIGINS))}; "
    "frame-src 'self'; frame-ancestors 'self'; form-action 'self'; "
    "base-uri 'none'; object-src 'none'"
)


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """The strict policy of the public site; a looser one under `/admin/`."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if request.path_info.startswith("/admin/"):
            response.headers.setdefault("Content-Security-Policy", ADMIN_POLICY)
            return response
        return super().process_response(request, response)


# What a newspaper has no use for; an embedded player may still fill the screen.
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        *("accelerometer", "autoplay", "browsing-topics", "camera", "display-capture"),
        *("geolocation", "gyroscope", "hid", "magnetometer", "microphone", "midi", "payment"),
        *("publickey-credentials-get", "serial", "usb", "xr-spatial-tracking"),
    )
)
DOCUMENT_POLICY = "default-src 'none'; sandbox"


class SecurityHeadersMiddleware:
    """Headers that Django has no setting for; an upload gets a set of its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        headers = response.headers
        headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        # Pictures are shown by feed readers, also by those that are websites.
        is_picture = request.path_info.startswith("/media/images/")
        headers.setdefault(
            "Cross-Origin-Resource-Policy", "cross-origin" if is_picture else "same-origin"
        )
        if request.path_info.startswith("/documents/"):
            headers["Content-Security-Policy"] = DOCUMENT_POLICY
            headers["X-Frame-Options"] = "DENY"
            headers["Referrer-Policy"] = "no-referrer"
        return response


SIGNING_IN = ("/admin/login/", "/admin/password_reset/")


class LanguageFromPathMiddleware:
    """Activate the language that the address names: `/en/` or the site's default.

    Unlike Django's LocaleMiddleware it never looks at cookies or Accept-Language,
    so a public page needs no `Vary` header and can be cached by anyone. Only where staff
    sign in, and nobody knows yet who it is, does the browser say the language.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = translation.get_language_from_path(request.path_info) or settings.LANGUAGE_CODE
        if request.path_info.startswith(SIGNING_IN):
            language = translation.get_language_from_request(request)
        translation.activate(language)
        request.LANGUAGE_CODE = language
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", translation.get_language() or language)
        return response


class AddressMiddleware:
    """An address with a NUL in it names nothing; PostgreSQL would refuse to look for it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info:
            raise Http404
        return self.get_response(request)
