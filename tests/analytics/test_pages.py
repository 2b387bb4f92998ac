"""What is remembered of pages: views of known ones are taken while the database is away."""

from typing import Any

import pytest
from django.db import DatabaseError, OperationalError, connection

from analytics import pages
from analytics.pages import PageState, state_of
from tests.analytics.pages import make_page

pytestmark = pytest.mark.django_db


def away(*_: Any) -> Any:
    raise OperationalError("the server closed the connection")


@pytest.fixture(autouse=True)
def short_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is too old as soon as it is known."""
    monkeypatch.setattr(pages, "LIFETIME_SECONDS", 0.0)


def test_a_known_page_keeps_its_state_while_the_database_is_away() -> None:
    page = make_page()
    assert state_of(page.pk) is PageState.PUBLIC

    with connection.execute_wrapper(away):
        assert [state_of(page.pk) for _ in range(3)] == [PageState.PUBLIC] * 3


def test_a_database_that_is_away_is_not_asked_by_every_beacon() -> None:
    asked = []

    def count(*_: Any) -> Any:
        asked.append(1)
        away()

    page = make_page()
    state_of(page.pk)

    with connection.execute_wrapper(count):
        for _ in range(5):
            state_of(page.pk)

    assert len(asked) == 1


def test_a_page_that_nobody_knows_cannot_be_told() -> None:
    page = make_page()

    with connection.execute_wrapper(away), pytest.raises(DatabaseError):
        state_of(page.pk)


def test_changes_are_seen_as_soon_as_the_database_is_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = make_page()
    state_of(page.pk)
    with connection.execute_wrapper(away):
        state_of(page.pk)
    page.live = False
    page.save()
    assert state_of(page.pk) is PageState.PUBLIC

    monkeypatch.setattr(pages, "PAUSE_SECONDS", 0.0)

    assert state_of(page.pk) is PageState.NOT_PUBLIC
