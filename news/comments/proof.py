"""Proof of work (ALTCHA) for readers whose network or site is busy; nobody else is asked.

A reader without JavaScript, or on a phone that gives up, is not refused: the comment is held.
"""

import binascii
import json
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
    if not value or len(value) > MAX_LENGTH:
        return False
    try:
        payload = altcha.Payload.from_base64(value)
        task = payload.challenge.parameters
        # What is signed is ours; what is not must not cost us more than our own task would.
        if task.algorithm != ALGORITHM or task.cost != COST or task.key_length != 32:
            return False
        if task.data != {"article": article_id} or not task.expires_at:
            return False
        if task.expires_at <= now.timestamp():
            return False
        result = altcha.verify_solution(payload, _secret(), check_expiration=False)
        if not result.verified:
            return False
        name = f"comment-proof:{payload.challenge.signature}"
        return bool(cache.add(name, 1, VALID_FOR.total_seconds()))
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return False
    except (binascii.Error, json.JSONDecodeError, redis.RedisError):
        return False


def _secret() -> str:
    return salted_hmac("news.comments.proof", "altcha", secret=settings.SECRET_KEY).hexdigest()
