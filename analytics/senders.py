"""What the headers of a request say of its sender: steps that look at nothing else, and classes.

Browsers send the same few headers again and again, so the answer is remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.core.signals import setting_changed
from django.dispatch import receiver

from analytics.bots import kind_of_bot
from analytics.clients import country_in, is_unwilling
from analytics.conf import intake_conf
from analytics.devices import Device, classify
from analytics.events import DropReason
from analytics.useragents import Remembered

FETCHED_AHEAD = ("prefetch", "prerender", "preview")


class Drop(NamedTuple):
    """Why a candidate is dropped; `detail` says which kind where a reason has kinds."""

    reason: DropReason
    detail: str = ""


class Headers(NamedTuple):
    """The headers that decide. `page` is the one that a reader without script had before him."""

    is_noscript: bool
    user_agent: str
    host: str
    origin: str
    page: str
    fetch_site: str
    fetch_mode: str
    purposes: tuple[str, str, str, str]
    gpc: str
    dnt: str
    country: str


Step = Callable[[Headers], Drop | None]


@dataclass(frozen=True, slots=True, eq=False)
class Sender:
    """What is known of a sender. `key` stands for the headers it was made of."""

    key: int
    drop: Drop | None
    site: str
    own_hosts: frozenset[str]
    device: Device
    country: str
    is_noscript: bool
    is_recognised: bool


def prefetch(headers: Headers) -> Drop | None:
    """Drop what a browser fetches ahead, in the header of today and in its older forms."""
    for purpose in headers.purposes:
        if purpose and any(word in purpose.lower() for word in FETCHED_AHEAD):
            return Drop(DropReason.PREFETCH)
    return None


def navigation(headers: Headers) -> Drop | None:
    """Drop what was opened as a page of its own; a script or an image never sends this."""
    is_navigation = headers.fetch_mode.lower() == "navigate"
    return Drop(DropReason.NAVIGATION) if is_navigation else None


def bot(headers: Headers) -> Drop | None:
    kind = kind_of_bot(headers.user_agent)
    return Drop(DropReason.BOT, kind) if kind else None


def foreign_origin(headers: Headers) -> Drop | None:
    """Drop what another site sends.

    Browsers say so in Sec-Fetch-Site; older ones in Origin. An image carries no Origin, there
    the page that shows it must be ours.
    """
    site = headers.fetch_site.lower()
    if site == "same-origin":
        return None
    origin = headers.page if headers.is_noscript else headers.origin
    own_hosts = {_host_in("//" + headers.host), intake_conf().site_host}
    is_foreign = bool(origin) and _host_in(origin) not in own_hosts
    return Drop(DropReason.FOREIGN_ORIGIN) if site == "cross-site" or is_foreign else None


STEPS: tuple[Step, ...] = (prefetch, navigation, bot, foreign_origin)


def sender_of(environ: Mapping[str, Any], *, is_noscript: bool) -> Sender:
    """Return what a WSGI environ's headers say of the sender; costs no query."""
    values = tuple(map(environ.get, _names(intake_conf().country_header, is_noscript)))
    return _remembered(values)


@lru_cache(maxsize=8)
def _names(country_header: str, is_noscript: bool) -> tuple[str, ...]:
    """Return the names of what decides, in the order in which `_headers` reads them."""
    return (
        *("HTTP_USER_AGENT", "HTTP_HOST", "HTTP_ORIGIN"),
        *("HTTP_SEC_FETCH_SITE", "HTTP_SEC_FETCH_MODE"),
        *("HTTP_SEC_PURPOSE", "HTTP_PURPOSE", "HTTP_X_MOZ", "HTTP_X_PURPOSE"),
        *("HTTP_SEC_GPC", "HTTP_DNT"),
        country_header,
        *(("HTTP_REFERER",) if is_noscript else ()),
    )


Values = tuple[str | None, ...]


def _headers(values: Values) -> Headers:
    user_agent, host, origin, site, mode, *others = (str(value or "") for value in values)
    purposes, (gpc, dnt, country, *page) = others[:4], others[4:]
    return Headers(
        is_noscript=bool(page),
        user_agent=user_agent,
        host=host,
        origin=origin,
        page=page[0] if page else "",
        fetch_site=site,
        fetch_mode=mode,
        purposes=(purposes[0], purposes[1], purposes[2], purposes[3]),
        gpc=gpc,
        dnt=dnt,
        country=country,
    )


def _made_of(values: Values) -> Sender:
    headers, conf = _headers(values), intake_conf()
    site = _host_in("//" + headers.host)
    return Sender(
        key=hash(values),
        drop=next((drop for step in STEPS if (drop := step(headers))), None),
        site=site,
        own_hosts=frozenset(host.removeprefix("www.") for host in (site, conf.site_host)),
        device=classify(headers.user_agent),
        country=country_in(headers.country),
        is_noscript=headers.is_noscript,
        is_recognised=not (conf.respects_gpc and is_unwilling(gpc=headers.gpc, dnt=headers.dnt)),
    )


_remembered = Remembered[Values, Sender](_made_of)


def _host_in(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


@receiver(setting_changed)
def _forget(**_: Any) -> None:
    _remembered.forget()
