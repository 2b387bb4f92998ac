"""A web server as the site runs it, and load on it."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

WORKERS, THREADS = 2, 4
SECONDS = 4
CONNECTIONS = 16
# Milliseconds that a paced connection waits between two requests.
PAUSE_MS = 5
HEADERS = ["-H", "Accept-Encoding: gzip, deflate, br", "-H", "Host: testserver"]


class NoLoad(RuntimeError):
    """There is no program here that makes requests fast enough."""


@dataclass(frozen=True, slots=True)
class Load:
    rate: float
    p99_ms: float
    failures: int


@dataclass(frozen=True, slots=True)
class Server:
    port: int
    pid: int

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def worker_megabytes(self) -> list[float]:
        """Return the proportional share of memory of every worker process."""
        children = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(self.pid)], capture_output=True, check=True
        )
        return [_pss_megabytes(int(pid)) for pid in children.stdout.split()]


@contextmanager
def served(application: str, **environment: str) -> Iterator[Server]:
    """Serve an application with Granian: two workers of four threads, as the site does."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    module = "cms.web" if application.startswith("cms.") else "granian"
    command = [sys.executable, "-m", module, "--interface", "wsgi", "--http", "1", "--no-ws"]
    command += ["--workers", str(WORKERS), "--blocking-threads", str(THREADS), "--no-access-log"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--log-level", "error", application]
    process = subprocess.Popen(command, env=os.environ | environment)
    try:
        for _ in range(300):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        process.wait(20)


def load(url: str, *, connections: int = CONNECTIONS, is_paced: bool = False) -> Load:
    """Ask for one address as fast as it goes, or at the pace of so many patient connections."""
    wrk = shutil.which("wrk")
    if wrk is None:
        raise NoLoad("wrk is missing (on Debian: apt install wrk)")
    pace = ["-s", str(Path(__file__).with_name("pace.lua"))] if is_paced else []
    command = [wrk, "-t1", f"-c{connections}", f"-d{SECONDS}s", "--latency", *HEADERS, *pace, url]
    said = subprocess.run(
        command,
        capture_output=True,
        check=True,
        text=True,
        env=os.environ | {"PAUSE": str(PAUSE_MS)},
    ).stdout
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])  # type: ignore[index]
    number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", said).groups()  # type: ignore[union-attr]
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    p99_ms = float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]
    return Load(rate, p99_ms, int(failed[1]) if failed else 0)


def _pss_megabytes(pid: int) -> float:
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"^Pss:\s+(\d+) kB", text, re.M)[1]) / 1024  # type: ignore[index]
