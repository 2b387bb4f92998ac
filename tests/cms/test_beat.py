"""The clock is put back: work is asked for again after its usual interval."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cms.beat import SteadyScheduler
from cms.celery import BEAT, app

STEP = timedelta(hours=1)


class Recorder(SteadyScheduler):
    """Notes what it would ask for; there is no broker."""

    asked: list[str]

    def apply_entry(self, entry: Any, producer: Any = None) -> None:
        self.asked.append(entry.name)


@pytest.fixture
def beat(tmp_path: Path) -> Any:
    scheduler = Recorder(app=app, schedule_filename=str(tmp_path / "schedule"))
    scheduler.asked = []
    yield scheduler
    scheduler.close()


def shift(beat: Recorder, step: timedelta) -> None:
    """Have every task asked for last when the clock stood elsewhere."""
    for entry in beat.schedule.values():
        entry.last_run_at = entry.default_now() + step
    beat._heap = None


def test_beat_waits_for_the_usual_interval_after_the_clock_was_put_back(beat: Recorder) -> None:
    shift(beat, STEP)

    seconds = beat.tick()

    assert 0 < seconds <= 5
    assert beat.asked == []
    assert all(entry.last_run_at <= entry.default_now() for entry in beat.schedule.values())


def test_every_task_gets_its_turn_then(beat: Recorder) -> None:
    shift(beat, STEP)
    beat.tick()
    shift(beat, -timedelta(hours=25))

    for _ in BEAT:
        beat.tick()

    assert set(beat.asked) == set(BEAT)


def test_the_program_beats_with_it() -> None:
    assert app.conf.beat_scheduler == "cms.beat:SteadyScheduler"
