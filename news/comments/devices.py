"""Devices that readers asked to be remembered on: a cookie of 30 days, and what it stands for."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from news.comments.models import ReaderComment, RememberedDevice
from news.consent import recording, subjects
from news.consent.models import EventKind, Method, Purpose

# Not one of the names at which the page cache steps aside: articles look the same for all.
COOKIE = "comment_device"
KEEP = timedelta(days=30)


def new_token() -> str:
    return secrets.token_urlsafe(32)


def remember(comment: ReaderComment, token: str, *, now: datetime) -> RememberedDevice:
    """Store a device that counts as soon as its reader has confirmed the comment."""
    device: RememberedDevice = RememberedDevice.objects.create(
        digest=_digest(token),
        subject=comment.subject,
        name=comment.name,
        address=comment.email,
        comment=comment,
        created_at=now,
        expires_at=now + KEEP,
    )
    return device


def of_request(request: HttpRequest, *, now: datetime) -> RememberedDevice | None:
    """Return the confirmed device behind the request's cookie."""
    token = request.COOKIES.get(COOKIE, "")
    if not token or len(token) > 100:
        return None
    found = RememberedDevice.objects.filter(digest=_digest(token)).first()
    return found if found and found.is_valid(now) else None


def stands_for(device: RememberedDevice | None, address: str) -> bool:
    """Whether the device was confirmed for this very address."""
    return device is not None and device.subject in subjects.references(address)


def forget(device: RememberedDevice, *, method: Method, now: datetime) -> None:
    """End the consent and the device with it. Call it in a transaction."""
    recording.follow(
        EventKind.WITHDRAWN,
        comment_id=device.comment_id,
        method=method,
        purposes={Purpose.REMEMBER_DEVICE},
        now=now,
    )
    device.delete()


def replace(device: RememberedDevice, *, now: datetime) -> None:
    """End an older wish for the device on which the reader just asked anew."""
    recording.follow(
        EventKind.SUPERSEDED,
        comment_id=device.comment_id,
        method=Method.FORM,
        purposes={Purpose.REMEMBER_DEVICE},
        now=now,
    )
    device.delete()


def put_cookie(response: HttpResponse, token: str) -> None:
    response.set_cookie(
        COOKIE,
        token,
        max_age=KEEP,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )


def drop_cookie(response: HttpResponse) -> None:
    response.delete_cookie(COOKIE, samesite="Lax")


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
