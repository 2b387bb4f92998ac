from datetime import UTC, datetime, timedelta

import pytest

from news.consent import recording
from news.consent.models import ConsentEvent, ConsentText, EventKind, Method
from news.consent.subjects import reference

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture
def given(text: ConsentText) -> ConsentEvent:
    return recording.give(
        text,
        address="Jo@Example.org",
        comment_id=7,
        surface="article:1",
        evidence={"box": "ticked"},
        now=NOW,
    )


def kinds() -> list[tuple[str, str]]:
    return list(ConsentEvent.objects.in_order().values_list("kind", "method"))


def follow(kind: EventKind, minutes: int) -> list[ConsentEvent]:
    return recording.follow(
        kind, comment_id=7, method=Method.MAIL_LINK, now=NOW + timedelta(minutes=minutes)
    )


def test_given_holds_what_was_shown_and_no_address(given: ConsentEvent, text: ConsentText) -> None:
    assert (given.text, given.language, given.comment_id) == (text, "de", 7)
    assert given.subject == reference("jo@example.org")
    assert "example.org" not in str(ConsentEvent.objects.values().get())


def test_given_is_not_enough_where_confirmation_is_asked_for(given: ConsentEvent) -> None:
    assert not recording.allows_publishing(7, confirmed=True)
    assert recording.allows_publishing(7, confirmed=False)
    assert not recording.allows_publishing(8, confirmed=False)


def test_life_of_a_consent(given: ConsentEvent) -> None:
    follow(EventKind.CONFIRMED, 1)
    assert recording.allows_publishing(7, confirmed=True)

    follow(EventKind.WITHDRAWN, 2)
    assert not recording.allows_publishing(7, confirmed=False)
    assert kinds() == [("given", "form"), ("confirmed", "mail_link"), ("withdrawn", "mail_link")]


def test_following_twice_writes_once(given: ConsentEvent) -> None:
    for minute in (1, 2):
        follow(EventKind.CONFIRMED, minute)
    for minute in (3, 4):
        follow(EventKind.WITHDRAWN, minute)

    assert [kind for kind, _ in kinds()] == ["given", "confirmed", "withdrawn"]


def test_withdrawn_consent_is_not_confirmed_again(given: ConsentEvent) -> None:
    follow(EventKind.WITHDRAWN, 1)

    assert follow(EventKind.CONFIRMED, 2) == []


def test_import_says_that_there_is_no_evidence(db: None) -> None:
    event = recording.import_without_evidence(
        address="", comment_id=9, surface="wordpress:4", now=NOW
    )

    assert (event.kind, event.text, event.subject) == ("imported", None, "")
    assert recording.allows_publishing(9, confirmed=True)


def test_ids_sort_by_time() -> None:
    ids = [recording.time_ordered_id(NOW + timedelta(seconds=n)) for n in range(5)]

    assert sorted(ids) == ids
    assert {(item.version, item.variant) for item in ids} == {(7, "specified in RFC 4122")}
