from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from cms.outbox import tasks
from cms.outbox.models import EntryState, OutboxEntry
from cms.outbox.queue import poke, put


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

    poke()
