"""Where Redis is found, how it is reached, and one address in Celery's and Django's spelling.

Addresses: `redis://host:port/db`, `rediss://…`, `unix:///path`,
`sentinel://[:password@]host:port,host:port/service[/db]`, and for counting alone
`redis+cluster://host:port`.
"""

import hashlib
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import redis
from django.core.exceptions import ImproperlyConfigured
from redis.backoff import NoBackoff
from redis.exceptions import RedisClusterException
from redis.retry import Retry
from redis.sentinel import Sentinel, SentinelConnectionPool

KINDS = ("redis://", "rediss://", "unix://", "sentinel://", "redis+cluster://")
# The kernel cuts a Unix socket's path at 108 bytes on Linux and 104 on macOS.
SOCKET_PATH_LIMIT_BYTES = 100
# A worker that waits for tasks waits outside of this; a request that pokes one waits so long.
BROKER_TIMEOUT_SECONDS = 2.0


def check(**addresses: str) -> None:
    """Raise ImproperlyConfigured, naming the setting, for an address of no kind above."""
    for name, url in addresses.items():
        if not url.startswith(KINDS):
            raise ImproperlyConfigured(f"{name} must begin with {', '.join(KINDS)}.")


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


class Impatience(Retry):
    """Tries a broken connection once more, and leaves a server that says nothing alone.

    After a silence everybody else is told at once for `pause_seconds`; then one caller asks
    again. Connections and threads share one, or a frozen server would cost each its own wait.
    """

    def __init__(self, *, pause_seconds: float = 1.0) -> None:
        super().__init__(NoBackoff(), 1, (redis.ConnectionError,))
        self._pause_seconds = pause_seconds
        self._lock = threading.Lock()
        self._silent_until = 0.0
        self._prober = 0

    def __deepcopy__(self, memo: object) -> "Impatience":
        return self

    def call_with_retry(self, *args: Any, **options: Any) -> Any:
        self._refuse_while_silent()
        try:
            answer = super().call_with_retry(*args, **options)
        except redis.TimeoutError:
            self._silent_until = time.monotonic() + self._pause_seconds
            raise
        finally:
            self._prober = 0
        self._silent_until = 0.0
        return answer

    def _refuse_while_silent(self) -> None:
        """One who asks again connects first: the call within the call is let through."""
        me = threading.get_ident()
        if not self._silent_until or self._prober == me:
            return
        with self._lock:
            now = time.monotonic()
            if now < self._silent_until:
                raise redis.TimeoutError("Redis has just been silent.")
            self._silent_until = now + self._pause_seconds
            self._prober = me


@cache
def impatience(url: str) -> Impatience:
    """Return what all of this process's clients of an address share."""
    return Impatience()


def quickly(url: str, *, seconds: float) -> dict[str, Any]:
    """Return options for a client that no page may wait for: rendering without it takes less."""
    return {
        "socket_timeout": seconds,
        "socket_connect_timeout": seconds,
        "retry": impatience(url),
    }


class AddressPool:
    """Makes a pool for an address, Sentinel included; Django's cache asks for such a class."""

    @staticmethod
    def from_url(url: str, **options: Any) -> redis.ConnectionPool:
        _refuse_cluster(url)
        if not is_sentinel(url):
            return redis.ConnectionPool.from_url(url, **options)
        address = SentinelAddress.parse(url)
        timeouts = {name: value for name, value in options.items() if "timeout" in name}
        if timeouts:
            timeouts["retry"] = Retry(NoBackoff(), 0)  # there are others to ask
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


def celery_options(redis_url: str) -> dict[str, Any]:
    """Return what Celery wants to know beside the address: after how long it gives up, too."""
    options: dict[str, Any] = {
        "socket_timeout": BROKER_TIMEOUT_SECONDS,
        "socket_connect_timeout": BROKER_TIMEOUT_SECONDS,
        "socket_keepalive": True,
        "max_retries": 0,  # whoever may wait longer says so where it publishes
    }
    if is_sentinel(redis_url):
        options["master_name"] = SentinelAddress.parse(redis_url).service
        options["sentinel_kwargs"] = {
            "socket_timeout": BROKER_TIMEOUT_SECONDS,
            "socket_connect_timeout": BROKER_TIMEOUT_SECONDS,
        }
    return options
