"""What a site needs before it can serve, and the commands of its processes."""

import errno
import fcntl
import hashlib
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import redis
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command, get_commands
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor

from cms import embedded_redis, redis_addresses
from cms.processes import PROCESSES
from cms.supervisor import Child, running

START_SECONDS = 60


class CannotServe(RuntimeError):
    """The site cannot start; the message is a plain sentence for whoever typed the command."""


def check_port(host: str, port: int) -> None:
    """Refuse an address that somebody else listens on, before anything is started."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            return
        except OSError as error:
            number = error.errno
    if number == errno.EADDRINUSE:
        raise CannotServe(
            f"Port {port} is in use by another program. Choose another one, for example "
            f"PORT={port + 1}."
        )
    if number == errno.EACCES:
        raise CannotServe(f"Port {port} needs more rights. Choose one above 1023, like PORT=8000.")
    raise CannotServe(f"This machine cannot listen on HOST={host}, PORT={port}.")


def lock_var_dir() -> IO[str]:
    """Return the lock of VAR_DIR, held as long as the file is open."""
    settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
    file = (settings.VAR_DIR / "serve.lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise CannotServe(
            f"Another Redaktion runs with the files in {settings.VAR_DIR}. Stop it, or give this "
            "one its own with VAR_DIR."
        ) from None
    return file


def migrate_if_needed(say: Callable[[str], None]) -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        say("Bringing the database up to date")
        call_command("migrate", interactive=False, verbosity=0)


def collect_static_if_changed(say: Callable[[str], None]) -> None:
    """Collect the static files, unless they are those of the last time."""
    stamp = settings.STATIC_ROOT / ".collected"
    now = _fingerprint_of_static_files()
    if stamp.exists() and stamp.read_text() == now:
        return
    say("Collecting style sheets, scripts and pictures")
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(now)


def _fingerprint_of_static_files() -> str:
    digest = hashlib.sha256()
    for finder in finders.get_finders():
        for name, storage in finder.list([]):
            try:
                facts = Path(storage.path(name)).stat()
                digest.update(f"{name} {facts.st_size} {facts.st_mtime_ns}\n".encode())
            except (NotImplementedError, FileNotFoundError):  # composed in memory
                with storage.open(name) as file:
                    digest.update(name.encode() + file.read())
    return digest.hexdigest()


def seed(say: Callable[[str], None]) -> None:
    """Fill a new site; later starts only look after the log-ins."""
    commands = get_commands()
    if not settings.DEMO:
        if "seed_newsroom" in commands:
            call_command("seed_newsroom", empty=True, verbosity=0)
        return
    # Comments and traffic are invented once only: a newsroom may have made the demo its own.
    stamp = settings.VAR_DIR / "demo_seeded"
    is_new = not stamp.exists()
    if is_new:
        say("Writing the demo newspaper (only this once)")
    for name in ("seed_newsroom", "seed_comments", "seed_traffic"):
        if name in commands and (is_new or name == "seed_newsroom"):
            call_command(name, verbosity=0)
    stamp.touch()


def logins() -> list[tuple[str, str, str]]:
    """Return user name, role and password of each demo log-in."""
    from home.demo.people import demo_logins

    found = demo_logins()
    connections.close_all()
    return found


def redis_child() -> Child:
    """The embedded server; one left over by a supervisor that was killed is ended first."""
    socket_path = settings.EMBEDDED_REDIS_SOCKET

    def start(options: dict[str, Any]) -> Any:
        embedded_redis.end_leftover(socket_path)
        return embedded_redis.start(socket_path, settings.VAR_DIR / "redis", **options)

    return Child("redis", start, stop_seconds=3)


def child(name: str) -> Child:
    """One of the processes of the table, to be looked after."""
    process = PROCESSES[name]
    return Child(name, running(process.command), process.stop_seconds)


def wait_until_alive(web: Child) -> None:
    """Return once the web server answers; CannotServe if it dies or takes too long."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.HOST, settings.HOST)
    host = f"[{host}]" if ":" in host else host
    url = f"http://{host}:{settings.PORT}/health/live"
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if web.process and web.process.poll() is not None:
            raise CannotServe("The web server did not start; its lines above say why.")
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except urllib.error.HTTPError as error:
            error.close()
            return  # it answers, even if it has something to complain about
        except OSError:
            time.sleep(0.1)
    raise CannotServe(f"The web server did not answer within {START_SECONDS} seconds.")


def uses_embedded_redis() -> bool:
    """Tell whether any of the three addresses is the embedded server's."""
    own = f"unix://{settings.EMBEDDED_REDIS_SOCKET}"
    return own in (settings.REDIS_URL, settings.CACHE_URL, settings.BROKER_URL)


def check_redis() -> None:
    """Refuse to start on a configured Redis that does not answer."""
    for name in ("REDIS_URL", "CACHE_URL", "BROKER_URL"):
        url = getattr(settings, name)
        try:
            client = redis_addresses.connect(url, socket_connect_timeout=3, socket_timeout=3)
            with client:
                client.ping()
        except redis.RedisError as error:
            raise CannotServe(f"The Redis of {name} does not answer: {error}") from error
