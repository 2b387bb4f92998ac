"""Who works on what: claims that end by themselves; advice to colleagues, never a lock."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import redis
from django.core.cache import cache

CLAIM_SECONDS = 60


def claim(comment_id: int, user: Any) -> None:
    """Say that the user looks at a comment, unless somebody else already does.

    Without Redis nobody hears of it; the work goes on.
    """
    mine = {"user": user.pk, "name": user.get_full_name() or user.get_username()}
    with suppress(redis.RedisError):
        if not cache.add(_key(comment_id), mine, CLAIM_SECONDS):
            held = cache.get(_key(comment_id))
            if held is None or held["user"] == user.pk:
                cache.set(_key(comment_id), mine, CLAIM_SECONDS)


def release(comment_id: int, user: Any) -> None:
    held = cache.get(_key(comment_id))
    if held and held["user"] == user.pk:
        cache.delete(_key(comment_id))


def of_others(comment_ids: Iterable[int], user: Any) -> dict[int, str]:
    """Return the names of colleagues who look at one of these comments."""
    keys = {_key(pk): pk for pk in comment_ids}
    return {
        keys[key]: held["name"]
        for key, held in cache.get_many(keys).items()
        if held["user"] != user.pk
    }


def _key(comment_id: int) -> str:
    return f"comment-claim:{comment_id}"
