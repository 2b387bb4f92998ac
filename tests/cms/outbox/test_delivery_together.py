"""What is done in one go: claimed at once, each with its own outcome, never twice."""

import smtplib
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cms.outbox import delivery, mail, queue
from cms.outbox.delivery import CLAIM, deliver_due
from cms.outbox.mail import put_mail
from cms.outbox.models import EntryState, Mail, OutboxEntry
from cms.outbox.queue import CannotSucceed
from tests.proof.mail_sink import make_sink

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def groups() -> Iterator[list[list[Any]]]:
    """What the handler of `test.many` got each time; a payload may name its outcome."""
    got: list[list[Any]] = []

    def work(payloads: Sequence[dict[str, Any]]) -> Generator[Exception | None]:
        got.append([])
        for payload in payloads:
            got[-1].append(payload.get("n"))
            match payload.get("ends"):
                case "fails":
                    yield RuntimeError("secret@example.org")
                case "is refused":
                    yield CannotSucceed()
                case "crashes":
                    raise SystemExit
                case _:
                    yield None

    queue.handler_of_many("test.many")(work)
    yield got
    del queue.handlers["test.many"]


def make(n: int, ends: str = "") -> OutboxEntry:
    return OutboxEntry.objects.create(
        kind="test.many", payload={"n": n, "ends": ends}, due_at=NOW, key=str(n)
    )


def rows() -> list[tuple[str, int, str, int]]:
    """State, attempts, error and seconds until due of every entry, in the order they came."""
    return [
        (
            entry.state,
            entry.attempts,
            entry.last_error,
            round((entry.due_at - NOW).total_seconds()),
        )
        for entry in OutboxEntry.objects.order_by("pk")
    ]


def test_each_has_its_own_outcome(groups: list[list[Any]]) -> None:
    for n, ends in enumerate(["", "fails", "is refused", ""]):
        make(n, ends)

    assert deliver_due(NOW) == 4
    assert deliver_due(NOW) == 0

    claim = CLAIM.total_seconds()
    assert groups == [[0, 1, 2, 3]]
    assert rows() == [
        (EntryState.DONE, 1, "", claim),
        (EntryState.WAITING, 1, "RuntimeError", 30),
        (EntryState.PARKED, 1, "CannotSucceed", claim),
        (EntryState.DONE, 1, "", claim),
    ]


def test_a_crash_leaves_all_of_them_to_the_next_after_the_claim(groups: list[list[Any]]) -> None:
    make(0), make(1, "crashes")
    with pytest.raises(SystemExit):
        deliver_due(NOW)
    OutboxEntry.objects.filter(payload__n=1).update(payload={"n": 1})

    assert deliver_due(NOW + CLAIM - SECOND) == 0
    assert deliver_due(NOW + CLAIM + SECOND) == 2
    assert groups == [[0, 1], [0, 1]]


def test_what_would_outlast_the_claim_is_given_back(
    groups: list[list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    make(0), make(1)
    monkeypatch.setattr(delivery, "TOGETHER_SECONDS", 0.0)

    assert [deliver_due(NOW), deliver_due(NOW), deliver_due(NOW)] == [2, 1, 0]
    assert groups == [[0], [1]]
    assert [row[:2] for row in rows()] == [(EntryState.DONE, 1)] * 2


def test_as_many_statements_for_thirty_as_for_three(groups: list[list[Any]]) -> None:
    counts = []
    for number in (3, 30):
        for n in range(number):
            make(n)
        with CaptureQueriesContext(connection) as queries:
            assert deliver_due(NOW) == number
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_other_work_goes_before_it(groups: list[list[Any]]) -> None:
    order: list[str] = []
    queue.handler("test.one")(lambda payload: order.append(f"one, {len(groups)} before"))
    make(0)
    OutboxEntry.objects.create(kind="test.one", due_at=NOW + timedelta(seconds=1))

    deliver_due(NOW + timedelta(seconds=2))
    del queue.handlers["test.one"]

    assert (order, groups) == (["one, 0 before"], [[0]])


@pytest.mark.django_db(transaction=True)
def test_several_workers_share_and_none_does_it_twice(groups: list[list[Any]]) -> None:
    for n in range(60):
        make(n)
    start = threading.Barrier(4)

    def work() -> None:
        start.wait(10)
        while deliver_due(NOW, limit=7):
            pass
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert sorted(n for group in groups for n in group) == list(range(60))
    assert {row[:2] for row in rows()} == {(EntryState.DONE, 1)}


class Server(BaseEmailBackend):
    """Notes what is done with it; fails with the next of `errors` for each mail."""

    log: list[str]
    errors: dict[str, Exception]
    is_open = False

    def open(self) -> bool:
        if not self.is_open:
            self.log.append("open")
            if "open" in self.errors:
                raise self.errors["open"]
        self.is_open = True
        return True

    def close(self) -> None:
        if self.is_open:
            self.log.append("close")
        self.is_open = False

    def send_messages(self, messages: Any) -> int:
        assert self.is_open
        [to] = messages[0].to
        self.log.append(to[0])
        if to[0] in self.errors:
            raise self.errors[to[0]]
        return 1


@pytest.fixture
def server(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Server:
    settings.MAIL_URL = "smtp://mail.example.org"
    made = Server()
    made.log, made.errors = [], {}
    monkeypatch.setattr(mail, "get_connection", lambda transport: made)
    for name in "abc":
        put_mail(to=f"{name}@example.org", subject="x", text="x")
    return made


def states() -> str:
    return " ".join(Mail.objects.order_by("pk").values_list("state", flat=True))


def test_mails_go_over_one_connection(server: Server) -> None:
    deliver_due(timezone.now())

    assert server.log == ["open", "a", "b", "c", "close"]
    assert states() == "sent sent sent"


def test_a_refused_address_holds_up_nobody(server: Server) -> None:
    server.errors["a"] = smtplib.SMTPRecipientsRefused({"a@example.org": (550, b"no")})

    deliver_due(timezone.now())

    assert server.log == ["open", "a", "b", "c", "close"]
    assert states() == "parked sent sent"


def test_after_a_broken_connection_the_next_mail_gets_a_new_one(server: Server) -> None:
    server.errors["b"] = smtplib.SMTPServerDisconnected("gone")

    deliver_due(timezone.now())

    assert server.log == ["open", "a", "b", "close", "open", "c", "close"]
    assert states() == "sent waiting sent"


def test_a_server_that_is_away_is_asked_once(server: Server) -> None:
    server.errors["open"] = ConnectionRefusedError()

    deliver_due(timezone.now())

    assert server.log == ["open"]
    assert states() == "waiting waiting waiting"
    errors = set(OutboxEntry.objects.values_list("attempts", "last_error"))
    assert errors == {(1, "ConnectionRefusedError")}


def test_what_was_sent_before_a_crash_is_not_sent_again(server: Server) -> None:
    server.errors["b"] = SystemExit()  # type: ignore[assignment]
    with pytest.raises(SystemExit):
        deliver_due(timezone.now())
    del server.errors["b"]

    deliver_due(timezone.now() + CLAIM + SECOND)

    assert server.log == ["open", "a", "b", "close", "open", "b", "c", "close"]
    assert states() == "sent sent sent"


@pytest.mark.django_db(transaction=True)
def test_a_slow_mail_server_gets_every_mail_once(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two workers; what goes before the mails takes longer than a claim, and so do the mails."""
    monkeypatch.setattr(delivery, "CLAIM", timedelta(seconds=1.5))
    monkeypatch.setattr(delivery, "TOGETHER_SECONDS", 0.5)
    queue.handler("test.slow")(lambda payload: time.sleep(0.9))
    with make_sink(pause_seconds=0.15) as sink:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
        settings.MAIL_URL = f"smtp://127.0.0.1:{sink.port}"
        settings.MAIL_TRANSPORT = "django.core.mail.backends.smtp.EmailBackend"
        for number in range(12):
            put_mail(to=f"reader{number}@example.org", subject="x", text="x")
        for _ in range(2):
            OutboxEntry.objects.create(kind="test.slow", due_at=timezone.now())

        def work() -> None:
            while OutboxEntry.objects.filter(state=EntryState.WAITING).exists():
                deliver_due(timezone.now())
                time.sleep(0.05)
            connection.close()

        threads = [threading.Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        del queue.handlers["test.slow"]

        assert sorted(letter.to for letter in sink.letters) == sorted(
            f"reader{number}@example.org" for number in range(12)
        )
    assert set(OutboxEntry.objects.values_list("state", flat=True)) == {EntryState.DONE}
