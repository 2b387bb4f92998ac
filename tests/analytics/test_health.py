import io
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection

from analytics import buffer, health, spool
from analytics.health import Freshness, Health
from analytics.models import ShardCheckpoint, WindowTotal
from analytics.windows import roll_windows
from tests.analytics.streams import NOON, NOON_MS, SHARD, begin_epochs, drain_all, rows, view

pytestmark = pytest.mark.django_db


def broken_database(execute, sql, params, many, context):
    raise DatabaseError("disk I/O error")


@pytest.fixture
def alive(counting, spool_dir):
    drain_all(NOON)
    roll_windows(now=NOON)
    return counting


def test_everything_works(alive):
    assert health.check(now=NOON + timedelta(seconds=4)) == Health(
        database=True,
        redis=True,
        drained_seconds_ago=4,
        rolled_seconds_ago=4,
        backlog_count=0,
        spool_bytes=0,
    )


def test_backlog_and_spool_are_counted(alive):
    buffer.accept(view(), now=NOON)
    buffer.accept(view(6), now=NOON)
    spool.writer.append(spool.SpoolEntry(view(), False, NOON_MS))

    found = health.check(now=NOON)

    assert found.backlog_count == 2
    assert found.spool_bytes == spool.waiting_bytes() > 0


def test_before_the_first_drain_nothing_is_known(clean_redis, spool_dir):
    buffer.reset()

    found = health.check(now=NOON)

    assert (found.drained_seconds_ago, found.freshness) == (None, Freshness.STALLED)


def test_shard_that_is_behind_decides(alive):
    ShardCheckpoint.objects.filter(shard=SHARD).update(drained_at=NOON - timedelta(hours=1))

    assert health.check(now=NOON).drained_seconds_ago == 3600


def test_database_that_fails_is_a_fact(alive):
    with connection.execute_wrapper(broken_database):
        found = health.check(now=NOON)

    assert (found.database, found.redis, found.is_good) == (False, True, False)


def test_redis_that_is_away_is_a_fact(alive, settings):
    settings.REDIS_URL = "unix:///nowhere/redis.sock"
    buffer.reset()

    found = health.check(now=NOON)

    assert (found.database, found.redis, found.backlog_count) == (True, False, None)
    assert not found.is_good


@pytest.mark.parametrize(
    ("age", "freshness"),
    [
        (0, Freshness.OK),
        (29, Freshness.OK),
        (30, Freshness.LATE),
        (299, Freshness.LATE),
        (300, Freshness.STALLED),
    ],
)
def test_freshness_follows_the_slowest_step(age, freshness):
    assert Health(True, True, age, 0, 0, 0).freshness is freshness
    assert Health(True, True, 0, age, 0, 0).freshness is freshness


def test_spool_near_its_limit_is_not_good(settings):
    settings.ANALYTICS_SPOOL_LIMIT_MB = 1

    assert Health(True, True, 0, 0, 0, 799_999).is_good
    assert not Health(True, True, 0, 0, 0, 800_000).is_good


def test_address_answers_200_while_counting_works(alive, client):
    now = datetime.now(UTC)
    drain_all(now)
    roll_windows(now=now)

    answer = client.get("/health/")

    body = answer.json()
    assert answer.status_code == 200
    assert body.pop("worker") <= 5
    assert body.pop("ranking") <= 5
    assert body == {"status": "ok", "database": True, "redis": True, "backlog": 0, "spool": 0}
    assert "no-store" in answer["Cache-Control"]


def test_address_answers_503_when_the_worker_stands_still(alive, client):
    answer = client.get("/health/")

    assert answer.status_code == 503
    assert answer.json()["status"] == "failing"


def test_process_that_can_serve_is_alive_whatever_else_is_not(client):
    with connection.execute_wrapper(broken_database):
        answer = client.get("/health/live")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_command_says_freshness_by_exit_status(alive):
    with pytest.raises(SystemExit) as stalled:
        call_command("check_analytics", stdout=io.StringIO())
    now = datetime.now(UTC)
    drain_all(now)
    roll_windows(now=now)
    out = io.StringIO()
    call_command("check_analytics", stdout=out)

    assert stalled.value.code == 2
    assert out.getvalue().splitlines()[0] == "OK"


def test_rebuild_command_prints_the_drift_and_puts_it_right(counting):
    now = datetime.now(UTC)
    buffer.accept(view(at_ms=int(now.timestamp() * 1000)), now=now)
    drain_all(now)
    roll_windows(now=now)
    WindowTotal.objects.filter(window="24h").update(visits=7)
    first, second = io.StringIO(), io.StringIO()

    call_command("rebuild_rankings", stdout=first)
    call_command("rebuild_rankings", stdout=second)

    assert first.getvalue() == (
        "24h page 5: visits 7 -> 1\n1 totals differed from their buckets.\n"
    )
    assert second.getvalue() == "0 totals differed from their buckets.\n"
    assert {visits for (visits,) in rows(WindowTotal, "visits")} == {1}


def test_epochs_can_be_begun_twice(counting):
    begin_epochs()
    begin_epochs()
    buffer.accept(view(), now=NOON)

    assert drain_all() == 1
