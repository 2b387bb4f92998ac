"""The only module that talks to Redis: stores events, reads streams, trims them."""

from __future__ import annotations

from datetime import datetime

from analytics.events import Event


class NotStored(Exception):
    """Neither Redis nor the spool took the event."""


def accept(event: Event, *, now: datetime, is_replay: bool = False) -> None:
    """Store an event in Redis, else in the spool; NotStored if neither took it.

    `is_replay` says that the event may have been stored before (a log fed again, the spool):
    a view id seen before is then passed over in silence instead of counted as a drop.
    """
    raise NotStored
