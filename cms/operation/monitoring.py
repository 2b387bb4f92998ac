"""What operation itself looks at: jobs, waiting tasks, the disk."""

import shutil
from collections.abc import Iterable
from datetime import datetime

import redis
from django.conf import settings
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric

from cms.operation import metrics, pulse
from cms.operation.checks import Finding, State, check

# A queue that holds so many tasks is not worked on.
CROWDED = 1_000
LITTLE_DISK_BYTES = 1_000_000_000
LITTLE_DISK_SHARE = 0.05


@check
def beat_jobs(now: datetime) -> Iterable[Finding]:
    """Say whether every job of the beat table runs in time and succeeds."""
    title = _("Recurring jobs")
    try:
        jobs = pulse.jobs(now=now)
    except redis.RedisError:
        yield Finding(
            title,
            State.FAILING,
            _("The broker's Redis does not answer, so no job can run."),
            _("Start Redis again, or correct BROKER_URL. What is due is then done by itself."),
        )
        return
    late = [job.name for job in jobs if job.is_late]
    failing = [job.name for job in jobs if job.pulse.is_failing and not job.is_late]
    if late:
        yield Finding(
            title,
            State.FAILING,
            _("Not run in time: %(names)s") % {"names": ", ".join(late)},
            _(
                "Start beat and the workers again. If only the jobs of one queue are late, its "
                "worker hangs or is missing: the queues below say which."
            ),
        )
    if failing:
        yield Finding(
            title,
            State.ATTENTION,
            _("The last run failed: %(names)s") % {"names": ", ".join(failing)},
            _("The log has the reason under the name of the task; it is tried again by itself."),
        )
    if not late and not failing:
        yield Finding(title, State.GOOD, _("All run in time."))


@check
def queues(now: datetime) -> Iterable[Finding]:
    """Say whether tasks pile up in a queue."""
    title = _("Task queues")
    try:
        counts = pulse.waiting()
    except redis.RedisError:
        return  # the jobs have said it
    crowded = [f"{name} ({count})" for name, count in counts.items() if count > CROWDED]
    if crowded:
        yield Finding(
            title,
            State.ATTENTION,
            _("Many tasks wait: %(names)s") % {"names": ", ".join(crowded)},
            _("The worker of this queue is away or too slow: start it, or start a second one."),
        )
    else:
        yield Finding(title, State.GOOD, _("Nothing piles up."))


@check
def disk(now: datetime) -> Iterable[Finding]:
    """Say whether there is room for pictures and spool."""
    title = _("Disk of this web host")
    usage = shutil.disk_usage(settings.VAR_DIR)
    is_little = usage.free < min(LITTLE_DISK_BYTES, LITTLE_DISK_SHARE * usage.total)
    said = _("%(free)s of %(total)s GB are free.") % {
        "free": number_format(usage.free / 1e9, 1),
        "total": number_format(usage.total / 1e9, 1),
    }
    if is_little:
        yield Finding(
            title,
            State.FAILING,
            said,
            _("Make room on the disk that holds VAR_DIR: pictures and waiting views need it."),
        )
    else:
        yield Finding(title, State.GOOD, said)


@metrics.observer
def tasks(now: datetime) -> Iterable[Metric]:
    """Runs of all tasks on all workers, and what waits for them."""
    try:
        pulses, waiting = pulse.pulses(), pulse.waiting()
        late = sum(job.is_late for job in pulse.jobs(now=now))
    except redis.RedisError:
        return
    runs = CounterMetricFamily(
        "redaktion_tasks", "Tasks that ended, on all workers.", labels=["task", "outcome"]
    )
    seconds = CounterMetricFamily(
        "redaktion_task_seconds", "Time that tasks took, on all workers.", labels=["task"]
    )
    ages = GaugeMetricFamily(
        "redaktion_task_age_seconds", "Time since a task last succeeded.", labels=["task"]
    )
    for task, seen in sorted(pulses.items()):
        runs.add_metric([task, "success"], seen.success_count)
        runs.add_metric([task, "failure"], seen.failure_count)
        seconds.add_metric([task], seen.total_seconds)
        if seen.succeeded_at:
            ages.add_metric([task], (now - seen.succeeded_at).total_seconds())
    yield from (runs, seconds, ages)
    depth = GaugeMetricFamily("redaktion_tasks_waiting", "Tasks that wait.", labels=["queue"])
    for queue, count in waiting.items():
        depth.add_metric([queue], count)
    yield depth
    yield GaugeMetricFamily("redaktion_jobs_late", "Recurring jobs that are late.", value=late)
