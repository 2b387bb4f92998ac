from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cms.outbox import queue, tasks
from cms.outbox.delivery import CLAIM, MAX_ATTEMPTS, deliver_due, purge
from cms.outbox.models import EntryState, Mail, MailState, OutboxEntry

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def done() -> Iterator[list[Any]]:
    """What the handler of `test.work` got; a payload with `fail` fails."""
    got: list[Any] = []
    parked: list[Any] = []

    def work(payload: dict[str, Any]) -> None:
        got.append(payload)
        if payload.get("fail"):
            raise RuntimeError("secret@example.org")

    queue.handler("test.work", on_parked=parked.append)(work)
    yield got
    assert parked == [] or parked == [{"fail": True}]
    del queue.handlers["test.work"]


def make_entry(**fields: Any) -> OutboxEntry:
    return OutboxEntry.objects.create(
        **{"kind": "test.work", "payload": {"n": 1}, "due_at": NOW} | fields
    )


def state(entry: OutboxEntry) -> tuple[str, int, str]:
    entry.refresh_from_db()
    return entry.state, entry.attempts, entry.last_error


def test_due_work_is_done_once(done: list[Any]) -> None:
    entry = make_entry()

    assert deliver_due(NOW) == 1
    assert deliver_due(NOW) == 0
    assert done == [{"n": 1}]
    assert state(entry) == (EntryState.DONE, 1, "")


def test_work_of_the_future_waits(done: list[Any]) -> None:
    make_entry(due_at=NOW + timedelta(seconds=1))

    assert deliver_due(NOW) == 0
    assert done == []


def test_failed_work_comes_back_later_each_time_and_is_given_up(done: list[Any]) -> None:
    entry = make_entry(payload={"fail": True})
    now, pauses = NOW, []

    for _ in range(MAX_ATTEMPTS):
        assert deliver_due(now) == 1
        entry.refresh_from_db()
        pauses.append(round((entry.due_at - now).total_seconds()))
        now = entry.due_at

    assert pauses[:3] == [30, 60, 120]
    assert state(entry) == (EntryState.PARKED, MAX_ATTEMPTS, "RuntimeError")
    assert deliver_due(now + timedelta(days=1)) == 0


def test_unknown_kind_is_tried_again(done: list[Any]) -> None:
    entry = make_entry(kind="test.nobody")

    deliver_due(NOW)

    assert state(entry) == (EntryState.WAITING, 1, "LookupError")


def test_one_failure_does_not_hold_up_the_next(done: list[Any]) -> None:
    make_entry(payload={"fail": True})
    make_entry(payload={"n": 2})

    deliver_due(NOW)

    assert done == [{"fail": True}, {"n": 2}]


def test_work_of_a_crashed_worker_comes_back_after_its_claim(done: list[Any]) -> None:
    def crash(payload: dict[str, Any]) -> None:
        raise SystemExit

    entry = make_entry(kind="test.crash", key="k")
    queue.handler("test.crash")(crash)
    with pytest.raises(SystemExit):
        deliver_due(NOW)
    del queue.handlers["test.crash"]
    entry.refresh_from_db()

    assert deliver_due(NOW + CLAIM - timedelta(seconds=1)) == 0
    assert deliver_due(NOW + CLAIM + timedelta(seconds=1)) == 1
    assert entry.key == ""


def test_task_can_run_twice(done: list[Any]) -> None:
    make_entry()

    tasks.deliver()
    tasks.deliver()

    assert done == [{"n": 1}]


def test_purge_deletes_only_what_is_done_and_old() -> None:
    make_entry(state=EntryState.DONE, done_at=NOW - timedelta(days=8))
    recent = make_entry(state=EntryState.DONE, done_at=NOW - timedelta(days=6))
    parked = make_entry(state=EntryState.PARKED)
    old = NOW - timedelta(days=31)
    Mail.objects.create(to="a@example.org", state=MailState.SENT, created_at=old)
    waiting = Mail.objects.create(to="a@example.org", created_at=old)

    assert purge(NOW) == 2
    assert purge(NOW) == 0
    assert list(OutboxEntry.objects.order_by("pk")) == [recent, parked]
    assert list(Mail.objects.all()) == [waiting]
