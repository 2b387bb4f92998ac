"""How the rest of the program speaks to the page cache: mark a response, drop what changed."""

import logging
import secrets
from collections.abc import Iterable
from functools import partial

import redis
from django.conf import settings
from django.db import transaction
from django.http import HttpResponseBase

from cms.outbox.queue import put
from cms.page_cache import fragments, hearing, versions
from cms.page_cache.drops import KIND, Drop

logger = logging.getLogger(__name__)

# Between Django and the cache in front of it; it never leaves the process.
TAGS_HEADER = "X-Page-Cache-Tags"
FRONT_KIND = "purge_front_cache"


def tag_response(response: HttpResponseBase, *tags: str) -> None:
    """Mark an anonymous GET response as cacheable, and by what it must be dropped."""
    known = response.headers.get(TAGS_HEADER, "").split()
    response.headers[TAGS_HEADER] = " ".join(sorted({*known, *tags}))


def invalidate(*tags: str) -> None:
    """Drop every cached response with one of the tags, in every process, after commit.

    The outbox row commits with the change itself: from it Redis hears what was lost because it
    was away, or because a process died right after its commit. While Redis is away, processes
    read the row.
    """
    if not tags:
        return
    drop = Drop(secrets.token_hex(8), tuple(sorted(set(tags))))
    put(KIND, drop._asdict())
    if settings.WAGTAILFRONTENDCACHE:
        put(FRONT_KIND, {"tags": drop.tags})
    fragments.drop_in_transaction(drop.tags)
    transaction.on_commit(partial(invalidate_now, drop.tags, drop.name))


def invalidate_now(tags: Iterable[str], name: str = "") -> None:
    """Raise the tags' versions; a Redis that is away hears of them as soon as it is back."""
    drop = Drop(name, tuple(tags))
    heard = hearing.of_this_process()
    try:
        versions.bump(drop.tags, name=drop.name)
        heard.listen_soon()
    except redis.RedisError as error:
        heard.owe(drop)
        logger.warning("Invalidation waits for Redis: %s", type(error).__name__)
