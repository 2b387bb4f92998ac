"""A PostgreSQL server of our own, which may be stopped in the middle of anything."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def programs() -> Path | None:
    """Return the directory of Debian's newest server programs; None if there are none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    return found[-1].parent if found else None


class Server:
    """`restart` does not wait for anybody: what was not committed is gone."""

    def __init__(self, directory: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.data = directory / "data"
        self.options = f"-p {port} -h 127.0.0.1 -k {directory}"
        self.url = f"postgres://postgres@127.0.0.1:{port}/postgres"

    def initialise(self) -> None:
        self._run("initdb", "--auth=trust", "--username=postgres", "--no-sync")
        self._control("start")

    def restart(self) -> None:
        self._control("restart", "--mode=immediate")

    def stop(self) -> None:
        self._control("stop", "--mode=immediate")

    def _control(self, verb: str, *words: str) -> None:
        log = self.data.parent / "postgres.log"
        self._run("pg_ctl", verb, "--wait", f"--log={log}", f"--options={self.options}", *words)

    def _run(self, program: str, *words: str) -> None:
        folder = programs()
        assert folder
        command = [str(folder / program), f"--pgdata={self.data}", *words]
        if os.geteuid() == 0:  # the server refuses to run as root
            command = ["runuser", "-u", "postgres", "--", *command]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


@contextmanager
def make_server(directory: Path) -> Iterator[Server]:
    directory.mkdir()
    if os.geteuid() == 0:
        shutil.chown(directory, "postgres")
        for parent in directory.parents[:1]:
            parent.chmod(0o755)
    server = Server(directory)
    server.initialise()
    try:
        yield server
    finally:
        server.stop()
