"""Moving a whole site to another database, with the events that were not counted yet."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from analytics import buffer, drain, spool, windows
from cms.moving import archive


class CannotMove(RuntimeError):
    """The site stays where it is; the message says why."""


def count_what_waits() -> int:
    """Drain streams and spool until nothing waits; return how many events that were."""
    total = 0
    while True:
        now = datetime.now(UTC)
        buffer.feed_spool(now=now)
        count = sum(drain.drain_shard(shard, now=now).entry_count for shard in drain.shards())
        if not count:
            break
        total += count
    if spool.waiting_bytes():
        raise CannotMove("Views still wait on the disk: Redis does not take them.")
    windows.roll_windows(now=datetime.now(UTC))
    return total


def move(database_url: str, *, say: Callable[[str], None]) -> None:
    """Copy everything into the empty database at `database_url`, and check it there."""
    with tempfile.TemporaryDirectory(dir=settings.VAR_DIR) as directory:
        file = Path(directory) / "site.tar"
        archive.write(file, with_media=False, with_outbox=True, say=say)
        for command in (["migrate", "--verbosity", "0"], ["restore", str(file)]):
            _there(database_url, *command)
        _there(database_url, "verify_consent")


def _there(database_url: str, *command: str) -> None:
    result = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DATABASE_URL": database_url},
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        lines = (result.stderr or result.stdout).strip().splitlines()
        raise CannotMove(f"{command[0]} failed in the new database: {lines[-1] if lines else ''}")
