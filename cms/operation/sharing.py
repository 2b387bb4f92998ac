"""Where a host's web processes count together: files under VAR_DIR.

Imports nothing that counts: the library decides when it is imported where it will count.
"""

import os
import shutil
import socket
from pathlib import Path

from django.conf import settings

DIRECTORY_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def directory() -> Path:
    """Return where this host's web processes count: containers may share VAR_DIR."""
    return Path(settings.VAR_DIR) / "metrics" / socket.gethostname()


def share_between_processes() -> None:
    """Let this process count in files; call it before anything that counts is imported."""
    directory().mkdir(parents=True, exist_ok=True)
    os.environ[DIRECTORY_VARIABLE] = str(directory())


def is_shared() -> bool:
    return bool(os.environ.get(DIRECTORY_VARIABLE))


def forget() -> None:
    """Delete what processes of the past have counted: before a web server starts."""
    shutil.rmtree(directory(), ignore_errors=True)


_process_id = os.getpid()


def process_id() -> int:
    """Return this process's number without asking the kernel at each count."""
    return _process_id


def _note_process() -> None:
    global _process_id
    _process_id = os.getpid()


os.register_at_fork(after_in_child=_note_process)
