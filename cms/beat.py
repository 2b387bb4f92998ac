"""Celery's beat on a clock that may be put back."""

from datetime import timedelta
from typing import Any

from celery.beat import PersistentScheduler

# The clocks of two looks at one moment may differ by so much.
TOLERANCE = timedelta(seconds=1)


class SteadyScheduler(PersistentScheduler):
    """Asks for work again at once when the clock was put back.

    Celery remembers when each task was last asked for, and waits until the clock is there again:
    after a step of an hour nothing would be counted and no mail sent for an hour.
    """

    def tick(self, *args: Any, **options: Any) -> float:
        ahead = [
            entry
            for entry in self.schedule.values()
            if entry.last_run_at > entry.default_now() + TOLERANCE
        ]
        for entry in ahead:
            entry.last_run_at = entry.default_now()
        if ahead:
            self._heap = None  # sorted by times that will not come for a while
        return float(super().tick(*args, **options))
