"""Where Redis is found, how it is reached, and one address in Celery's and Django's spelling.

Addresses: `redis://host:port/db`, `rediss://…`, `unix:///path`,
`sentinel://[:password@]host:port,host:port/service[/db]`, and for counting alone
`redis+cluster://host:port`.
"""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import redis
from django.core.exceptions import ImproperlyConfigured
from redis.backoff import NoBackoff
from redis.exceptions import RedisClusterException
from redis.retry import Retry
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


def is_cluster(url: str) -> bool:
    return url.startswith("redis+cluster://")


def _refuse_cluster(url: str) -> None:
    if is_cluster(url):
        raise ImproperlyConfigured(
            "redis+cluster:// serves counting alone: set CACHE_URL and BROKER_URL to a Redis "
            "that is no cluster."
        )


def connect(url: str, **options: Any) -> Any:
    """Return a client for any of the addresses above.

    It connects with the first command; a cluster's asks for its nodes at once.
    """
    if is_cluster(url):
        return ClusterClient.from_url(url.replace("redis+cluster", "redis", 1), **options)
    if is_sentinel(url):
        return redis.Redis(connection_pool=AddressPool.from_url(url, **options))
    return redis.Redis.from_url(url, **options)


class ClusterClient(redis.RedisCluster):
    """A cluster's client that says in the words of any other client that it finds no node."""

    def __init__(self, *args: Any, **options: Any) -> None:
        with _said_as_a_broken_connection():
            super().__init__(*args, **options)

    def execute_command(self, *args: Any, **options: Any) -> Any:
        with _said_as_a_broken_connection():
            return super().execute_command(*args, **options)  # type: ignore[no-untyped-call]


@contextmanager
def _said_as_a_broken_connection() -> Iterator[None]:
    try:
        yield
    except RedisClusterException as error:  # not a RedisError
        raise redis.ConnectionError(str(error)) from error


# No page waits for a cache: rendering without it takes less.
QUICKLY = {"socket_timeout": 1, "socket_connect_timeout": 1, "retry": Retry(NoBackoff(), 1)}


class AddressPool:
    """Makes a pool for an address, Sentinel included; Django's cache asks for such a class."""

    @staticmethod
    def from_url(url: str, **options: Any) -> redis.ConnectionPool:
        _refuse_cluster(url)
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
    _refuse_cluster(redis_url)
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
