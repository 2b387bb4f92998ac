"""Typed readings of environment variables that refuse a bad value by its name."""

import ipaddress
import os
import secrets
from collections.abc import Collection
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

MOST_NAMED = 10


def text(name: str, default: str = "") -> str:
    """Return the variable, or the content of the file that `NAME_FILE` points at."""
    path = os.environ.get(f"{name}_FILE")
    if path:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE cannot be read: {error}") from error
    return os.environ.get(name, "").strip() or default


def boolean(name: str, default: bool) -> bool:
    value = os.environ.get(name, "").strip().lower()
    if value == "":
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")


def integer(name: str, default: int, *, at_least: int = 0) -> int:
    value = os.environ.get(name, "").strip()
    try:
        number = int(value) if value else default
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.") from None
    if number < at_least:
        raise ImproperlyConfigured(f"{name} must be at least {at_least}, not {number}.")
    return number


def words(name: str, default: str = "") -> list[str]:
    """Return a comma-separated variable as a list without blanks."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def networks(name: str, default: str = "") -> list[str]:
    """Return addresses and networks, separated by commas, as they are written."""
    found = words(name, default)
    for word in found:
        try:
            ipaddress.ip_network(word, strict=False)
        except ValueError:
            raise ImproperlyConfigured(
                f"{name} must hold addresses or networks such as 10.0.0.0/8, not {word!r}."
            ) from None
    return found


def one_of(name: str, default: str, choices: Collection[str]) -> str:
    """Return a text that is among `choices`; those are named in the refusal if they are few."""
    value = text(name, default)
    if value not in choices:
        known = f": {', '.join(sorted(choices))}" if len(choices) < MOST_NAMED else ""
        raise ImproperlyConfigured(f"{name} {value!r} is unknown{known}.")
    return value


def kept_secret(path: Path) -> str:
    """Return the secret kept in `path`, drawn at random on the first call."""
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        pass
    path.parent.mkdir(parents=True, exist_ok=True)
    secret = secrets.token_urlsafe(50)
    try:
        with path.open("x", encoding="ascii") as file:
            path.chmod(0o600)
            file.write(secret)
    except FileExistsError:  # another process was first
        return path.read_text(encoding="ascii").strip()
    return secret
