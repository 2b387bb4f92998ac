"""Where Redis is found, how it is reached, and one address in Celery's and Django's spelling.

Addresses: `redis://host:port/db`, `rediss://…`, `unix:///path`,
`sentinel://[:password@]host:port,host:port/service[/db]`, and for counting alone
`redis+cluster://host:port`.
"""

import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import redis
from django.core.exceptions import ImproperlyConfigured
from redis.sentinel import Sentinel, SentinelConnectionPool

# The kernel cuts a Unix socket's path at 108 bytes on Linux and 104 on macOS.
SOCKET_PATH_LIMIT_BYTES = 100


def embedded_socket(var_dir: Path) -> Path:
    """Return the embedded server's socket: in `var_dir`, or nearby if its path is too long."""
    path = var_dir / "redis.sock"
    if len(str(path).encode()) <= SOCKET_PATH_LIMIT_BYTES:
        return path
    digest = hashlib.sha256(str(var_dir).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"redaktion-{digest}.sock"


@dataclass(frozen=True, slots=True)
class SentinelAddress:
    """The parts of a `sentinel://` address; ImproperlyConfigured if it names none."""

    hosts: list[tuple[str, int]]
    service: str
    database: int
    password: str | None

    @classmethod
    def parse(cls, url: str) -> "SentinelAddress":
        parts = urlsplit(url)
        credentials, _, hosts = parts.netloc.rpartition("@")
        service, _, database = parts.path.strip("/").partition("/")
        if not service or not hosts:
            raise ImproperlyConfigured(
                "A sentinel:// address is sentinel://host:port,host:port/service."
            )
        return cls(
            [
                (host.strip("[]"), int(port))
                for host, _, port in (entry.rpartition(":") for entry in hosts.split(","))
            ],
            service,
            int(database or 0),
            unquote(credentials.rpartition(":")[2]) or None,
        )


def is_sentinel(url: str) -> bool:
    return url.startswith("sentinel://")


def connect(url: str, **options: Any) -> Any:
    """Return a client for any of the addresses above; it connects with the first command."""
    if url.startswith("redis+cluster://"):
        return redis.RedisCluster.from_url(url.replace("redis+cluster", "redis", 1), **options)
    if is_sentinel(url):
        return redis.Redis(connection_pool=AddressPool.from_url(url, **options))
    return redis.Redis.from_url(url, **options)


class AddressPool:
    """Makes a pool for an address, Sentinel included; Django's cache asks for such a class."""

    @staticmethod
    def from_url(url: str, **options: Any) -> redis.ConnectionPool:
        if not is_sentinel(url):
            return redis.ConnectionPool.from_url(url, **options)
        address = SentinelAddress.parse(url)
        timeouts = {name: value for name, value in options.items() if "timeout" in name}
        return SentinelConnectionPool(  # type: ignore[no-untyped-call]  # untyped there
            address.service,
            Sentinel(address.hosts, sentinel_kwargs=timeouts),  # type: ignore[no-untyped-call]
            db=address.database,
            password=address.password,
            **options,
        )


def for_celery(redis_url: str) -> str:
    """Return `redis_url` as Celery spells it: a socket is `redis+socket://`."""
    if redis_url.startswith("unix://"):
        path, _, query = redis_url.removeprefix("unix://").partition("?")
        database = dict(pair.split("=", 1) for pair in query.split("&") if "=" in pair).get("db")
        return f"redis+socket://{path}" + (f"?virtual_host={database}" if database else "")
    if is_sentinel(redis_url):
        address = SentinelAddress.parse(redis_url)
        login = f":{address.password}@" if address.password else ""
        return ";".join(
            f"sentinel://{login}{host}:{port}/{address.database}" for host, port in address.hosts
        )
    return redis_url


def celery_options(redis_url: str) -> dict[str, str]:
    """Return what Celery wants to know beside the address."""
    if is_sentinel(redis_url):
        return {"master_name": SentinelAddress.parse(redis_url).service}
    return {}
