"""Which text is shown, and how a new version comes to be."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from news.consent.models import ConsentText


def current(purpose: str, language: str, *, now: datetime) -> ConsentText | None:
    """Return the version in force, or None if this purpose has no text in the language."""
    found: ConsentText | None = (
        ConsentText.objects.filter(purpose=purpose, language=language)
        .valid_at(now)
        .order_by("-version")
        .first()
    )
    return found


def in_force(versions: Iterable[ConsentText], *, now: datetime) -> dict[str, ConsentText]:
    """Return the version in force of every purpose that has one, by purpose."""
    valid = [text for text in versions if text.valid_from <= now]
    return {text.purpose: text for text in sorted(valid, key=lambda text: text.version)}


def add_version(text: ConsentText, *, author: str = "") -> ConsentText:
    """Save `text` as the next version of its purpose and language.

    Raises:
        IntegrityError: somebody else added that version at the same time.
    """
    with transaction.atomic():
        same: Any = ConsentText.objects.filter(purpose=text.purpose, language=text.language)
        text.version = (same.aggregate(last=Max("version"))["last"] or 0) + 1
        text.author = author[:150]
        text.save()
    return text
