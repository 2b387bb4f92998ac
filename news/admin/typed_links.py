"""Links to our own pages that were typed as addresses: the reference index does not know them."""

import re
from collections.abc import Iterable
from html import unescape
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest
from django.urls import Resolver404, resolve
from django.utils import translation
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, Site
from wagtail.models.sites import SiteRootPath

_HREF = re.compile(r'<a [^>]*?\bhref="([^"]*)"')


def own_paths(sources: Iterable[str]) -> list[str]:
    """Return the paths on our own hosts that rich texts link to, each once."""
    hosts = {
        *Site.objects.values_list("hostname", flat=True),
        urlsplit(settings.SITE_URL).hostname,
    }
    found = []
    for source in sources:
        for address in map(unescape, _HREF.findall(source)):
            try:
                parts = urlsplit(address)
                host = parts.hostname
            except ValueError:
                continue
            is_ours = host in hosts if host else address.startswith("/")
            if is_ours and parts.scheme in ("", "http", "https"):
                found.append(unquote(parts.path) or "/")
    return list(dict.fromkeys(found))


def dead(paths: list[str]) -> list[str]:
    """Return the paths at which readers find nothing: no page, no redirect, no other address."""
    roots = Site.get_site_root_paths() if paths else []
    places = {path: place for path in paths if (place := _place(path)) is not None}
    wanted = {f"{root.root_path}{place[1]}" for place in places.values() for root in roots}
    live = set(Page.objects.live().filter(url_path__in=wanted).values_list("url_path", flat=True))
    missing = [
        path
        for path, (language, rest) in places.items()
        if not any(f"{root.root_path}{rest}" in live for root in _spoken(roots, language))
    ]
    if not missing:
        return []
    normalised = {path: Redirect.normalise_path(path) for path in missing}
    leading = Redirect.objects.filter(old_path__in=normalised.values())
    led = set(leading.values_list("old_path", flat=True))
    return [
        path
        for path in missing
        if normalised[path] not in led and not _is_routed(*places[path], roots=roots)
    ]


def _place(path: str) -> tuple[str, str] | None:
    """Return language and path in its tree; None for addresses that are no page's."""
    language = translation.get_language_from_path(path) or settings.LANGUAGE_CODE
    with translation.override(language):
        try:
            match = resolve(path if path.endswith("/") else f"{path}/")
        except Resolver404:
            return language, path.lstrip("/")
    return (language, match.args[0]) if match.url_name == "wagtail_serve" else None


def _spoken(roots: list[SiteRootPath], language: str) -> list[SiteRootPath]:
    return [root for root in roots if root.language_code == language]


def _is_routed(language: str, rest: str, *, roots: list[SiteRootPath]) -> bool:
    """Ask the pages themselves: a section answers at more addresses than its own."""
    components = [part for part in rest.split("/") if part]
    homes = Page.objects.filter(url_path__in=[r.root_path for r in _spoken(roots, language)])
    for home in homes.specific():
        try:
            home.route(HttpRequest(), components)
        except Http404:
            continue
        return True
    return False
