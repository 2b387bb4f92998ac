"""Who asks: only proxies of ours are believed what they say of a client."""

import ipaddress
import socket
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.conf import settings

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

# What a proxy says of a request that it passes on.
SAID_BY_PROXIES = (
    *("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST"),
    *("HTTP_X_FORWARDED_PORT", "HTTP_X_REAL_IP", "HTTP_FORWARDED", "HTTP_X_REQUEST_ID"),
)
# Set if anybody said such a thing: then the next hop is not who asks.
WAS_PASSED_ON = "redaktion.was_passed_on"
# The proxies that `TrustedProxies` knows, once it has found that the last hop is one of them.
PROXIES = "redaktion.proxies"
KNOWN_LIMIT = 256


class Proxies:
    """The networks in which our proxies stand."""

    def __init__(self, networks: Sequence[str]) -> None:
        self._networks = [ipaddress.ip_network(network, strict=False) for network in networks]
        # Proxies are few; of anybody else nothing is remembered.
        self._known: set[str] = set()

    def hold(self, text: str) -> bool:
        """Say whether this address is one of ours."""
        if text in self._known:
            return True
        asker = parsed(text)
        is_ours = asker is not None and any(asker in network for network in self._networks)
        if is_ours and len(self._known) < KNOWN_LIMIT:
            self._known.add(text)
        return is_ours


@lru_cache(maxsize=8)
def proxies_in(networks: tuple[str, ...]) -> Proxies:
    return Proxies(networks)


class TrustedProxies:
    """A WSGI application that forgets what strangers claim, and lets `application` answer."""

    def __init__(self, application: Application, *, proxies: Sequence[str]) -> None:
        self.application = application
        self._proxies = proxies_in(tuple(proxies))

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        for name in SAID_BY_PROXIES:
            if name in environ:
                self._judge(environ)
                break
        return self.application(environ, start_response)

    def _judge(self, environ: dict[str, Any]) -> None:
        environ[WAS_PASSED_ON] = True
        if self._proxies.hold(environ.get("REMOTE_ADDR") or ""):
            environ[PROXIES] = self._proxies
            return
        for name in SAID_BY_PROXIES:
            environ.pop(name, None)


def client_text(environ: Mapping[str, Any]) -> str:
    """Return the client's address as it was written, behind proxies that are ours.

    The hops of X-Forwarded-For are walked from the right for as long as a proxy of ours says so.
    """
    client: str = environ.get("REMOTE_ADDR") or ""
    forwarded = environ.get("HTTP_X_FORWARDED_FOR")
    if not forwarded:
        return client
    proxies = environ.get(PROXIES) or proxies_in(tuple(settings.TRUSTED_PROXIES))
    hops = forwarded.split(",")
    while hops and proxies.hold(client):
        hop = hops.pop().strip()
        if not is_address(hop):
            break
        client = hop
    return client


def client_address(environ: Mapping[str, Any]) -> Address | None:
    """Return the client's address behind proxies that are ours; None if there is none."""
    return parsed(client_text(environ))


def client_network(environ: Mapping[str, Any]) -> str:
    """Return the client's network, for limits: /24, or /48 for IPv6."""
    address = client_address(environ)
    if address is None:
        return "unknown"
    prefix = 24 if address.version == 4 else 48
    return str(ipaddress.ip_network((address, prefix), strict=False))


def packed(family: socket.AddressFamily, text: str) -> bytes | None:
    """Return an address in bytes if it is written plainly: much faster than an object of it."""
    try:
        return socket.inet_pton(family, text)
    except (OSError, ValueError):
        return None


def is_address(text: str) -> bool:
    return packed(socket.AF_INET, text) is not None or parsed(text) is not None


def parsed(text: str) -> Address | None:
    """Read an address as proxies write it: also `[v6]:port`, `v4:port` and `v6%zone`."""
    plain = packed(socket.AF_INET, text)
    if plain is not None:
        return ipaddress.IPv4Address(plain)
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
