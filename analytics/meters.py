"""What a process counts by itself and tells Redis in steps: to ask at each view would cost more.

Nothing exact hangs on it. A crash loses what was not told yet.
"""

from __future__ import annotations

from array import array

STEPS_PER_LIMIT = 100
SLOTS = 65_536
UNTOLD_SHARE = 32
UNTOLD_LIMIT = 500


def _is_another(minute: int, counted: int) -> bool:
    """Say whether to count anew: not for one that comes late, but for a clock that was set."""
    return minute > counted or minute < counted - 1


class NetworkMeter:
    """How many views each network sends in a minute.

    The limit is generous, and nearly every network is far below it. So each is told in steps of
    a hundredth of the limit, and a process lets through about one step too many. Once Redis calls
    a network crowded, every view is told for the rest of the minute.

    The table has a fixed size and holds no network: those in the same place count together.
    """

    def __init__(self) -> None:
        self.begin(-1)

    def begin(self, minute: int) -> None:
        """Forget all before this minute."""
        self._minute = minute
        self._untold = array("L", bytes(SLOTS * array("L").itemsize))
        self._is_crowded = False

    def count(self, network: str, minute: int, *, limit: int) -> int:
        """Count a view; return how many views of its network Redis is to be told of with it."""
        if _is_another(minute, self._minute):
            self.begin(minute)
        slot = hash(network) % SLOTS
        untold = self._untold[slot] + 1
        is_step = untold >= limit // STEPS_PER_LIMIT or self._is_crowded
        self._untold[slot] = 0 if is_step else untold
        return untold if is_step else 0

    def note_crowded(self, minute: int) -> None:
        """Note that Redis lets no more views of some network through in this minute."""
        if minute == self._minute:
            self._is_crowded = True


class ReaderMeter:
    """Which readers view something in a minute; a small share of the views is kept back."""

    def __init__(self) -> None:
        self.begin(-1)

    def begin(self, minute: int) -> None:
        """Forget all before this minute."""
        self._minute, self._view_count = minute, 0
        self._untold: list[bytes] = []

    def note(self, reader: bytes, minute: int) -> list[bytes]:
        """Note a view's reader; return the readers that Redis is to be told of now."""
        if _is_another(minute, self._minute):
            self.begin(minute)
        self._view_count += 1
        self._untold.append(reader)
        count = len(self._untold)
        if count * UNTOLD_SHARE < self._view_count and count < UNTOLD_LIMIT:
            return []
        told, self._untold = self._untold, []
        return told


networks, readers = NetworkMeter(), ReaderMeter()
