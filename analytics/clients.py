"""Who is asking: the client's network address, its wishes and its country."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Mapping
from typing import Any

from cms.proxies import client_text, packed, parsed

_LOWER_HALF = bytes(8)


def network_of(environ: Mapping[str, Any]) -> str:
    """Return the client's address, IPv6 cut to its /64; a log may have a name in its place."""
    text = client_text(environ)
    if ":" not in text and '"' not in text:  # no IPv6, and plainly written: nothing to cut
        return text
    plain = packed(socket.AF_INET6, text)
    if plain is not None and any(plain[:8]):
        return socket.inet_ntop(socket.AF_INET6, plain[:8] + _LOWER_HALF)
    address = parsed(text)
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Address(int(address) >> 64 << 64))
    return text if address is None else str(address)


def is_unwilling(*, gpc: str | None, dnt: str | None) -> bool:
    """Say whether the reader sends Global Privacy Control or Do Not Track."""
    return gpc == "1" or dnt == "1"


def country_in(header: str | None) -> str:
    """Return the two letters the operator's CDN wrote into its header; "" if unknown."""
    country = (header or "").strip().upper()
    is_code = len(country) == 2 and country.isascii() and country.isalpha()
    return country if is_code and country != "XX" else ""
