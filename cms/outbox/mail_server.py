"""The mail server that an address such as `smtps://user:password@host:465` names."""

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class MailServer:
    """What Django's EMAIL_ settings take."""

    host: str = "localhost"
    port: int = 25
    user: str = ""
    password: str = ""
    uses_ssl: bool = False
    uses_tls: bool = False


def parse(url: str) -> MailServer:
    """Read MAIL_URL: `smtps` is encrypted from the start, `smtp+tls` by STARTTLS."""
    if not url:
        return MailServer()
    parts = urlsplit(url)
    try:
        port = parts.port or PORTS[parts.scheme]
    except (KeyError, ValueError):
        raise ImproperlyConfigured(
            "MAIL_URL must be smtp://, smtp+tls:// or smtps:// with user:password@host:port."
        ) from None
    if not parts.hostname:
        raise ImproperlyConfigured("MAIL_URL names no host.")
    return MailServer(
        host=parts.hostname,
        port=port,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        uses_ssl=parts.scheme == "smtps",
        uses_tls=parts.scheme == "smtp+tls",
    )
