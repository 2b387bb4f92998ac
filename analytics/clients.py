"""Who is asking: the client's network address, its wishes and its country."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any

from django.conf import settings

from cms.proxies import client_address


def network_of(environ: Mapping[str, Any]) -> str:
    """Return the client's address, IPv6 cut to its /64; a log may have a name in its place."""
    address = client_address(environ)
    if address is None:
        return str(environ.get("REMOTE_ADDR") or "")
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Address(int(address) >> 64 << 64))
    return str(address)


def wants_no_pseudonym(environ: Mapping[str, Any]) -> bool:
    """Say whether the reader sends Global Privacy Control or Do Not Track, and we listen."""
    return settings.ANALYTICS_RESPECT_GPC and (
        environ.get("HTTP_SEC_GPC") == "1" or environ.get("HTTP_DNT") == "1"
    )


def country_of(environ: Mapping[str, Any]) -> str:
    """Return the two letters the operator's CDN wrote into its header; "" if unknown."""
    name = settings.ANALYTICS_COUNTRY_HEADER
    if not name:
        return ""
    country = (environ.get("HTTP_" + name.upper().replace("-", "_")) or "").strip().upper()
    is_code = len(country) == 2 and country.isascii() and country.isalpha()
    return country if is_code and country != "XX" else ""
