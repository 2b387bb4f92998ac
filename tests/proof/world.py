"""A world to break: its own Redis, its own database, and processes that can be killed."""

import json
import os
import random
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import redis

from tests.proof.redis_server import RedisServer

ROOT = Path(__file__).resolve().parents[2]


class Acts:
    """A process that acts, and the lines it has said."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.lines: list[list[str]] = []
        self.news = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            with self.news:
                self.lines.append(line.decode().split())
                self.news.notify_all()

    def wait(self, *, timeout: float = 240) -> None:
        assert self.process.wait(timeout) == 0, "An actor failed; see its errors above."
        self._close()

    def kill(self) -> None:
        """End the process and the children it forked."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self._close()

    def _close(self) -> None:
        self._reader.join()
        assert self.process.stdout
        self.process.stdout.close()

    def next_line(self, seen: int, *, timeout: float) -> list[str] | None:
        """Return the line after the first `seen`; None if none comes in time."""
        with self.news:
            self.news.wait_for(lambda: len(self.lines) > seen, timeout)
            return self.lines[seen] if len(self.lines) > seen else None


class World:
    """Where actors act."""

    def __init__(
        self,
        directory: Path,
        database_url: str,
        *,
        shards: int = 2,
        redis: tuple[str, ...] = (),
    ) -> None:
        self.directory = directory
        self.server = RedisServer(directory, *redis)
        self.actors: list[Acts] = []
        self.accepting: list[Acts] = []
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "cms.settings",
            "VAR_DIR": str(directory),
            "DATABASE_URL": database_url,
            "REDIS_URL": self.server.url,
            "KEY_PREFIX": "proof",
            "ANALYTICS_READER_LIMIT": "0",  # few readers, in a hurry
            "SECRET_KEY": "only-for-tests",
            "LOG_LEVEL": "CRITICAL",
            "ANALYTICS_SHARDS": str(shards),
        }

    def start_redis(self) -> None:
        self.server.start()

    def stop_redis(self) -> None:
        self.server.stop()

    @property
    def redis_process(self) -> "subprocess.Popen[bytes] | None":
        return self.server.process

    @property
    def redis(self) -> redis.Redis:
        return self.server.client

    def act(self, verb: str, *words: object, **environment: object) -> Acts:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.proof.actor", verb, *map(str, words)],
            cwd=ROOT,
            env=self.environment | {name: str(value) for name, value in environment.items()},
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        acts = Acts(process)
        self.actors.append(acts)
        if verb == "accept":
            self.accepting.append(acts)
        return acts

    def accept(self, count: int, *, pause_ms: int = 0, **environment: object) -> Acts:
        return self.act("accept", count, secrets.token_hex(4), pause_ms, **environment)

    def run(self, verb: str, *words: object, **environment: object) -> Acts:
        acts = self.act(verb, *words, **environment)
        acts.wait()
        return acts

    def kept(self) -> tuple[Counter[str], Counter[str]]:
        """Return by page what was acknowledged, and what was begun but never answered."""
        kept: Counter[str] = Counter()
        open_: Counter[str] = Counter()
        for acts in self.accepting:
            begun = {number: page for word, number, page in acts.lines if word == "begun"}
            answered = {number for word, number, _ in acts.lines if word == "kept"}
            kept.update(page for number, page in begun.items() if number in answered)
            open_.update(page for number, page in begun.items() if number not in answered)
        return kept, open_

    def report(self, **environment: object) -> dict[str, Any]:
        """Finish what waits and return what is counted, by table and page."""
        found: dict[str, Any] = json.loads(" ".join(self.run("report", **environment).lines[-1]))
        return found

    def check(self, **environment: object) -> None:
        """Hold that what was acknowledged is what was counted, page by page."""
        found = self.report(**environment)
        kept, open_ = self.kept()
        counted = Counter(found["buckets"])
        extra = counted - kept
        assert kept - counted == Counter(), "acknowledged, but not counted"
        assert extra - open_ == Counter(), "counted, but never sent"
        for table in ("days", "channels", "week"):
            assert found[table] == found["buckets"], table
        assert (found["poison"], found["spool"], found["drift"]) == (0, 0, 0)

    def spool_files(self) -> list[Path]:
        return list((self.directory / "spool").glob("*.spool"))

    def close(self) -> None:
        for acts in self.actors:
            acts.kill()
        self.stop_redis()


def kill_children(acts: Acts, count: int, *, dice: random.Random) -> int:
    """Kill draining children; every other one as soon as it says that it has upserted.

    Returns how many were killed between the first upsert and the end of the drain.
    """
    killed = between = seen = 0
    while killed < count:
        line = acts.next_line(seen, timeout=60)
        assert line, "The drain says nothing any more."
        seen += 1
        word, pid = line[0], int(line[1])
        if word == "start" and killed % 2:
            time.sleep(dice.uniform(0, 0.15))
        elif word != "upsert" or (killed % 2 and dice.random() < 0.5):
            continue
        os.kill(pid, signal.SIGKILL)
        killed += 1
        # The next child begins when this one is gone: then it can say nothing more.
        while (after := acts.next_line(seen, timeout=60)) and after[0] != "start":
            seen += 1
        said = [what[0] for what in acts.lines if what[1:2] == [str(pid)]]
        between += "upsert" in said and said[-1] == "upsert"
    return between


@contextmanager
def make_world(
    directory: Path, *, shards: int = 2, redis: tuple[str, ...] = ()
) -> Iterator[World]:
    """Yield a world with tables and streams, on the engine that the tests run on."""
    with make_database(directory) as database_url:
        world = World(directory, database_url, shards=shards, redis=redis)
        try:
            world.start_redis()
            world.run("prepare")
            yield world
        finally:
            world.close()


@contextmanager
def make_database(directory: Path) -> Iterator[str]:
    """Yield the address of an empty database on the engine that the tests run on."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        yield f"sqlite:///{directory / 'proof.sqlite3'}"
        return
    name = f"test_proof_{secrets.token_hex(4)}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
    try:
        base, _, query = url.partition("?")
        yield base.rpartition("/")[0] + f"/{name}" + (f"?{query}" if query else "")
    finally:
        with psycopg.connect(url, autocommit=True) as server:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[arg-type]
