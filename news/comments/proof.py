"""Proof of work (ALTCHA) for readers whose network or site is busy; nobody else is asked.

A reader without JavaScript, or on a phone that gives up, is not refused: the comment is held.
"""

from datetime import datetime, timedelta
from typing import Any

import altcha
import redis
from django.conf import settings
from django.core.cache import cache
from django.utils.crypto import salted_hmac

ALGORITHM = "PBKDF2/SHA-256"
# About 256 keys of 4,000 rounds: half a second on a phone, two milliseconds to check.
COST = 4_000
PREFIX = "00"
VALID_FOR = timedelta(hours=1)
MAX_LENGTH = 3_000


def challenge(article_id: int, *, now: datetime) -> dict[str, Any]:
    """Return a task for the reader's browser, good for one comment on one article."""
    made = altcha.create_challenge(
        ALGORITHM,
        COST,
        key_prefix=PREFIX,
        expires_at=int((now + VALID_FOR).timestamp()),
        data={"article": article_id},
        hmac_secret=_secret(),
    )
    return made.to_dict()


def is_solved(value: str, *, article_id: int, now: datetime) -> bool:
    """Whether `value` solves a challenge of this article, for the first time.

    A Redis that is away cannot tell a first use from a second: then nothing is proved.
    """
    payload = _read(value)
    if payload is None or not _is_ours(payload.challenge.parameters, article_id, now):
        return False
    # The library checks signature and sum; its own look at the clock comes on top of ours.
    if not altcha.verify_solution(payload, _secret()).verified:
        return False
    try:
        name = f"comment-proof:{payload.challenge.signature}"
        return bool(cache.add(name, 1, VALID_FOR.total_seconds()))
    except redis.RedisError:
        return False


def _read(value: str) -> altcha.Payload | None:
    if not value or len(value) > MAX_LENGTH:
        return None
    try:
        return altcha.Payload.from_base64(value)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _is_ours(task: altcha.ChallengeParameters, article_id: int, now: datetime) -> bool:
    """Whether it can be a task of ours: anything else might cost more to check than to send."""
    return (
        (task.algorithm, task.cost, task.key_length, task.key_prefix)
        == (ALGORITHM, COST, 32, PREFIX)
        and task.data == {"article": article_id}
        and isinstance(task.expires_at, int)
        and now.timestamp() < task.expires_at
    )


def _secret() -> str:
    return salted_hmac("news.comments.proof", "altcha", secret=settings.SECRET_KEY).hexdigest()
