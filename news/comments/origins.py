"""Whether a form was sent from one of our own pages, told without a cookie."""

from urllib.parse import urlsplit

from django.http import HttpRequest


def is_own(request: HttpRequest) -> bool:
    """Return False if the browser says that another site sent the form.

    What says nothing (an old browser, a script) could not act for anybody either: nothing here
    hangs on a cookie.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.get_host()
