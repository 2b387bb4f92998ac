"""A whole site: every process under the supervisor, on engines that may be taken away."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.proof.crowd import Orders
from tests.site.conftest import free_port

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 120
NOT_OURS = ("CACHE_URL", "BROKER_URL", "MAIL_URL", "PRODUCTION", "HOST")


class Lines:
    """A process that prints a line of JSON for each thing it did."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self.process = process
        self.lines: list[Any] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        with self.process.stdout:
            for line in self.process.stdout:
                self.lines.append(json.loads(line))

    def wait(self, seconds: float) -> list[Any]:
        """Return all lines of a process that ended well."""
        assert self.process.wait(seconds) == 0, "It failed; see its errors above."
        self._reader.join()
        return self.lines

    def kill(self) -> list[Any]:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._reader.join()
        return self.lines


class Site:
    """One host: a directory, a port and a supervisor. Hosts of one site share the two URLs."""

    def __init__(
        self,
        var: Path,
        *,
        database_url: str,
        redis_url: str,
        port: int = 0,
        root: Path = ROOT,
        **environment: str,
    ) -> None:
        self.var = var
        self.root = root
        self.port = port or free_port()
        self.log = var.with_suffix(".log")
        self.supervisor: subprocess.Popen[bytes] | None = None
        self.others: list[Lines] = []
        self.background: list[subprocess.Popen[bytes]] = []
        kept = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
        self.environment = {
            **kept,
            "DJANGO_SETTINGS_MODULE": "cms.settings",
            "VAR_DIR": str(var),
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "DEMO": "0",
            "ADMIN_PASSWORD": "nur-fuer-diesen-Lauf",
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "KEY_PREFIX": "proof",
            "SECRET_KEY": "only-for-proofs-" * 4,
            "SITE_URL": f"http://127.0.0.1:{self.port}",
            # Readers of many networks come through a proxy that names them.
            "TRUSTED_PROXIES": "127.0.0.1",
            "ANALYTICS_NETWORK_LIMIT": "0",
            "COMMENTS_PROOF_PER_SITE": "0",
            "COMMENTS_PROOF_PER_ARTICLE": "0",
            "LOG_LEVEL": "WARNING",
            **environment,
        }

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def manage(self, *words: str, seconds: float = 240) -> str:
        result = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=self.root,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout

    def manage_in_background(self, *words: str) -> "subprocess.Popen[bytes]":
        """Start a command that goes on until the site is closed."""
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "manage.py", *words],
                cwd=self.root,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.background.append(process)
        return process

    def act(self, verb: str, *words: object) -> Lines:
        """Start editors or bookkeepers inside the site."""
        return self._start("tests.proof.newsroom", verb, *map(str, words))

    def ask(self, verb: str, *words: object, seconds: float = 240) -> Any:
        return self.act(verb, *words).wait(seconds)[-1]

    def crowd(self, orders: Orders) -> Lines:
        """Let readers ask; they live by the true time, whatever clock this host has."""
        lines = self._start("tests.proof.crowd", LD_PRELOAD="")
        assert lines.process.stdin
        lines.process.stdin.write(json.dumps(asdict(orders)).encode())
        lines.process.stdin.close()
        return lines

    def _start(self, module: str, *words: str, **environment: str) -> Lines:
        lines = Lines(
            subprocess.Popen(
                [sys.executable, "-m", module, *words],
                cwd=ROOT,
                env=self.environment | environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
        )
        self.others.append(lines)
        return lines

    def start(self) -> None:
        """Start the supervisor and return once readers are answered and views are taken."""
        self.var.mkdir(exist_ok=True)
        with self.log.open("ab") as log:
            self.supervisor = subprocess.Popen(
                [sys.executable, "manage.py", "serve"],
                cwd=self.root,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.wait_until(lambda: self.get("/health/")[0] == 200, START_SECONDS)

    def stop(self) -> int:
        """Stop it as Ctrl-C does; return the status."""
        if self.supervisor is None or self.supervisor.poll() is not None:
            return 0
        self.supervisor.terminate()
        return self.supervisor.wait(60)

    def close(self) -> None:
        for lines in self.others:
            lines.kill()
            if lines.process.stdin:
                lines.process.stdin.close()
        for process in self.background:
            process.terminate()
            process.wait(60)
        self.stop()

    def get(self, path: str, *, seconds: float = 10) -> tuple[int, bytes]:
        """Return status and body; 0 if nobody answers."""
        try:
            with urllib.request.urlopen(self.url(path), timeout=seconds) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()
        except OSError:
            return 0, b""

    def wait_until(self, is_so: Callable[[], bool], seconds: float) -> float:
        """Return after how many seconds it was so."""
        started = time.monotonic()
        while not is_so():
            assert time.monotonic() - started < seconds, self.tail()
            time.sleep(0.2)
        return time.monotonic() - started

    def tail(self) -> str:
        return self.log.read_text(errors="replace")[-4000:]

    # Its processes

    def child(self, name: str) -> int | None:
        """Return a process by its name in the table of processes: web, counting, mail …"""
        assert self.supervisor
        for pid in children(self.supervisor.pid):
            line = command_line(pid)
            is_it = "cms.web" in line if name == "web" else f"{name}@" in line
            if is_it or (name == "beat" and " beat " in line):
                return pid
        return None

    def web_workers(self) -> list[int]:
        main = self.child("web")
        return [pid for pid in children(main) if _is_worker(pid)] if main else []

    def megabytes(self) -> dict[str, float]:
        """Return the proportional share of memory by kind of process."""
        found: dict[str, float] = {}
        for name in ("web", "counting", "mail", "upkeep", "media", "beat"):
            main = self.child(name)
            if main:
                found[name] = sum(map(pss_megabytes, [main, *children(main)]))
        workers = [pss_megabytes(pid) for pid in self.web_workers()]
        return found | {"largest web worker": max(workers, default=0)}


def kill(pid: int | None) -> bool:
    """Kill a process as a machine out of memory does; False if it was gone."""
    if pid is None:
        return False
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def children(pid: int) -> list[int]:
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        found = [(task / "children").read_text().split() for task in tasks]
    except OSError:
        return []
    return sorted(int(child) for each in found for child in each)


def command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def _is_worker(pid: int) -> bool:
    """Python's resource tracker is a child of the web server as well."""
    return "resource_tracker" not in command_line(pid)


def pss_megabytes(pid: int) -> float:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    found = re.search(r"^Pss:\s+(\d+) kB", text, re.M)
    return int(found[1]) / 1024 if found else 0


@contextmanager
def small_disk(directory: Path, *, megabytes: int) -> Iterator[bool]:
    """Mount a disk of its own on a directory; False if this user may not."""
    directory.mkdir(parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(directory)]
    is_mounted = (
        os.geteuid() == 0
        and subprocess.run(mount, check=False, capture_output=True).returncode == 0
    )
    try:
        yield bool(is_mounted)
    finally:
        if is_mounted:
            subprocess.run(["umount", "--lazy", str(directory)], check=False)
