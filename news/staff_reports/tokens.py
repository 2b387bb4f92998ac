"""Keys to the reports' interface: made, found and revoked; shown once, kept as a digest."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from news.staff_reports.models import ApiToken

PREFIX = "rdk_"
MOST_TOKENS = 20


class TooManyTokens(Exception):
    """Nobody needs so many; old ones want to be revoked."""


def make_token(user: Any, name: str) -> str:
    """Return a new key in clear, which nobody can read again.

    Raises:
        TooManyTokens: the user has as many as one may have.
    """
    if ApiToken.objects.filter(user=user).count() >= MOST_TOKENS:
        raise TooManyTokens
    key = PREFIX + secrets.token_urlsafe(32)
    ApiToken.objects.create(user=user, name=name, digest=_digest(key), hint=key[:8])
    return key


def user_of(key: str) -> Any:
    """Return whose key this is; None if nobody's, or of somebody who may not enter any more."""
    token = ApiToken.objects.select_related("user").filter(digest=_digest(key)).first()
    if token is None or not token.user.is_active:
        return None
    return token.user if token.user.has_perm("wagtailadmin.access_admin") else None


def revoke_token(user: Any, pk: int) -> bool:
    """Delete a key of the user's own; say whether there was one."""
    count, _ = ApiToken.objects.filter(user=user, pk=pk).delete()
    return bool(count)


def _digest(key: str) -> str:
    # A key has 256 random bits: nothing to guess, so a quick digest is enough.
    return hashlib.sha256(key.encode()).hexdigest()
