"""Whose turn it is to render: of many who miss one page at once, one thread of a process does."""

import threading
from collections import OrderedDict

# So long the others wait for what one renders, before they render it themselves.
WAIT_SECONDS = 1.0
MOST_HOPELESS = 2000


class Turns:
    """The renderings that are under way in this process, by key."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[str, threading.Event] = {}
        # What cannot be kept is not worth waiting for; the oldest is forgotten.
        self._hopeless: OrderedDict[str, None] = OrderedDict()

    def take(self, key: str) -> threading.Event | None:
        """Take the turn, to be given back with `end`; else return what ends with the other's."""
        with self._lock:
            running = self._running.get(key)
            if running is None:
                self._running[key] = threading.Event()
            return running

    def end(self, key: str) -> None:
        with self._lock:
            running = self._running.pop(key, None)
        if running is not None:
            running.set()

    def is_hopeless(self, key: str) -> bool:
        """Tell whether the last rendering could not be kept: then nobody waits for another."""
        return key in self._hopeless

    def note(self, key: str, *, is_kept: bool) -> None:
        """Remember whether waiting for this page is of any use."""
        if is_kept and key not in self._hopeless:
            return
        with self._lock:
            self._hopeless.pop(key, None)
            if not is_kept:
                self._hopeless[key] = None
                while len(self._hopeless) > MOST_HOPELESS:
                    self._hopeless.popitem(last=False)
