"""A newspaper in a database of its own, and commands on it, each in a process."""

import os
import resource
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings

from tests.proof.world import make_database

SET_UP = "from tests.factories import make_home; make_home()"
MEGABYTE = 1024 * 1024


@dataclass
class Measured:
    """What a command took: seconds, and megabytes of memory once a second."""

    seconds: float
    megabytes: list[float]

    @property
    def peak(self) -> float:
        return max(self.megabytes)


class Newspaper:
    def __init__(self, folder: Path, database_url: str) -> None:
        self.database_url = database_url
        self.environment = {
            **os.environ,
            "DATABASE_URL": database_url,
            "VAR_DIR": str(folder),
            "REDIS_URL": settings.REDIS_URL,
            "KEY_PREFIX": settings.KEY_PREFIX,
            "DJANGO_SETTINGS_MODULE": "cms.settings",
        }

    def start(self, *arguments: str) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "manage.py", *arguments],
            cwd=settings.BASE_DIR,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def run(self, *arguments: str) -> str:
        process = self.start(*arguments)
        output, _ = process.communicate(timeout=300)
        assert process.returncode == 0
        return output.decode()

    def measure(self, *arguments: str) -> Measured:
        started = time.monotonic()
        process = self.start(*arguments)
        megabytes: list[float] = []
        while process.poll() is None:
            megabytes.append(_resident_bytes(process.pid) / MEGABYTE)
            time.sleep(1)
        process.communicate()
        assert process.returncode == 0
        return Measured(time.monotonic() - started, megabytes)

    def count(self, what: str) -> int:
        with self._connected() as connected:
            return int(connected.execute(f"SELECT COUNT(*) FROM {what}").fetchone()[0])

    def _connected(self) -> Any:
        if self.database_url.startswith("postgres"):
            return psycopg.connect(self.database_url)
        path = self.database_url.removeprefix("sqlite:///")
        return closing(sqlite3.connect(path, timeout=20))


@contextmanager
def make_newspaper(folder: Path) -> Iterator[Newspaper]:
    """Yield a newspaper with a front page and nothing else."""
    with make_database(folder) as database_url:
        site = Newspaper(folder, database_url)
        site.run("migrate", "--verbosity=0")
        site.run("shell", "-c", SET_UP)
        yield site


def _resident_bytes(pid: int) -> int:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * resource.getpagesize()
