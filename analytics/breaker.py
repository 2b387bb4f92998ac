"""A circuit breaker: after a few failures in a row, ask only once a second."""

from __future__ import annotations

import threading
from collections.abc import Callable


class CircuitBreaker:
    """Says whether it is worth asking; one caller at a time probes a broken line."""

    def __init__(
        self, clock: Callable[[], float], *, failures: int = 3, pause_seconds: float = 1.0
    ) -> None:
        self._clock = clock
        self._limit = failures
        self._pause = pause_seconds
        self._lock = threading.Lock()
        self._failures = 0
        self._next_probe = 0.0

    @property
    def is_open(self) -> bool:
        return self._failures >= self._limit

    def allows(self) -> bool:
        """Return whether to ask now; while open, True once per pause."""
        if self._failures < self._limit:
            return True
        with self._lock:
            now = self._clock()
            if now < self._next_probe:
                return False
            self._next_probe = now + self._pause
            return True

    def succeed(self) -> None:
        if self._failures:
            with self._lock:
                self._failures = 0

    def fail(self) -> None:
        with self._lock:
            self._failures += 1
            self._next_probe = self._clock() + self._pause
