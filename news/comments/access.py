"""The reader's own page: a link by mail opens it for a day, without an account.

Asking writes the same two rows whoever asks; whether the address is known is looked up later,
by a worker, so neither the answer nor its time tells.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation

from cms.outbox.queue import Payload, put
from news.comments import mails
from news.comments.models import (
    AccessLink,
    AccessRequest,
    ReaderComment,
    RememberedDevice,
    ReplySubscription,
)
from news.consent import subjects
from news.consent.models import ConsentEvent

KIND = "comments.access"
VALID_FOR = timedelta(hours=24)


def request_link(address: str, language: str, *, now: datetime) -> None:
    with transaction.atomic():
        asked = AccessRequest.objects.create(address=address, language=language, at=now)
        put(KIND, {"request": asked.pk})


def answer(payload: Payload) -> None:
    """Mail the link if anything is held for the address; forget who asked either way."""
    with transaction.atomic():
        asked = AccessRequest.objects.select_for_update().filter(pk=payload["request"]).first()
        if asked is None:
            return
        if _is_known(asked.address):
            mails.send_access_link(
                asked.address,
                create(asked.address, asked.language, now=timezone.now()),
                language=asked.language,
            )
        asked.delete()


def create(address: str, language: str, *, now: datetime) -> str:
    """Store a new link and return its full address."""
    token = secrets.token_urlsafe(32)
    AccessLink.objects.create(digest=_digest(token), address=address, created_at=now)
    with translation.override(language):
        return settings.SITE_URL + reverse("reader_comments:mine", args=[token])


def find(token: str, *, now: datetime) -> AccessLink | None:
    return AccessLink.objects.filter(digest=_digest(token), created_at__gt=now - VALID_FOR).first()


def _is_known(address: str) -> bool:
    references = subjects.references(address)
    return (
        ReaderComment.objects.for_subjects(references).exists()
        or ConsentEvent.objects.for_subjects(references).exists()
        or RememberedDevice.objects.filter(subject__in=references).exists()
        or ReplySubscription.objects.filter(comment__subject__in=references).exists()
    )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
