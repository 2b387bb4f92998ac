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
from typing import Any

from analytics import meters
from analytics.channels import Channel, host_of, origin_of, query_of
from analytics.clients import network_of
from analytics.conf import intake_conf
from analytics.events import READ, VIEW, Dimension, Dimensions, DropReason, Event, Kind
from analytics.keys import MINUTE_MS
from analytics.pages import PageState, state_of
from analytics.pseudonyms import Salts, day_of, salt_of
from analytics.referrer_spam import is_spam
from analytics.senders import Drop, Sender, sender_of
from analytics.staff import is_staff
from analytics.useragents import Remembered

MAX_BODY_BYTES = 2048
MAX_ENGAGED_SECONDS = 3600
AUTOMATION_HINTS = ("webdriver", "headless", "phantom", "nightmare", "selenium", "cypress")


@dataclass(slots=True)
class Candidate:
    """What might become an event. The fields after `sender` are filled by the step `parse`."""

    kind: Kind
    environ: Mapping[str, Any]
    body: bytes
    sender: Sender
    id: bytes = b""
    page: int = 0
    ref: str = ""
    loc: str = ""
    auto: object = None
    seconds: int = 0
    scroll: int = 0


Step = Callable[[Candidate], Drop | None]

_DECODER = json.JSONDecoder()


def size(candidate: Candidate) -> Drop | None:
    return Drop(DropReason.TOO_LARGE) if len(candidate.body) > MAX_BODY_BYTES else None


def parse(candidate: Candidate) -> Drop | None:
    """Fill the candidate from a JSON object; unknown keys and the content type are ignored."""
    try:
        fields = _object_in(candidate.body)
        candidate.id = _id(fields["id"])
        candidate.page = _integer(fields["page"])
        candidate.ref = _text(fields.get("ref") or "")
        candidate.loc = _text(fields.get("loc") or "")
        candidate.auto = fields.get("auto")
        if candidate.kind is READ:
            candidate.seconds = _clamped(fields["seconds"], MAX_ENGAGED_SECONDS)
            candidate.scroll = _clamped(fields["scroll"], 100)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return Drop(DropReason.MALFORMED)
    return None


def _object_in(body: bytes) -> Any:
    text = body.decode("utf-8", "surrogatepass").strip(" \t\r\n")
    value, end = _DECODER.raw_decode(text)
    if end != len(text):
        raise ValueError
    return value


def _id(value: object) -> bytes:
    """Read an id; most are plain digits, which `UUID` takes three times as long for."""
    text = _text(value)
    digits = text.replace("-", "")
    if len(digits) == 32 and digits.isascii() and digits.isalnum():
        return bytes.fromhex(digits)
    return uuid.UUID(text).bytes


def _text(value: object) -> str:
    if type(value) is not str:
        raise TypeError
    return value


def _integer(value: object) -> int:
    if type(value) is not int:  # neither is a bool
        raise TypeError
    return value


def _clamped(value: object, most: int) -> int:
    return min(max(_integer(value), 0), most)


def sender(candidate: Candidate) -> Drop | None:
    """Drop what the headers alone give away: the steps of `senders`."""
    return candidate.sender.drop


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


def staff(candidate: Candidate) -> Drop | None:
    return Drop(DropReason.STAFF) if is_staff(candidate.environ) else None


def public_page(candidate: Candidate) -> Drop | None:
    """Drop views of pages that do not exist, are not live, or are not for everybody."""
    state = state_of(candidate.page)
    if state is PageState.UNKNOWN:
        return Drop(DropReason.UNKNOWN_PAGE)
    return Drop(DropReason.NOT_PUBLIC) if state is PageState.NOT_PUBLIC else None


def referrer_spam(candidate: Candidate) -> Drop | None:
    return Drop(DropReason.REFERRER_SPAM) if candidate.ref and _is_spam(candidate.ref) else None


_is_spam = Remembered[str, bool](lambda referrer: is_spam(host_of(referrer)))

# What costs least and says most comes first. Duplicates and the limits per minute need the
# memory of all processes: they belong into the script that stores the event.
STEPS: tuple[Step, ...] = (
    size,
    parse,
    sender,
    automation,
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
    is_replay: bool = False,
) -> Event:
    """Return the event that a request amounts to: a view, reading time, or a drop.

    `environ` is a WSGI environ or Django's META; `is_replay` says that it was read from a log,
    maybe not for the first time. Costs a query when pages, a session or the
    day's salt have to be looked up; DatabaseError if that fails.
    """
    at_ms = int(now.timestamp() * 1000)
    candidate = Candidate(kind, environ, body, sender_of(environ, is_noscript=is_noscript))
    for step in STEPS:
        if drop := step(candidate):
            return _dropped(candidate, drop, at_ms)
    return _accepted(candidate, at_ms, salts, is_replay=is_replay)


def _dropped(candidate: Candidate, drop: Drop, at_ms: int) -> Event:
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
        at_ms=at_ms,
        reason=drop.reason.value,
        detail=drop.detail,
    )


def _accepted(candidate: Candidate, at_ms: int, salts: Salts, *, is_replay: bool) -> Event:
    sender, salt = candidate.sender, salts(day_of(at_ms))
    network = network_of(candidate.environ)
    reader = None
    if sender.is_recognised:
        user_agent = str(candidate.environ.get("HTTP_USER_AGENT") or "")
        reader = salt.pseudonym(network=network, user_agent=user_agent, site=sender.site)
    if candidate.kind is READ:
        return Event(
            kind=READ,
            id=candidate.id,
            at_ms=at_ms,
            page=candidate.page,
            reader=reader,
            seconds=candidate.seconds,
            scroll=candidate.scroll,
        )
    network_views = _network_views(network, at_ms, is_replay=is_replay)
    return Event(
        kind=VIEW,
        id=candidate.id,
        at_ms=at_ms,
        page=candidate.page,
        reader=reader,
        dimensions=_dimensions(candidate),
        network=salt.network_hash(network) if network_views else b"",
        network_views=network_views,
    )


def _network_views(network: str, at_ms: int, *, is_replay: bool) -> int:
    """Return how many views of a network Redis is to be told of now; those of a log are exact."""
    limit = intake_conf().network_limit
    if is_replay or not limit:
        return 1 if limit else 0
    return meters.networks.count(network, at_ms // MINUTE_MS, limit=limit)


def _dimensions(candidate: Candidate) -> Dimensions:
    """Return what is known of a view; an image knows its page's address but no referrer."""
    sender = candidate.sender
    arrival = (sender.key, candidate.ref, query_of(candidate.loc))
    return _remembered(arrival, sender)


def _shown(arrival: tuple[int, str, str], sender: Sender) -> Dimensions:
    _, referrer, query = arrival
    origin = origin_of(referrer=referrer, query=query, own_hosts=sender.own_hosts)
    is_channel_known = not sender.is_noscript or origin.channel != Channel.DIRECT
    values = {
        Dimension.CHANNEL: origin.channel.value if is_channel_known else "",
        Dimension.REFERRER: origin.referrer,
        Dimension.DEVICE: sender.device.device,
        Dimension.BROWSER: sender.device.browser,
        Dimension.SYSTEM: sender.device.system,
        Dimension.COUNTRY: sender.country,
        Dimension.CAMPAIGN: origin.campaign,
        Dimension.SENDER: "noscript" if sender.is_noscript else "",
        Dimension.SEARCH_WORDS: origin.search_words,
    }
    return tuple((dimension.value, value) for dimension, value in values.items() if value)


_remembered = Remembered[tuple[int, str, str], Dimensions](_shown)
