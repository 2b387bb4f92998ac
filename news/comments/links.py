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
    token = secrets.token_urlsafe(32)
    ReaderLink.objects.create(
        comment=comment, purpose=purpose, digest=_digest(token), created_at=now
    )
    with translation.override(comment.language):
        return settings.SITE_URL + reverse(f"reader_comments:{purpose}", args=[token])


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
