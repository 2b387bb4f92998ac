"""What the operator asks: does counting work, and what was not counted."""

from __future__ import annotations

import http.client
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Max, QuerySet, Sum
from django.urls import reverse

from analytics import health
from analytics.events import BotKind, DropReason
from analytics.models import DropCount, PageBucket, PoisonEntry, Window, WindowTotal
from analytics.timebuckets import start_of

HOURS = 24
ASK_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Share:
    """How often something was dropped."""

    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Quality:
    """How counting fares, and the last day's views beside what was dropped.

    `last_view_from` is the start of the newest bucket that holds anything, None if none does.
    """

    health: health.Health
    is_beacon_reachable: bool
    last_view_from: datetime | None
    poison_count: int
    views: int
    drops: list[Share]
    bots: list[Share]


def look(*, now: datetime) -> Quality:
    """Gather everything; asks this site's own address once, and waits two seconds at most."""
    newest = PageBucket.objects.aggregate(newest=Max("bucket"))["newest"]
    recent = DropCount.objects.filter(hour__gt=_hour_of(now - timedelta(hours=HOURS)))
    total = WindowTotal.objects.filter(window=Window.DAY).aggregate(views=Sum("views"))
    return Quality(
        health=health.check(now=now),
        is_beacon_reachable=is_beacon_reachable(),
        last_view_from=None if newest is None else start_of(newest),
        poison_count=PoisonEntry.objects.count(),
        views=total["views"] or 0,
        drops=_shares(recent, "reason"),
        bots=_shares(recent.filter(reason=DropReason.BOT), "detail"),
    )


def is_beacon_reachable() -> bool:
    """Say whether the door of beacons answers at the site's own address.

    It is asked what it takes, so that nothing is counted.
    """
    site = urlsplit(settings.SITE_URL)
    connect = http.client.HTTPSConnection if site.scheme == "https" else http.client.HTTPConnection
    try:
        connection = connect(site.hostname or "", site.port, timeout=ASK_SECONDS)
        try:
            connection.request("OPTIONS", reverse("beacon_view"))
            return "POST" in (connection.getresponse().getheader("Allow") or "")
        finally:
            connection.close()
    except (OSError, http.client.HTTPException):
        return False


def _hour_of(moment: datetime) -> int:
    return int(moment.timestamp()) // 3600


def _shares(rows: QuerySet[DropCount], column: str) -> list[Share]:
    counted = rows.values_list(column).annotate(total=Sum("count")).order_by("-total", column)
    labels = dict(DropReason.choices if column == "reason" else BotKind.choices)
    return [Share(str(labels.get(value, value)), count) for value, count in counted]
