"""One way to write a value down, so that its digest never depends on who computes it."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

# What a digest covers must never change: these names are part of the record.
TEXT_FIELDS = (
    "purpose",
    "language",
    "version",
    "label",
    "notice",
    "privacy_label",
    "privacy_url",
    "controller",
    "legal_basis",
    "is_required",
    "valid_from",
)
PERSON_FIELDS = ("subject", "comment_id", "evidence", "salt")
EVENT_FIELDS = ("id", "kind", "at", "purpose", "language", "method", "surface", "person_digest")


def digest(values: Mapping[str, Any]) -> str:
    """Return the SHA-256 of `values` in canonical form: sorted keys, UTC times."""
    text = json.dumps(
        dict(values), sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain
    )
    return hashlib.sha256(text.encode()).hexdigest()


def fields_digest(row: Any, names: tuple[str, ...]) -> str:
    return digest({name: getattr(row, name) for name in names})


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return str(value)
