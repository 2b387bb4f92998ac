"""A thread that feeds the spool back where no worker runs beside the web process."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable

logger = logging.getLogger(__name__)

PAUSE_SECONDS = 2.0


class Feeder:
    """Runs `feed` every two seconds from the first spooled event until nothing waits.

    `feed` returns whether something still waits.
    """

    def __init__(self, feed: Callable[[], bool], *, pause_seconds: float = PAUSE_SECONDS) -> None:
        self._feed = feed
        self._pause = pause_seconds
        self._lock = threading.Lock()
        self._process = 0
        self._is_wanted = False

    def wake(self) -> None:
        """Make sure that the thread runs; it does not survive a fork, so the process counts."""
        with self._lock:
            self._is_wanted = True
            if self._process == os.getpid():
                return
            self._process = os.getpid()
            threading.Thread(target=self._run, name="spool-feeder", daemon=True).start()

    def _run(self) -> None:
        pause = threading.Event()
        while True:
            pause.wait(self._pause)
            with self._lock:
                self._is_wanted = False
            try:
                has_rest = self._feed()
            except Exception:  # the thread must outlive anything
                logger.exception("Feeding the spool failed.", extra={"event": "feeding_failed"})
                has_rest = True
            with self._lock:
                if not has_rest and not self._is_wanted:
                    self._process = 0
                    return
