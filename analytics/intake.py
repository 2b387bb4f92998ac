"""Decides what counts: ordered, named steps that leave a candidate alone or drop it.

The door of a view, the image for readers without script and the replay of a log all come
through here. Address and user agent are read from the request and end here: what leaves is an
`Event` with a pseudonym and classes.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings

from analytics.bots import kind_of_bot
from analytics.channels import Channel, Origin, host_of, origin_of
from analytics.clients import country_of, network_of, wants_no_pseudonym
from analytics.devices import Device, classify
from analytics.events import Dimension, DropReason, Event, Kind
from analytics.pages import PageState, state_of
from analytics.pseudonyms import Salts, network_hash, pseudonym, salt_of
from analytics.referrer_spam import is_spam
from analytics.staff import is_staff

MAX_BODY_BYTES = 2048
MAX_ENGAGED_SECONDS = 3600
AUTOMATION_HINTS = ("webdriver", "headless", "phantom", "nightmare", "selenium", "cypress")


class Drop(NamedTuple):
    """Why a candidate is dropped; `detail` says which kind where a reason has kinds."""

    reason: DropReason
    detail: str = ""


@dataclass(slots=True)
class Candidate:
    """What might become an event. The fields after `now` are filled by the step `parse`."""

    kind: Kind
    environ: Mapping[str, Any]
    body: bytes
    now: datetime
    is_noscript: bool = False
    id: bytes = b""
    page: int = 0
    ref: str = ""
    loc: str = ""
    auto: object = None
    seconds: int = 0
    scroll: int = 0

    def header(self, name: str) -> str:
        return str(self.environ.get(name) or "")

    @property
    def user_agent(self) -> str:
        return self.header("HTTP_USER_AGENT")

    @property
    def host(self) -> str:
        return _host_in("//" + self.header("HTTP_HOST"))


Step = Callable[[Candidate], Drop | None]


def size(candidate: Candidate) -> Drop | None:
    return Drop(DropReason.TOO_LARGE) if len(candidate.body) > MAX_BODY_BYTES else None


def parse(candidate: Candidate) -> Drop | None:
    """Fill the candidate from a JSON object; unknown keys and the content type are ignored."""
    try:
        fields = json.loads(candidate.body)
        candidate.id = _id(_text(fields["id"]))
        candidate.page = _integer(fields["page"])
        candidate.ref = _text(fields.get("ref") or "")
        candidate.loc = _text(fields.get("loc") or "")
        candidate.auto = fields.get("auto")
        if candidate.kind is Kind.READ:
            candidate.seconds = _clamped(fields["seconds"], MAX_ENGAGED_SECONDS)
            candidate.scroll = _clamped(fields["scroll"], 100)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return Drop(DropReason.MALFORMED)
    return None


def _id(text: str) -> bytes:
    """Read an id; most are plain digits, which `UUID` takes three times as long for."""
    digits = text.replace("-", "")
    if len(digits) == 32 and digits.isascii() and digits.isalnum():
        return bytes.fromhex(digits)
    return uuid.UUID(text).bytes


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _integer(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError
    return value


def _clamped(value: object, most: int) -> int:
    return min(max(_integer(value), 0), most)


def prefetch(candidate: Candidate) -> Drop | None:
    """Drop what a browser fetches ahead, in the header of today and in its older forms."""
    for name in ("HTTP_SEC_PURPOSE", "HTTP_PURPOSE", "HTTP_X_MOZ", "HTTP_X_PURPOSE"):
        value = candidate.header(name).lower()
        if value and any(word in value for word in ("prefetch", "prerender", "preview")):
            return Drop(DropReason.PREFETCH)
    return None


def navigation(candidate: Candidate) -> Drop | None:
    """Drop what was opened as a page of its own; a script or an image never sends this."""
    if candidate.header("HTTP_SEC_FETCH_MODE").lower() == "navigate":
        return Drop(DropReason.NAVIGATION)
    return None


def bot(candidate: Candidate) -> Drop | None:
    kind = kind_of_bot(candidate.user_agent)
    return Drop(DropReason.BOT, kind) if kind else None


def automation(candidate: Candidate) -> Drop | None:
    """Drop what a script noticed of a remote-controlled browser: a name, a list or a flag."""
    hints = candidate.auto
    if isinstance(hints, dict):
        hints = [name for name, is_set in hints.items() if is_set]
    if not hints:
        return None
    words = str(hints).lower()
    detail = next((hint for hint in AUTOMATION_HINTS if hint in words), "other")
    return Drop(DropReason.AUTOMATION, detail)


def foreign_origin(candidate: Candidate) -> Drop | None:
    """Drop what another site sends.

    Browsers say so in Sec-Fetch-Site; older ones in Origin. An image carries no Origin, there
    the page that shows it must be ours.
    """
    site = candidate.header("HTTP_SEC_FETCH_SITE").lower()
    if site == "same-origin":
        return None
    origin = candidate.header("HTTP_ORIGIN" if not candidate.is_noscript else "HTTP_REFERER")
    is_foreign = bool(origin) and _host_in(origin) not in _own_hosts(candidate)
    return Drop(DropReason.FOREIGN_ORIGIN) if site == "cross-site" or is_foreign else None


@lru_cache(maxsize=256)
def _host_in(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _own_hosts(candidate: Candidate) -> frozenset[str]:
    return frozenset({candidate.host, _host_in(settings.SITE_URL)})


def staff(candidate: Candidate) -> Drop | None:
    return Drop(DropReason.STAFF) if is_staff(candidate.environ) else None


def public_page(candidate: Candidate) -> Drop | None:
    """Drop views of pages that do not exist, are not live, or are not for everybody."""
    state = state_of(candidate.page)
    if state is PageState.UNKNOWN:
        return Drop(DropReason.UNKNOWN_PAGE)
    return Drop(DropReason.NOT_PUBLIC) if state is PageState.NOT_PUBLIC else None


def referrer_spam(candidate: Candidate) -> Drop | None:
    return Drop(DropReason.REFERRER_SPAM) if is_spam(host_of(candidate.ref)) else None


# What costs least and says most comes first. Duplicates and the limits per minute need the
# memory of all processes: they belong into the script that stores the event.
STEPS: tuple[Step, ...] = (
    size,
    parse,
    prefetch,
    navigation,
    bot,
    automation,
    foreign_origin,
    staff,
    public_page,
    referrer_spam,
)


def take_in(
    kind: Kind,
    environ: Mapping[str, Any],
    body: bytes,
    *,
    now: datetime,
    is_noscript: bool = False,
    salts: Salts = salt_of,
) -> Event:
    """Return the event that a request amounts to: a view, reading time, or a drop.

    `environ` is a WSGI environ or Django's META. Costs a query when pages, a session or the
    day's salt have to be looked up; DatabaseError if that fails.
    """
    candidate = Candidate(kind, environ, body, now, is_noscript)
    for step in STEPS:
        if drop := step(candidate):
            return _dropped(candidate, drop)
    return _accepted(candidate, salts)


def _at_ms(candidate: Candidate) -> int:
    return int(candidate.now.timestamp() * 1000)


def _dropped(candidate: Candidate, drop: Drop) -> Event:
    """A drop has an id of its own, so that it never stands in the way of the view it names.

    Sent again, the same drop has the same id.
    """
    if candidate.id:
        seed = candidate.id + candidate.kind.encode() + drop.reason.encode()
        event_id = hashlib.blake2b(seed, digest_size=16).digest()
    else:
        event_id = uuid.uuid4().bytes
    return Event(
        kind=Kind.DROP,
        id=event_id,
        at_ms=_at_ms(candidate),
        reason=drop.reason.value,
        detail=drop.detail,
    )


def _accepted(candidate: Candidate, salts: Salts) -> Event:
    at_ms = _at_ms(candidate)
    is_view = candidate.kind is Kind.VIEW
    network = network_of(candidate.environ)
    is_recognised = not wants_no_pseudonym(candidate.environ)
    return Event(
        kind=candidate.kind,
        id=candidate.id,
        at_ms=at_ms,
        page=candidate.page,
        reader=_reader(candidate, network, at_ms, salts) if is_recognised else None,
        dimensions=_dimensions(candidate) if is_view else {},
        seconds=candidate.seconds,
        scroll=candidate.scroll,
        network=network_hash(network, at_ms=at_ms, salts=salts) if is_view else b"",
    )


def _reader(candidate: Candidate, network: str, at_ms: int, salts: Salts) -> bytes:
    return pseudonym(
        network=network,
        user_agent=candidate.user_agent,
        site=candidate.host,
        at_ms=at_ms,
        salts=salts,
    )


def _dimensions(candidate: Candidate) -> Mapping[Dimension, str]:
    """Return what is known of a view; an image knows its page's address but no referrer."""
    own_hosts = _hosts_without_www(candidate.header("HTTP_HOST"), settings.SITE_URL)
    return _shown(
        origin_of(referrer=candidate.ref, location=candidate.loc, own_hosts=own_hosts),
        classify(candidate.user_agent),
        country_of(candidate.environ),
        is_noscript=candidate.is_noscript,
    )


@lru_cache(maxsize=64)
def _hosts_without_www(host: str, site_url: str) -> frozenset[str]:
    hosts = (_host_in("//" + host), _host_in(site_url))
    return frozenset(name.removeprefix("www.") for name in hosts)


# Classes are few, and nothing in them is of one reader alone.
@lru_cache(maxsize=2048)
def _shown(
    origin: Origin, device: Device, country: str, *, is_noscript: bool
) -> Mapping[Dimension, str]:
    is_channel_known = not is_noscript or origin.channel != Channel.DIRECT
    values = {
        Dimension.CHANNEL: origin.channel.value if is_channel_known else "",
        Dimension.REFERRER: origin.referrer,
        Dimension.DEVICE: device.device,
        Dimension.BROWSER: device.browser,
        Dimension.SYSTEM: device.system,
        Dimension.COUNTRY: country,
        Dimension.CAMPAIGN: origin.campaign,
        Dimension.SENDER: "noscript" if is_noscript else "",
        Dimension.SEARCH_WORDS: origin.search_words,
    }
    return {dimension: value for dimension, value in values.items() if value}
