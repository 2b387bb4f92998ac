"""Who asks: only proxies of ours are believed what they say of a client."""

import ipaddress
import socket
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.conf import settings

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

# What a proxy says of a request that it passes on.
SAID_BY_PROXIES = (
    *("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST"),
    *("HTTP_X_FORWARDED_PORT", "HTTP_X_REAL_IP", "HTTP_FORWARDED", "HTTP_X_REQUEST_ID"),
)
# Set if anybody said such a thing: then the next hop is not who asks.
WAS_PASSED_ON = "redaktion.was_passed_on"


class TrustedProxies:
    """A WSGI application that forgets what strangers claim, and lets `application` answer."""

    def __init__(self, application: Application, *, proxies: Sequence[str]) -> None:
        self.application = application
        self._networks = _networks(tuple(proxies))
        self._is_trusted = lru_cache(maxsize=256)(self._look_up)

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        said = [name for name in SAID_BY_PROXIES if name in environ]
        if said:
            environ[WAS_PASSED_ON] = True
            if not self._is_trusted(environ.get("REMOTE_ADDR") or ""):
                for name in said:
                    del environ[name]
        return self.application(environ, start_response)

    def _look_up(self, address: str) -> bool:
        asker = parsed(address)
        return asker is not None and any(asker in network for network in self._networks)


def client_address(environ: Mapping[str, Any]) -> Address | None:
    """Return the client's address behind proxies that are ours; None if there is none."""
    nearest = parsed(environ.get("REMOTE_ADDR") or "")
    forwarded = environ.get("HTTP_X_FORWARDED_FOR")
    if nearest is None or not forwarded or not settings.TRUSTED_PROXIES:
        return nearest
    return _behind_proxies(nearest, forwarded)


def client_network(environ: Mapping[str, Any]) -> str:
    """Return the client's network, for limits: /24, or /48 for IPv6."""
    address = client_address(environ)
    if address is None:
        return "unknown"
    prefix = 24 if address.version == 4 else 48
    return str(ipaddress.ip_network((address, prefix), strict=False))


def parsed(text: str) -> Address | None:
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


@lru_cache(maxsize=8)
def _networks(proxies: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(proxy, strict=False) for proxy in proxies)


def _behind_proxies(nearest: Address, forwarded: str) -> Address:
    """Walk X-Forwarded-For from the right for as long as the hop is a proxy of ours."""
    networks = _networks(tuple(settings.TRUSTED_PROXIES))
    hops = forwarded.split(",")
    client = nearest
    while hops and any(client in network for network in networks):
        hop = parsed(hops.pop())
        if hop is None:
            break
        client = hop
    return client
