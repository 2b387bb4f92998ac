from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from news.consent import checking, recording, tasks
from news.consent.models import ChainCheck, ConsentEvent, ConsentText
from news.consent.sealing import seal
from tests.news.consent.test_sealing import NOW, give, tamper


@pytest.fixture
def sealed(text: ConsentText) -> list[ConsentEvent]:
    events = [give(text, number) for number in (1, 2, 3, 4, 5)]
    seal(NOW)
    return events


def events_of(number: int) -> Any:
    return ConsentEvent.objects.for_comment(number).select_related("text", "seal")


def test_record_left_alone_verifies(sealed: list[ConsentEvent], text: ConsentText) -> None:
    give(text, 3)  # not sealed yet

    assert [checking.first_break_of(events_of(number)) for number in (1, 3, 5)] == [None] * 3
    recording.forget_comment(3)
    events = ConsentEvent.objects.filter(pk=sealed[2].pk).select_related("text", "seal")
    assert checking.first_break_of(events) is None


@pytest.mark.parametrize(
    ("sql", "position", "what"),
    [
        ("UPDATE consent_consentevent SET kind = 'refused' WHERE comment_id = 3", 3, "changed"),
        ("UPDATE consent_consentevent SET subject = 'x' WHERE comment_id = 3", 3, "person"),
        ("UPDATE consent_consenttext SET label = 'x'", 3, "consent text"),
        ("UPDATE consent_consentseal SET digest = 'x' WHERE position = 3", 3, "changed"),
        ("UPDATE consent_consentseal SET digest = 'x' WHERE position = 2", 3, "follow"),
        ("UPDATE consent_consentseal SET previous_digest = 'x' WHERE position = 4", 4, "follow"),
        ("DELETE FROM consent_consentseal WHERE position = 4", 4, "missing"),
        ("DELETE FROM consent_consentseal WHERE position = 2", 3, "follow"),
    ],
)
def test_what_was_done_to_a_record_or_beside_it_is_named(
    sealed: list[ConsentEvent], sql: str, position: int, what: str
) -> None:
    tamper(sql)

    found = checking.first_break_of(events_of(3))

    assert found is not None
    assert (found.position, what in found.what) == (position, True)


def test_what_happened_far_away_is_left_to_the_night(sealed: list[ConsentEvent]) -> None:
    tamper("UPDATE consent_consentevent SET kind = 'refused' WHERE comment_id = 1")

    assert checking.first_break_of(events_of(3)) is None
    found = checking.check(NOW)
    assert (found.holds, found.position, found.links) == (False, 1, 5)
    assert checking.last_check() == found
    with pytest.raises(tasks.ChainBroken, match="1: event"):
        tasks.check()


@pytest.mark.parametrize("wanted", [[1], [1, 2, 3, 4, 5]])
def test_queries_for_a_record_do_not_grow_with_it(
    sealed: list[ConsentEvent], wanted: list[int]
) -> None:
    events = ConsentEvent.objects.filter(comment_id__in=wanted).select_related("text", "seal")
    with CaptureQueriesContext(connection) as queries:
        assert checking.first_break_of(events) is None

    assert len(queries) == 3


def test_checks_are_kept_for_a_year(sealed: list[ConsentEvent]) -> None:
    checking.check(NOW)
    checking.check(NOW + timedelta(days=30))
    checking.check(NOW + timedelta(days=401))

    assert ChainCheck.objects.count() == 2
    assert all(check.holds for check in ChainCheck.objects.all())
