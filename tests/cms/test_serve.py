"""The whole program as `manage.py serve` runs it, started, hurt and stopped for real."""

import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 120

pytestmark = [pytest.mark.timeout(400), pytest.mark.xdist_group("serve")]


class Serve:
    """One `manage.py serve` on embedded defaults, with files of its own."""

    def __init__(self, var_dir: Path, port: int) -> None:
        self.var_dir = var_dir
        self.port = port
        self.log = var_dir.parent / f"serve-{secrets.token_hex(3)}.log"
        kept = {"PATH", "HOME", "LANG", "TMPDIR"}
        self.environment = {k: v for k, v in os.environ.items() if k in kept} | {
            "VAR_DIR": str(var_dir),
            "PORT": str(port),
            "DEMO": "0",
            "ADMIN_PASSWORD": "nur-fuer-diesen-Lauf",
            "KEY_PREFIX": "serve-test",
        }
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "serve"],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def wait_for(self, what: Callable[[], object], description: str) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            if what():
                return
            time.sleep(0.1)
        pytest.fail(f"{description} did not happen:\n{self.said[-3000:]}")

    def wait_until_up(self) -> None:
        self.wait_for(
            lambda: "Redaktion is running." in self.said or self.process.poll() is not None,
            "start",
        )
        assert self.process.poll() is None, self.said
        self.wait_for(lambda: len(self.children("celery")) >= 4, "worker and beat")

    def children(self, part: str = "") -> list[int]:
        """Return the processes that work with our files, but the supervisor."""
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == self.process.pid:
                continue
            try:
                environment = (entry / "environ").read_bytes().decode(errors="replace")
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                # Redis writes its title over its environment, but works in its directory.
                directory = (entry / "cwd").readlink()
            except OSError:
                continue
            is_ours = f"VAR_DIR={self.var_dir}\0" in environment or (
                directory == self.var_dir / "redis"
            )
            if is_ours and command and part in command:
                found.append(int(entry.name))
        return sorted(found)

    def get(self, path: str) -> tuple[int, str]:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=20) as answer:
            return answer.status, answer.read().decode()

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(20)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@pytest.fixture
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Serve]]:
    started: list[Serve] = []

    def start(var_dir: Path | None = None, port: int = 0) -> Serve:
        directory = var_dir or tmp_path_factory.mktemp("serve") / "var"
        started.append(Serve(directory, port or free_port()))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.process.kill()
            one.process.wait(10)
        for pid in one.children():
            os.kill(pid, signal.SIGKILL)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_whole_starts_survives_and_stops_without_leftovers(serve) -> None:
    first = serve()
    first.wait_until_up()
    assert re.search(r"admin +nur-fuer-diesen-Lauf", first.said)
    assert first.get("/health/live")[0] == 200
    assert first.get("/")[0] == 200
    password_before = (first.var_dir / "demo_password").read_text()

    # a second one with the same files, and one with the same port
    second = serve(first.var_dir)
    assert second.process.wait(60) == 1
    assert "Another Redaktion runs with the files in" in second.said
    assert "Traceback" not in second.said
    third = serve(None, first.port)
    assert third.process.wait(60) == 1
    assert f"Port {first.port} is in use by another program." in third.said
    assert f"PORT={first.port + 1}" in third.said
    assert "Traceback" not in third.said

    # whoever is killed comes back
    for part in ("celery --quiet -A cms worker", "cms.web", "-server "):
        before = first.children(part)
        os.kill(before[0], signal.SIGKILL)
        first.wait_for(
            lambda part=part, before=before: set(first.children(part)) - set(before), part
        )
        first.wait_for(lambda before=before: before[0] not in first.children(), "end")
    first.wait_for(lambda: _answers(first), "page after the kills")
    assert first.said.count("is started again") >= 3

    # SIGTERM: nobody is left
    assert first.stop() == 0
    assert first.children() == []
    assert first.said.rstrip().endswith("Stopped")

    # later starts prepare nothing anew and keep everything
    again = serve(first.var_dir, first.port)
    again.wait_until_up()
    assert "Bringing the database up to date" not in again.said
    assert "Collecting" not in again.said
    assert (again.var_dir / "demo_password").read_text() == password_before

    # the supervisor itself is killed: everybody goes, and the next start works
    again.process.kill()
    again.process.wait(10)
    again.wait_for(lambda: again.children() == [], "end of the orphans")
    last = serve(first.var_dir, first.port)
    last.wait_until_up()
    assert last.stop(signal.SIGINT) == 0
    assert last.children() == []


def _answers(serve: Serve) -> bool:
    try:
        return serve.get("/")[0] == 200
    except OSError:
        return False
