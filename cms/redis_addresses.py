"""Where Redis is found: the embedded server's socket, and one address in Celery's spelling."""

import hashlib
import tempfile
from pathlib import Path

# The kernel cuts a Unix socket's path at 108 bytes on Linux and 104 on macOS.
SOCKET_PATH_LIMIT_BYTES = 100


def embedded_socket(var_dir: Path) -> Path:
    """Return the embedded server's socket: in `var_dir`, or nearby if its path is too long."""
    path = var_dir / "redis.sock"
    if len(str(path).encode()) <= SOCKET_PATH_LIMIT_BYTES:
        return path
    digest = hashlib.sha256(str(var_dir).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"redaktion-{digest}.sock"


def for_celery(redis_url: str) -> str:
    """Return `redis_url` as Celery spells it: a socket is `redis+socket://`."""
    if redis_url.startswith("unix://"):
        path, _, query = redis_url.removeprefix("unix://").partition("?")
        database = dict(pair.split("=", 1) for pair in query.split("&") if "=" in pair).get("db")
        return f"redis+socket://{path}" + (f"?virtual_host={database}" if database else "")
    return redis_url
