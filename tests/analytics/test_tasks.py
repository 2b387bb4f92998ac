from datetime import UTC, datetime

import pytest

from analytics import buffer, spool, tasks
from analytics.models import AuditRun, PageBucket, ShardCheckpoint, WindowTotal
from cms.celery import BEAT, app
from tests.analytics.streams import rows, view

pytestmark = pytest.mark.django_db


def view_now(page: int = 5, **fields):
    return view(page, at_ms=int(datetime.now(UTC).timestamp() * 1000), **fields)


def test_view_is_counted_and_ranked_after_one_round_of_pokes_run_twice(counting):
    buffer.accept(view_now(), now=datetime.now(UTC))

    for task in (tasks.drain_shard, tasks.drain_shard):
        for shard in buffer.shards():
            task(shard)
    for task in (tasks.roll_windows, tasks.enforce_retention, tasks.audit_windows):
        task()
        task()

    assert rows(PageBucket, "page_id", "views") == [(5, 1)]
    assert rows(WindowTotal, "window", "visits") == [("24h", 1), ("30d", 1), ("7d", 1)]
    assert rows(AuditRun, "drifted_row_count") == [(0,), (0,)]


def test_spool_is_fed_by_the_worker_of_its_host(counting, spool_dir):
    now = datetime.now(UTC)
    spool.writer.append(spool.SpoolEntry(view_now(), False, int(now.timestamp() * 1000)))

    tasks.feed_spool()
    tasks.feed_spool()
    for shard in buffer.shards():
        tasks.drain_shard(shard)

    assert rows(PageBucket, "page_id", "views") == [(5, 1)]


def test_poke_goes_to_every_shard_and_expires(counting, settings, monkeypatch):
    settings.ANALYTICS_SHARDS = 3
    ShardCheckpoint.objects.create(shard=7)
    pokes = []
    # The broker's edge: what would be sent, and until when it holds.
    monkeypatch.setattr(
        tasks.drain_shard,
        "apply_async",
        lambda args, expires: pokes.append((args[0], expires)),
    )

    tasks.drain_all()

    assert pokes == [(7, 5), (100, 5), (101, 5), (102, 5)]


def test_beat_pokes_often_enough_for_fifteen_seconds_and_every_task_exists():
    app.loader.import_default_modules()
    ours = {name: entry for name, entry in BEAT.items() if name.startswith("analytics-")}

    assert {task for task, _ in ours.values()} <= set(app.tasks)
    assert BEAT["analytics-drain"][1] + BEAT["analytics-roll-windows"][1] <= 10
