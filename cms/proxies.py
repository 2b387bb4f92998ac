"""The outermost door: only proxies of ours are believed what they say of a client."""

import ipaddress
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

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
        self._networks = [ipaddress.ip_network(proxy, strict=False) for proxy in proxies]
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
        try:
            asker = ipaddress.ip_address(address)
        except ValueError:
            return False
        mapped = asker.ipv4_mapped if isinstance(asker, ipaddress.IPv6Address) else None
        return any((mapped or asker) in network for network in self._networks)
