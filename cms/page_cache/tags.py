"""How the rest of the program speaks to the page cache: mark a response, drop what changed."""

import logging
from functools import partial

import redis
from django.conf import settings
from django.db import transaction
from django.http import HttpResponseBase

from cms.outbox.queue import put
from cms.page_cache import fragments, hearing, versions

logger = logging.getLogger(__name__)

# Between Django and the cache in front of it; it never leaves the process.
TAGS_HEADER = "X-Page-Cache-Tags"
KIND = "invalidate"
FRONT_KIND = "purge_front_cache"


def tag_response(response: HttpResponseBase, *tags: str) -> None:
    """Mark an anonymous GET response as cacheable, and by what it must be dropped."""
    known = response.headers.get(TAGS_HEADER, "").split()
    response.headers[TAGS_HEADER] = " ".join(sorted({*known, *tags}))


def invalidate(*tags: str) -> None:
    """Drop every cached response with one of the tags, in every process, after commit.

    The outbox row commits with the change itself; it repeats what a Redis that was away,
    or a process that died right after its commit, did not hear.
    """
    if not tags:
        return
    names = sorted(set(tags))
    put(KIND, {"tags": names})
    if settings.WAGTAILFRONTENDCACHE:
        put(FRONT_KIND, {"tags": names})
    fragments.drop_in_transaction(names)
    transaction.on_commit(partial(invalidate_now, names))


def invalidate_now(tags: list[str]) -> None:
    """Raise the tags' versions; a Redis that is away hears of them as soon as it is back."""
    heard = hearing.of_this_process()
    try:
        versions.bump(tags)
        heard.listen_soon()
    except redis.RedisError as error:
        heard.owe(tags)
        logger.warning("Invalidation waits for Redis: %s", type(error).__name__)
