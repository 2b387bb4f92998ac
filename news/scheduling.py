"""Publishing and expiry at their time: one page's failure never stops the others."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import redis
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from wagtail.models import Page, Revision

logger = logging.getLogger(__name__)

HEARTBEAT_KEY = "news:scheduling:heartbeat"
# How often the task runs; three missed runs are no coincidence.
EVERY = timedelta(minutes=1)
STALE_AFTER = timedelta(minutes=4)
# What is due goes out with the next run; later than this, something failed.
OVERDUE_AFTER = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The last run of the schedule: when it ended and how many objects it dealt with."""

    at: datetime
    published_count: int = 0
    expired_count: int = 0
    failed_count: int = 0

    @property
    def next_at(self) -> datetime:
        return self.at + EVERY


@dataclass(frozen=True, slots=True)
class Appointment:
    """A page that goes live or is taken down at its time."""

    page_id: int
    title: str
    at: datetime
    is_takedown: bool
    is_overdue: bool


def publish_due(*, now: datetime | None = None) -> Heartbeat:
    """Publish what has become due, unpublish what has expired, note that this ran.

    Each object is looked at again under a lock of its own, so two runs at once, or an editor
    who unschedules meanwhile, never publish twice. What fails stays due for the next run.
    """
    now = now or timezone.now()
    expired = _each(_due_to_expire(now).values_list("pk", flat=True), _expire, now)
    published = _each(_due_to_publish(now).values_list("pk", flat=True), _publish, now)
    heartbeat = Heartbeat(
        at=now,
        published_count=published.count(True),
        expired_count=expired.count(True),
        failed_count=[*expired, *published].count(None),
    )
    try:
        cache.set(HEARTBEAT_KEY, asdict(heartbeat), timeout=None)
    except redis.RedisError:
        logger.warning("schedule_heartbeat_not_stored", exc_info=True)
    return heartbeat


def last_heartbeat() -> Heartbeat | None:
    """Return the last run; None if there was none, or nobody can tell."""
    try:
        stored = cache.get(HEARTBEAT_KEY)
    except redis.RedisError:
        return None
    return Heartbeat(**stored) if stored else None


def is_stale(heartbeat: Heartbeat | None, *, now: datetime | None = None) -> bool:
    """Whether the schedule has stopped running."""
    return heartbeat is None or (now or timezone.now()) - heartbeat.at > STALE_AFTER


def appointments(*, limit: int, now: datetime | None = None) -> list[Appointment]:
    """Return what goes live and what is taken down next, the earliest first; two queries."""
    now = now or timezone.now()
    revisions = Revision.page_revisions.filter(approved_go_live_at__isnull=False)
    going_live = revisions.order_by("approved_go_live_at").values_list(
        "object_id", "object_str", "approved_go_live_at"
    )
    ending = Page.objects.filter(live=True, expire_at__isnull=False)
    taken_down = ending.order_by("expire_at").values_list("pk", "draft_title", "expire_at")
    found = [
        Appointment(int(pk), title, at, is_takedown, now - at > OVERDUE_AFTER)
        for rows, is_takedown in ((going_live, False), (taken_down, True))
        for pk, title, at in rows[:limit]
    ]
    return sorted(found, key=lambda appointment: appointment.at)[:limit]


def _due_to_expire(now: datetime) -> Any:
    return Page.objects.filter(live=True, expire_at__lt=now).order_by("expire_at")


def _due_to_publish(now: datetime) -> Any:
    return Revision.objects.filter(approved_go_live_at__lt=now).order_by("approved_go_live_at")


def _each(
    pks: Iterable[int], step: Callable[[int, datetime], bool], now: datetime
) -> list[bool | None]:
    """Return per key whether the step did something; None where it failed."""
    results: list[bool | None] = []
    for pk in list(pks):
        try:
            with transaction.atomic():
                results.append(step(pk, now))
        except Exception:  # whatever one page raises must not stop the next
            logger.exception("schedule_failed", extra={"step": step.__name__, "pk": pk})
            results.append(None)
    return results


def _expire(page_id: int, now: datetime) -> bool:
    page = _due_to_expire(now).select_for_update().filter(pk=page_id).first()
    if page is None:
        return False
    page.specific.unpublish(set_expired=True, log_action="wagtail.unpublish.scheduled")
    return True


def _publish(revision_id: int, now: datetime) -> bool:
    revision = _due_to_publish(now).select_for_update().filter(pk=revision_id).first()
    if revision is None:
        return False
    revision.publish(log_action="wagtail.publish.scheduled")
    return True
