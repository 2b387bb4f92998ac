"""A PostgreSQL that takes connections and never answers is given up soon."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def silent_port() -> Iterator[int]:
    """The port of a server that the kernel answers for, and nobody else."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize(("query", "seconds"), [("", 5), ("?connect_timeout=2", 2)])
def test_silent_database_is_given_up_after_its_time(silent_port, tmp_path, query, seconds):
    url = f"postgres://zeitung@127.0.0.1:{silent_port}/zeitung{query}"
    started = time.monotonic()

    result = subprocess.run(
        [sys.executable, "manage.py", "showmigrations", "analytics"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url, "VAR_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert result.returncode == 1
    assert "timeout" in result.stderr
    assert seconds <= time.monotonic() - started < seconds + 20
