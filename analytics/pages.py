"""Which pages exist and may be read by everybody, remembered for a few seconds."""

from __future__ import annotations

import threading
import time
from enum import Enum
from urllib.parse import unquote, urlsplit

from django.db import DatabaseError
from wagtail.models import Page, PageViewRestriction

LIFETIME_SECONDS = 5.0
# So long a public page that nobody asks for is remembered, should the database go away.
KEPT_SECONDS = 600.0
# So often a database that does not answer is asked again; until it does, old answers hold.
PAUSE_SECONDS = 1.0
# One query renews so many pages at most; and so many are remembered.
BATCH = 500
LIMIT = 50_000
LARGEST_ID = 2**31 - 1


class PageState(Enum):
    """What a page is to a reader who is not signed in."""

    UNKNOWN = "unknown"
    NOT_PUBLIC = "not_public"
    PUBLIC = "public"


_lock = threading.Lock()
# page id -> (state, when it was read, monotonic)
_states: dict[int, tuple[PageState, float]] = {}
_failed_at = float("-inf")


def state_of(page_id: int) -> PageState:
    """Return a page's state, at most a few seconds old.

    Costs two queries when the answer is too old; they renew all pages that were asked for of
    late, so a busy site asks about its busy pages once in five seconds and process.

    Raises:
        DatabaseError: the database is away, and nobody has asked for this page of late.
    """
    global _failed_at
    if not 0 < page_id <= LARGEST_ID:
        return PageState.UNKNOWN
    clock = time.monotonic()
    known = _states.get(page_id)
    if known and clock - known[1] < LIFETIME_SECONDS:
        return known[0]
    with _lock:
        known = _states.get(page_id)
        if known and clock - known[1] < LIFETIME_SECONDS:
            return known[0]
        if known and clock - _failed_at < PAUSE_SECONDS:
            return known[0]
        try:
            _renew(page_id, clock)
        except DatabaseError:
            _failed_at = clock
            if known is None:
                raise
            return known[0]
        return _states[page_id][0]


def _renew(page_id: int, clock: float) -> None:
    """Read this page and the others that have grown old; let go of what nobody asks for."""
    wanted = {page_id}
    old: list[int] = []
    for other, (state, read_at) in _states.items():
        age = clock - read_at
        kept_seconds = KEPT_SECONDS if state is PageState.PUBLIC else LIFETIME_SECONDS
        if age >= kept_seconds or len(_states) - len(old) > LIMIT:
            old.append(other)
        elif LIFETIME_SECONDS <= age < 2 * LIFETIME_SECONDS and len(wanted) < BATCH:
            wanted.add(other)
    found = _read(wanted)
    for other in old:
        del _states[other]
    for other in wanted:
        _states[other] = (found.get(other, PageState.UNKNOWN), clock)


def _read(page_ids: set[int]) -> dict[int, PageState]:
    closed = tuple(PageViewRestriction.objects.values_list("page__path", flat=True))
    rows = Page.objects.filter(pk__in=page_ids, depth__gt=1).values_list("pk", "path", "live")
    return {
        pk: PageState.PUBLIC if live and not path.startswith(closed) else PageState.NOT_PUBLIC
        for pk, path, live in rows
    }


def addresses_of_pages() -> dict[str, int]:
    """Return the ids of all live pages by the path of their address."""
    pages = Page.objects.live().filter(depth__gt=1).defer_streamfields().order_by("pk")
    return {unquote(urlsplit(page.url).path): page.pk for page in pages if page.url}


def forget_pages() -> None:
    """Empty this process's memory of pages."""
    global _failed_at
    with _lock:
        _states.clear()
        _failed_at = float("-inf")
