"""A CDN or reverse proxy before the site: it hears the same tags, through Wagtail's back ends."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from functools import cache
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import requests
from wagtail.contrib.frontend_cache.backends import CloudflareBackend, HTTPBackend
from wagtail.contrib.frontend_cache.backends.http import PurgeRequest
from wagtail.contrib.frontend_cache.utils import get_backends
from wagtail.models import Page

TIMEOUT_SECONDS = 10
Resolver = Callable[[list[int]], Iterable[str]]


class PurgeFailed(Exception):
    """The front cache did not take the purge; it is tried again later."""


class VarnishBackend(HTTPBackend):
    """Varnish with its `xkey` module: `PURGE` with the tags in a header."""

    tag_header = "xkey"
    separator = " "
    most_at_once = 100

    def purge_tags(self, tags: Collection[str]) -> None:
        request = PurgeRequest(
            url=f"{self.cache_scheme}://{self.cache_netloc}/",
            headers={"xkey-purge": " ".join(tags)},
        )
        try:
            urlopen(request, timeout=TIMEOUT_SECONDS).close()  # noqa: S310  the operator's address
        except (URLError, OSError) as error:
            raise PurgeFailed(type(error).__name__) from error


class CloudflareTagBackend(CloudflareBackend):
    """Cloudflare, by `Cache-Tag`."""

    tag_header = "Cache-Tag"
    separator = ","
    most_at_once = CloudflareBackend.CHUNK_SIZE

    def purge_tags(self, tags: Collection[str]) -> None:
        try:
            answer = requests.post(
                self.cloudflare_purge_endpoint_url,
                json={"tags": list(tags)},
                headers={"Authorization": f"Bearer {self.cloudflare_token}"},
                timeout=TIMEOUT_SECONDS,
            )
            answer.raise_for_status()
        except requests.RequestException as error:
            raise PurgeFailed(type(error).__name__) from error


@cache
def backends() -> list[Any]:
    """Return what the operator has put before the site; nothing is the default."""
    return list(get_backends().values())


def headers_of(tags: Iterable[str]) -> list[tuple[str, str]]:
    """Return the headers by which the caches before us remember what a page depends on."""
    return [
        (backend.tag_header, backend.separator.join(sorted(tags)))
        for backend in backends()
        if hasattr(backend, "tag_header")
    ]


def purge(tags: Collection[str]) -> None:
    """Drop everything with one of the tags; what knows no tags drops the pages they name.

    Raises:
        PurgeFailed: one of the caches could not be told.
    """
    names = sorted(tags)
    for backend in backends():
        if hasattr(backend, "purge_tags"):
            for start in range(0, len(names), backend.most_at_once):
                backend.purge_tags(names[start : start + backend.most_at_once])
        elif urls := _addresses(names):
            backend.purge_batch(urls)


def addresses_of(kind: str) -> Callable[[Resolver], Resolver]:
    """Register who knows the addresses that show what the tags of `kind` name.

    Put it into a module `cache_addresses` of an app: it is found by its name. The function gets
    the numbers behind the colon; for a tag without one, none.
    """

    def register(resolver: Resolver) -> Resolver:
        _resolvers[kind] = resolver
        return resolver

    return register


def _addresses(tags: Collection[str]) -> list[str]:
    """Return every address that shows what one of the tags names."""
    numbers: dict[str, list[int]] = {}
    for tag in tags:
        kind, _, number = tag.partition(":")
        known = numbers.setdefault(kind, [])
        if number.isdigit():
            known.append(int(number))
    return sorted(
        {
            url
            for kind, resolver in _resolvers.items()
            if kind in numbers
            for url in resolver(numbers[kind])
        }
    )


_resolvers: dict[str, Resolver] = {}


@addresses_of("page")
def of_pages(ids: list[int]) -> list[str]:
    return [url for page in Page.objects.filter(pk__in=ids) if (url := page.full_url)]


@addresses_of("navigation")
def of_front_pages(ids: list[int]) -> list[str]:
    return [url for page in Page.objects.filter(depth=2) if (url := page.full_url)]
