"""Secret links for a comment's writer: a random token, of which only the digest is kept."""

import hashlib
import secrets
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from news.comments.models import LinkPurpose, ReaderComment, ReaderLink


def create(comment: ReaderComment, purpose: LinkPurpose, *, now: datetime) -> str:
    """Store a new link and return its full address; it cannot be read again later."""
    return create_several(comment, purpose, now=now)[0]


def create_several(comment: ReaderComment, *purposes: LinkPurpose, now: datetime) -> list[str]:
    """Store a link for each purpose in one statement, likewise."""
    tokens = [secrets.token_urlsafe(32) for _ in purposes]
    ReaderLink.objects.bulk_create(
        ReaderLink(comment=comment, purpose=purpose, digest=_digest(token), created_at=now)
        for purpose, token in zip(purposes, tokens, strict=True)
    )
    with translation.override(comment.language):
        return [
            settings.SITE_URL + reverse(f"reader_comments:{purpose}", args=[token])
            for purpose, token in zip(purposes, tokens, strict=True)
        ]


def find(token: str, purpose: LinkPurpose) -> ReaderComment | None:
    """Return the comment that a token was sent for."""
    link = (
        ReaderLink.objects.filter(digest=_digest(token), purpose=purpose)
        .select_related("comment__article", "comment__consent_text")
        .first()
    )
    return link.comment if link else None


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
