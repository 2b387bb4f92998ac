from datetime import UTC, datetime, timedelta

import pytest
from celery.schedules import crontab

from cms.celery import BEAT, QUEUES, app
from cms.operation import pulse
from cms.operation.pulse import Pulse, interval_of

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _empty(clean_redis):
    return clean_redis


def job(name: str, now: datetime) -> pulse.Job:
    return next(job for job in pulse.jobs(now=now) if job.name == name)


def test_a_task_leaves_its_last_run_and_its_sums():
    pulse.note("outbox.deliver", ok=False, seconds=2, error="OSError", now=NOW)
    pulse.note("outbox.deliver", ok=True, seconds=0.5, now=NOW + timedelta(seconds=10))

    assert pulse.pulses() == {
        "outbox.deliver": Pulse(
            "outbox.deliver",
            succeeded_at=NOW + timedelta(seconds=10),
            failed_at=NOW,
            error="OSError",
            last_seconds=0.5,
            total_seconds=2.5,
            success_count=1,
            failure_count=1,
        )
    }
    assert not pulse.pulses()["outbox.deliver"].is_failing


def test_a_job_is_failing_as_long_as_its_last_run_failed():
    pulse.note("consent.seal", ok=True, seconds=1, now=NOW)
    pulse.note("consent.seal", ok=False, seconds=1, error="ValueError", now=NOW)
    assert not pulse.pulses()["consent.seal"].is_failing

    pulse.note("consent.seal", ok=False, seconds=1, now=NOW + timedelta(seconds=1))

    assert pulse.pulses()["consent.seal"].is_failing


@pytest.mark.parametrize(
    ("name", "task", "good", "late"),
    [
        ("outbox-deliver", "outbox.deliver", timedelta(seconds=90), timedelta(seconds=91)),
        ("analytics-audit", "analytics.audit_windows", timedelta(hours=26), timedelta(hours=27)),
    ],
)
def test_a_job_is_late_after_some_turns(name, task, good, late):
    pulse.note(task, ok=True, seconds=1, now=NOW)

    assert not job(name, NOW + good).is_late
    assert job(name, NOW + late).is_late


def test_what_never_ran_is_late_unless_beat_has_just_begun(clean_redis):
    assert job("outbox-deliver", NOW).is_late

    clean_redis.hset(pulse._key(), "beat_since", str(NOW.timestamp()))

    assert not job("outbox-deliver", NOW + timedelta(seconds=30)).is_late
    assert not job("analytics-audit", NOW + timedelta(hours=20)).is_late
    assert job("outbox-deliver", NOW + timedelta(hours=1)).is_late


def test_a_task_notes_itself_by_the_signals_of_its_worker():
    class Task:
        name = "news.publish_scheduled"

    pulse._on_start(task_id="1")
    pulse._on_end(task_id="1", task=Task, state="FAILURE", retval=KeyError("x"))
    pulse._on_end(task_id="unknown", task=Task, state="SUCCESS")

    found = pulse.pulses()["news.publish_scheduled"]
    assert (found.failure_count, found.success_count, found.error) == (1, 0, "KeyError")


def test_tasks_that_wait_are_counted_by_queue(clean_redis, settings):
    prefix = settings.CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"]
    clean_redis.rpush(f"{prefix}mail", "a", "b")

    assert pulse.waiting() == {"counting": 0, "mail": 2, "media": 0, "upkeep": 0}


def test_intervals_are_those_of_the_table():
    assert interval_of(5.0) == timedelta(seconds=5)
    assert interval_of(crontab(minute=5)) == timedelta(hours=1)
    assert interval_of(crontab(hour=3, minute=30)) == timedelta(days=1)


def test_no_work_of_the_night_stands_before_the_drains():
    app.loader.import_default_modules()

    def queue_of(task: str) -> str:
        return app.amqp.router.route({}, task)["queue"].name

    nightly = {task for task, schedule in BEAT.values() if isinstance(schedule, crontab)}
    assert "counting" not in {queue_of(task) for task in nightly}
    assert queue_of("analytics.drain_all") == queue_of("analytics.roll_windows") == "counting"
    assert {queue_of(task) for task, _ in BEAT.values()} <= set(QUEUES)
