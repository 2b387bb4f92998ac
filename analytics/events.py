"""What intake hands on: one event, and its packed form in stream and spool.

The pseudonym of the reader is part of an event only until the script in Redis has turned it
into flags; a stream entry never holds it. The sender's network, hashed, only limits the rate:
it goes no further than that script, not even into the spool.
"""

from __future__ import annotations

from typing import NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What an event says."""

    VIEW = "v", _("View")
    READ = "r", _("Reading time")
    DROP = "d", _("Dropped")


# To look a member up in its class takes longer than to compare it.
VIEW, READ, DROP = Kind.VIEW, Kind.READ, Kind.DROP


class DropReason(models.TextChoices):
    """Why an event was not counted: a closed set."""

    MALFORMED = "malformed", _("Malformed")
    TOO_LARGE = "too_large", _("Too large")
    UNKNOWN_PAGE = "unknown_page", _("Unknown page")
    NOT_PUBLIC = "not_public", _("Not live or not public")
    BOT = "bot", _("Bot by its own account")
    AUTOMATION = "automation", _("Automated browser")
    PREFETCH = "prefetch", _("Fetched ahead, not seen")
    NAVIGATION = "navigation", _("Opened as a page, not sent by one")
    REFERRER_SPAM = "referrer_spam", _("Referrer spam")
    FOREIGN_ORIGIN = "foreign_origin", _("Sent from another site")
    STAFF = "staff", _("Signed-in staff")
    DUPLICATE = "duplicate", _("Same view sent again")
    RATE_LIMIT = "rate_limit", _("Too many from one place")
    UNKNOWN_VIEW = "unknown_view", _("Reading time of an unknown view")
    POISON = "poison", _("Unreadable in the stream")


class BotKind(models.TextChoices):
    """What a robot is for: the detail of a drop for being one."""

    AI = "ai", _("AI companies")
    MONITOR = "monitor", _("Monitoring")
    FEED = "feed", _("Feed readers")
    SOCIAL = "social", _("Previews in networks and messengers")
    SEARCH = "search", _("Search engines")
    TOOL = "tool", _("Tools and scripts")
    OTHER = "other", _("Other robots")


class Dimension(models.IntegerChoices):
    """What is known of a view besides its page and time: classes, never raw values."""

    CHANNEL = 1, _("Channel")
    REFERRER = 2, _("Referrer")
    DEVICE = 3, _("Device")
    BROWSER = 4, _("Browser")
    SYSTEM = 5, _("Operating system")
    COUNTRY = 6, _("Country")
    CAMPAIGN = 7, _("Campaign")
    SENDER = 8, _("Counted by")
    SEARCH_WORDS = 9, _("Search words")
    # Added when counting: how many views reached a quarter of the page.
    DEPTH = 10, _("Scroll depth")


# What is known of a view: numbers of `Dimension` with short texts without tabs or line breaks.
Dimensions = tuple[tuple[int, str], ...]


class Event(NamedTuple):
    """One outcome of intake.

    `id` is 16 bytes, the same whenever the event is sent again. `at_ms` is the server's time of
    receipt, Unix milliseconds. `reader` is the 8-byte pseudonym of the day, None for drops and
    for readers who asked not to be recognised. `network` is the 8-byte hash of where a VIEW came
    from, with the same salt, if `network_views` of it count towards its limit now. `seconds` and
    `scroll` belong to READ; `reason` and `detail` (the kind of bot, say) to DROP.
    """

    kind: Kind
    id: bytes
    at_ms: int
    page: int = 0
    reader: bytes | None = None
    dimensions: Dimensions = ()
    seconds: int = 0
    scroll: int = 0
    reason: str = ""
    detail: str = ""
    network: bytes = b""
    network_views: int = 0
