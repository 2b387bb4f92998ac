"""What a crowd saw second by second, and how long after a fault all was well again."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

GOOD = {"page": 200, "untouched page": 200, "view": 204, "search": 200, "most read": 200}
SLOW_MS = 1000.0


@dataclass(frozen=True, slots=True)
class Fault:
    """Something was broken on purpose; moments are seconds of the clock."""

    name: str
    began_at: float
    ended_at: float


@dataclass(slots=True)
class Span:
    """The answers of some seconds together, by kind and status; 0 is no answer."""

    answers: dict[str, Counter[int]] = field(default_factory=dict)
    slowest_ms: float = 0.0

    def bad(self, kind: str) -> dict[int, int]:
        counted = self.answers.get(kind, Counter())
        return {status: n for status, n in sorted(counted.items()) if status != GOOD[kind]}

    @property
    def total(self) -> int:
        return sum(sum(counted.values()) for counted in self.answers.values())


class Timeline:
    """Made of the lines of one crowd or of several, which asked at the same time."""

    def __init__(self, lines: Iterable[dict[str, Any]]) -> None:
        self.seconds: dict[int, Span] = {}
        for line in lines:
            if "at" not in line:
                continue
            second = self.seconds.setdefault(line["at"], Span())
            for kind, counted in line["answers"].items():
                into = second.answers.setdefault(kind, Counter())
                into.update({int(status): n for status, n in counted.items()})
            for kind in ("page", "untouched page"):
                slowest = line["slowest_ms"].get(kind, 0.0)
                second.slowest_ms = max(second.slowest_ms, slowest)

    def between(self, began_at: float, ended_at: float) -> Span:
        whole = Span()
        for moment, second in self.seconds.items():
            if int(began_at) <= moment <= ended_at:
                for kind, counted in second.answers.items():
                    whole.answers.setdefault(kind, Counter()).update(counted)
                whole.slowest_ms = max(whole.slowest_ms, second.slowest_ms)
        return whole

    def is_good(self, moment: int) -> bool:
        """Whether every page, view and search of that second was answered well and soon."""
        second = self.seconds.get(moment)
        if second is None or not second.answers.get("page"):
            return False
        return second.slowest_ms < SLOW_MS and not any(second.bad(kind) for kind in GOOD)

    def recovery_seconds(self, fault: Fault) -> float | None:
        """Return how long after its end a wholly good second began; None if none came."""
        for moment in sorted(self.seconds):
            if moment + 1 > fault.ended_at and self.is_good(moment):
                return max(0.0, moment - fault.ended_at)
        return None
