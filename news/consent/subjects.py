"""A person as a pseudonym: the keyed digest of an address."""

import hashlib
import hmac
import unicodedata

from django.conf import settings


def normalise(address: str) -> str:
    """Return the form in which two spellings of one address are equal."""
    return unicodedata.normalize("NFC", address.strip()).casefold()


def reference(address: str) -> str:
    """Return the pseudonym under the current key."""
    return references(address)[0]


def references(address: str) -> list[str]:
    """Return the pseudonyms under every known key: what is searched after a change of keys."""
    message = f"subject:{normalise(address)}".encode()
    return [
        hmac.new(key.encode(), message, hashlib.sha256).hexdigest()
        for key in settings.CONSENT_KEYS
    ]
