import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from news.consent import recording, tasks, triggers
from news.consent.models import ConsentEvent, ConsentSeal, ConsentText
from news.consent.sealing import OVERLAP, Break, first_break, seal

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture
def sealed(text: ConsentText) -> list[ConsentEvent]:
    events = [give(text, number) for number in (1, 2, 3)]
    seal(NOW)
    return events


def give(text: ConsentText, number: int) -> ConsentEvent:
    return recording.give(
        text,
        address=f"jo{number}@example.org",
        comment_id=number,
        surface="article:1",
        evidence={"box": "ticked"},
        now=NOW + timedelta(seconds=number),
    )


def tamper(sql: str, *values: Any) -> None:
    """Change rows as somebody would who owns the database."""
    triggers.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA defer_foreign_keys = 1" if connection.vendor == "sqlite" else "")
        cursor.execute(sql, values)
    triggers.install(connection)


def test_events_are_sealed_once_in_order(sealed: list[ConsentEvent], anchors: Path) -> None:
    tasks.seal()
    tasks.seal()

    seals = list(ConsentSeal.objects.order_by("position"))
    assert [(row.position, row.event_id) for row in seals] == [
        (n, event.pk) for n, event in enumerate(sealed, 1)
    ]
    assert [row.previous_digest for row in seals] == ["", seals[0].digest, seals[1].digest]
    assert [json.loads(line)["position"] for line in anchors.read_text().splitlines()] == [3]
    assert first_break() is None


def test_chain_grows_and_so_do_its_anchors(
    sealed: list[ConsentEvent], text: ConsentText, anchors: Path
) -> None:
    give(text, 4)
    seal(NOW)

    assert [json.loads(line)["position"] for line in anchors.read_text().splitlines()] == [3, 4]
    assert first_break() is None


def test_event_that_commits_late_is_sealed_later(text: ConsentText) -> None:
    give(text, 5)
    seal(NOW)
    give(text, 1)
    seal(NOW)

    assert first_break() is None
    assert ConsentSeal.objects.count() == 2


def test_forgotten_person_does_not_break_the_chain(sealed: list[ConsentEvent]) -> None:
    recording.forget_comment(2)

    assert first_break() is None


def test_chain_holds_after_a_change_of_keys(sealed: list[ConsentEvent], settings: Any) -> None:
    settings.CONSENT_KEYS = ["another", *settings.CONSENT_KEYS]

    assert first_break() is None


@pytest.mark.parametrize(
    ("sql", "what"),
    [
        ("UPDATE consent_consentevent SET kind = 'withdrawn' WHERE comment_id = 2", "was changed"),
        ("UPDATE consent_consentevent SET subject = 'x' WHERE comment_id = 2", "person, comment"),
        ("UPDATE consent_consentevent SET evidence = '{}' WHERE comment_id = 2", "person, comm"),
        ("UPDATE consent_consentseal SET previous_digest = 'x' WHERE position = 2", "follow"),
        ("DELETE FROM consent_consentseal WHERE position = 2", "link is missing"),
    ],
)
def test_first_broken_link_is_named(sealed: list[ConsentEvent], sql: str, what: str) -> None:
    tamper(sql)

    found = first_break()
    assert found is not None
    assert found.position == 2
    assert what in found.what


def test_removed_tail_is_named(sealed: list[ConsentEvent]) -> None:
    tamper("DELETE FROM consent_consentseal WHERE position = 3")

    assert first_break() == Break(3, "the end of the chain was removed")


def test_rewritten_tail_differs_from_its_anchor(
    sealed: list[ConsentEvent], text: ConsentText
) -> None:
    tamper("DELETE FROM consent_consentseal WHERE position = 3")
    tamper("DELETE FROM consent_consentevent WHERE comment_id = 3")
    give(text, 4)
    seal(NOW)

    assert first_break() == Break(3, "link differs from its anchor")


def test_changed_text_is_named(sealed: list[ConsentEvent], text: ConsentText) -> None:
    tamper("UPDATE consent_consenttext SET label = 'x' WHERE id = %s", text.pk)

    assert first_break() == Break(0, f"consent text {text.pk} is not what was saved")


def test_command_tells_and_fails(sealed: list[ConsentEvent], capsys: Any) -> None:
    call_command("verify_consent")
    assert capsys.readouterr().out == "The chain holds: 3 sealed, 0 waiting.\n"

    tamper("DELETE FROM consent_consentseal WHERE position = 3")
    with pytest.raises(CommandError, match=r"position 3: the end of the chain was removed"):
        call_command("verify_consent")


def test_a_line_torn_by_a_crash_is_written_anew(
    sealed: list[ConsentEvent], text: ConsentText, anchors: Path
) -> None:
    whole = anchors.read_text()
    anchors.write_text(whole + whole[:40])
    assert first_break() is None

    give(text, 4)
    seal(NOW)

    assert anchors.read_text().startswith(whole)
    assert [json.loads(line)["position"] for line in anchors.read_text().splitlines()] == [3, 4]


def test_the_last_of_many_anchors_is_found_at_the_end(
    sealed: list[ConsentEvent], anchors: Path
) -> None:
    line = anchors.read_text()
    anchors.write_text(line.replace('"position": 3', '"position": 2') * 50 + line)

    seal(NOW)

    assert len(anchors.read_text().splitlines()) == 51


def test_sealing_costs_as_many_statements_for_thirty_events_as_for_three(
    text: ConsentText, anchors: Path
) -> None:
    counts = []
    for first, last in ((1, 4), (4, 34)):
        for number in range(first, last):
            give(text, number)
        with CaptureQueriesContext(connection) as queries:
            assert seal(NOW) == last - first
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_what_was_committed_very_late_is_sealed_at_night(text: ConsentText) -> None:
    give(text, 1)
    seal(NOW + timedelta(days=1))
    give(text, 2)

    assert seal(NOW + timedelta(days=1)) == 0
    tasks.check()

    assert not ConsentEvent.objects.unsealed().exists()
    assert first_break() is None


def test_looking_for_unsealed_events_reads_the_last_hour_only(
    sealed: list[ConsentEvent],
) -> None:
    unsealed = ConsentEvent.objects.unsealed(since=NOW - OVERLAP).in_order()[:500]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")  # three rows are read faster whole
        plan = unsealed.explain()

    assert "consent_event_at" in plan
    assert re.search(r"at ?>[?=]", plan) or "Index Cond: (at >=" in plan
