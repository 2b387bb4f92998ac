"""Fetching a file from the old site: only from public addresses, only so much, only so long."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from typing import BinaryIO
from urllib.parse import quote, urljoin, urlsplit

LARGEST_FILE_BYTES = 30 * 1024 * 1024
TIMEOUT_SECONDS = 20
LONGEST_SECONDS = 120
MOST_REDIRECTS = 3
CHUNK_BYTES = 64 * 1024
NAT64 = ipaddress.ip_network("64:ff9b::/96")

AllowsAddress = Callable[[str], bool]


class DownloadRefused(Exception):
    """The file was not fetched; the message says why."""


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the open internet."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.is_site_local:
            return False
        # The embedded IPv4 address is the one that is reached.
        ip = ip.ipv4_mapped or ip.sixtofour or _behind_nat64(ip) or ip
    return ip.is_global and not (ip.is_multicast or ip.is_reserved)


def _behind_nat64(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if ip in NAT64 else None


def download(url: str, target: BinaryIO, *, allows: AllowsAddress = is_public) -> str:
    """Write the file at `url` to `target`; return its declared type.

    Every step of a redirect is checked again, and the address that was checked is the one that
    is connected to: a name that resolves differently the second time gains nothing.

    Raises:
        DownloadRefused: not http(s), not public, too large, too slow, or not there.
    """
    for _attempt in range(MOST_REDIRECTS + 1):
        connection, path = _connect(url, allows)
        try:
            connection.request("GET", path, headers={"User-Agent": "Redaktion import"})
            response = connection.getresponse()
            if response.status in {301, 302, 303, 307, 308}:
                url = urljoin(url, response.headers.get("Location", ""))
                continue
            if response.status != 200:
                raise DownloadRefused(f"HTTP {response.status}")
            for chunk in _chunks(response):
                target.write(chunk)
            return response.headers.get_content_type()
        except (OSError, http.client.HTTPException) as error:
            raise DownloadRefused(f"{type(error).__name__}") from error
        finally:
            connection.close()
    raise DownloadRefused("too many redirects")


def _connect(url: str, allows: AllowsAddress) -> tuple[http.client.HTTPConnection, str]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise DownloadRefused("not an address") from error
    if parts.scheme not in {"http", "https"} or not host or parts.username:
        raise DownloadRefused("only http and https")
    port = port or (443 if parts.scheme == "https" else 80)
    address = _checked_address(host, port, allows)
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    if parts.query:
        path += "?" + quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    if parts.scheme == "https":
        return _PinnedHTTPS(host, port, address), path
    return _PinnedHTTP(host, port, address), path


def _checked_address(host: str, port: int, allows: AllowsAddress) -> str:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise DownloadRefused(f"{host} is not known") from error
    addresses = [str(info[4][0]) for info in found]
    if not addresses or not all(allows(address) for address in addresses):
        raise DownloadRefused(f"{host} is not a public address")
    return addresses[0]


def _chunks(response: http.client.HTTPResponse) -> Iterator[bytes]:
    if int(response.headers.get("Content-Length") or 0) > LARGEST_FILE_BYTES:
        raise DownloadRefused("too large")
    started, size = time.monotonic(), 0
    while chunk := response.read1(CHUNK_BYTES):
        size += len(chunk)
        if size > LARGEST_FILE_BYTES:
            raise DownloadRefused("too large")
        if time.monotonic() - started > LONGEST_SECONDS:
            raise DownloadRefused("too slow")
        yield chunk


class _PinnedHTTP(http.client.HTTPConnection):
    """Connects to the address that was checked, whatever the name says by now."""

    def __init__(self, host: str, port: int, address: str) -> None:
        super().__init__(host, port, timeout=TIMEOUT_SECONDS)
        self._address = address

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), TIMEOUT_SECONDS)


class _PinnedHTTPS(_PinnedHTTP):
    default_port = 443

    def connect(self) -> None:
        super().connect()
        context = ssl.create_default_context()
        self.sock = context.wrap_socket(self.sock, server_hostname=self.host)
