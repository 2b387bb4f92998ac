"""Whether a session belongs to somebody who is signed in; readers have none."""

from __future__ import annotations

import time
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import parse_cookie

from analytics.conf import intake_conf

LIFETIME_SECONDS = 30.0
LIMIT = 1_000

# hash of the session's key -> (signed in, when it was looked up, monotonic)
_answers: dict[int, tuple[bool, float]] = {}


def is_staff(environ: Mapping[str, Any]) -> bool:
    """Say whether the request carries the session of a signed-in user.

    A reader's request costs nothing; a session costs one look-up in half a minute.
    """
    cookies = environ.get("HTTP_COOKIE")
    name = intake_conf().session_cookie
    if not cookies or name not in cookies:
        return False
    session_key = parse_cookie(cookies).get(name)
    return bool(session_key) and _is_signed_in(str(session_key))


def _is_signed_in(session_key: str) -> bool:
    clock = time.monotonic()
    memory_key = hash(session_key)
    known = _answers.get(memory_key)
    if known and clock - known[1] < LIFETIME_SECONDS:
        return known[0]
    store = import_module(settings.SESSION_ENGINE).SessionStore
    answer = SESSION_KEY in store(session_key)
    if len(_answers) >= LIMIT:
        _answers.clear()
    _answers[memory_key] = (answer, clock)
    return answer


def forget_sessions() -> None:
    """Empty this process's memory of sessions."""
    _answers.clear()
