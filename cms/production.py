"""What a site needs before it may be put on the internet, each in a sentence."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from cms import environment as env

SHORTEST_SECRET = 50  # as Django's own check has it


def missing() -> list[str]:
    """Return what stands against `PRODUCTION=1`; empty if the site may start."""
    return list(_missing())


def _missing() -> Iterator[str]:
    secret = env.text("SECRET_KEY")
    if not secret:
        yield "SECRET_KEY (or SECRET_KEY_FILE) is missing: it signs sessions and links."
    elif len(secret) < SHORTEST_SECRET:
        yield f"SECRET_KEY is too short: draw at least {SHORTEST_SECRET} random characters."
    if not env.text("CONSENT_KEY"):
        yield (
            "CONSENT_KEY (or CONSENT_KEY_FILE) is missing: under it readers' addresses become "
            "pseudonyms, and it must outlive any change of SECRET_KEY."
        )
    if env.boolean("DEBUG", False):
        yield "DEBUG must be 0: its error pages show everything to everybody."
    yield from _missing_of_addresses()
    yield from _missing_of_mail()


def _missing_of_addresses() -> Iterator[str]:
    hosts = env.words("ALLOWED_HOSTS")
    if not hosts or "*" in hosts:
        yield "ALLOWED_HOSTS must name the site's hosts, separated by commas, and not *."
    site = urlsplit(env.text("SITE_URL"))
    if site.scheme != "https" or not site.hostname:
        yield "SITE_URL must be the address that readers use, with https://."
    elif hosts and "*" not in hosts and not _is_among(site.hostname, hosts):
        yield f"ALLOWED_HOSTS lacks {site.hostname}, the host of SITE_URL."
    if not env.words("TRUSTED_PROXIES"):
        yield (
            "TRUSTED_PROXIES must name the addresses or networks of the reverse proxy that "
            "speaks https; nobody else is believed what a client's address is."
        )


def _is_among(host: str, hosts: list[str]) -> bool:
    return any(host == name or (name[0] == "." and f".{host}".endswith(name)) for name in hosts)


def _missing_of_mail() -> Iterator[str]:
    if not env.text("MAIL_URL"):
        yield "MAIL_URL is missing: without mail readers cannot confirm their comments."
    if not env.text("MAIL_FROM"):
        yield "MAIL_FROM is missing: an address of yours that mails come from."
