"""Who is asking: the client's network address behind proxies that are ours, and its wishes."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.conf import settings

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@lru_cache(maxsize=8)
def _networks(proxies: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(proxy, strict=False) for proxy in proxies)


def _parsed(text: str) -> Address | None:
    """Read an address as proxies write it: also `[v6]:port`, `v4:port` and `v6%zone`."""
    try:
        return ipaddress.IPv4Address(socket.inet_pton(socket.AF_INET, text))  # what is most common
    except (OSError, ValueError):
        pass
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _behind_proxies(nearest: Address, forwarded: str) -> Address:
    """Walk X-Forwarded-For from the right for as long as the hop is a proxy of ours."""
    networks = _networks(tuple(settings.TRUSTED_PROXIES))
    hops = forwarded.split(",")
    client = nearest
    while hops and any(client in network for network in networks):
        hop = _parsed(hops.pop())
        if hop is None:
            break
        client = hop
    return client


def network_of(environ: Mapping[str, Any]) -> str:
    """Return the client's address, IPv6 cut to its /64; a log may have a name in its place."""
    given = environ.get("REMOTE_ADDR") or ""
    nearest = _parsed(given)
    if nearest is None:
        return str(given)
    forwarded = environ.get("HTTP_X_FORWARDED_FOR")
    if forwarded and settings.TRUSTED_PROXIES:
        nearest = _behind_proxies(nearest, forwarded)
    if isinstance(nearest, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Address(int(nearest) >> 64 << 64))
    return str(nearest)


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
