from datetime import datetime, timedelta

import pytest
import redis
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from cms.outbox import delivery, queue, tasks
from cms.outbox.models import EntryState, OutboxEntry
from cms.outbox.queue import POKED, poke, poke_followed, put


def rows() -> list[tuple[str, dict, str]]:
    return list(OutboxEntry.objects.order_by("pk").values_list("kind", "payload", "key"))


@pytest.mark.django_db
def test_put_writes_one_row_per_call() -> None:
    put("test.a", {"n": 1})
    put("test.a", {"n": 1})

    assert rows() == [("test.a", {"n": 1}, ""), ("test.a", {"n": 1}, "")]


@pytest.mark.django_db
def test_same_key_waits_once_and_keeps_the_earlier_time() -> None:
    early = timezone.now()
    put("test.a", {"n": 1}, key="k", due_at=early + timedelta(hours=1))
    put("test.a", {"n": 2}, key="k", due_at=early)
    put("test.b", {"n": 3}, key="k")

    assert rows() == [("test.a", {"n": 1}, "k"), ("test.b", {"n": 3}, "k")]
    assert OutboxEntry.objects.get(kind="test.a").due_at == early


@pytest.mark.django_db
def test_same_key_is_written_again_once_the_first_is_done() -> None:
    put("test.a", {"n": 1}, key="k")
    OutboxEntry.objects.update(state=EntryState.DONE)
    put("test.a", {"n": 2}, key="k")

    assert rows() == [("test.a", {"n": 1}, "k"), ("test.a", {"n": 2}, "k")]


@pytest.mark.django_db
def test_row_disappears_with_its_transaction() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        put("test.a", {})
        raise RuntimeError

    assert rows() == []


@pytest.mark.django_db
def test_broken_broker_never_reaches_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise OperationalError("away")

    monkeypatch.setattr(tasks.deliver, "apply_async", refuse)
    monkeypatch.setattr(queue, "_quiet_until", 0.0)
    poke_followed()

    poke()


@pytest.fixture
def pokes(monkeypatch: pytest.MonkeyPatch) -> list[dict]:
    """What the broker got."""
    sent: list[dict] = []
    monkeypatch.setattr(queue, "_quiet_until", 0.0)
    monkeypatch.setattr(tasks.deliver, "apply_async", lambda **options: sent.append(options))
    poke_followed()
    return sent


def test_while_a_poke_waits_no_second_one_is_sent(pokes: list[dict]) -> None:
    poke(), poke()
    assert len(pokes) == 1
    poke_followed()
    poke(), poke()

    assert pokes == [{"retry": False, "expires": 10, "countdown": 0.25}] * 2


def test_a_poke_is_sent_where_nobody_can_tell_whether_one_waits(
    pokes: list[dict], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object) -> bool:
        raise redis.ConnectionError

    monkeypatch.setattr(cache, "add", refuse)
    poke(), poke()

    assert len(pokes) == 2


@pytest.mark.django_db(transaction=True)
def test_work_of_one_transaction_pokes_once_and_only_when_it_is_committed(
    pokes: list[dict], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "add", lambda *args: True)
    with transaction.atomic():
        with pytest.raises(RuntimeError), transaction.atomic():
            put("test.a", {})
            raise RuntimeError
        put("test.a", {})
        put("test.b", {})
        assert pokes == []
    assert len(pokes) == 1


@pytest.mark.django_db
def test_worker_looks_for_work_after_it_took_the_note_away(
    pokes: list[dict], monkeypatch: pytest.MonkeyPatch
) -> None:
    poke()
    seen = []

    def look(now: datetime) -> int:
        seen.append(cache.get(POKED))
        return 0

    monkeypatch.setattr(delivery, "deliver_due", look)
    tasks.deliver()

    assert seen == [None]
