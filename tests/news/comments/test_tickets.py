from datetime import timedelta

import pytest

from news.comments import tickets
from news.comments.tickets import Refusal, TicketRefused
from tests.news.comments.conftest import NOW


def make(article_id: int = 1) -> str:
    return tickets.issue(article_id=article_id, text_id=2, language="de", now=NOW)


def refusal(value: str, *, article_id: int = 1, seconds: int = 60) -> Refusal:
    with pytest.raises(TicketRefused) as caught:
        tickets.read(value, article_id=article_id, now=NOW + timedelta(seconds=seconds))
    return caught.value.refusal


def test_ticket_tells_what_was_shown_and_when() -> None:
    ticket = tickets.read(make(), article_id=1, now=NOW + timedelta(seconds=3))

    assert (ticket.article_id, ticket.text_id, ticket.language, ticket.issued_at) == (
        1,
        2,
        "de",
        NOW,
    )


@pytest.mark.parametrize("value", ["", "x", "a:b", "x" * 10_000, "\x00", "é:ü"])
def test_forged_ticket_is_refused(value: str) -> None:
    assert refusal(value) == Refusal.FORGED


def test_changed_ticket_is_refused() -> None:
    body, signature = make().rsplit(":", 1)

    assert refusal(f"{body}x:{signature}") == Refusal.FORGED


def test_ticket_of_another_article_is_refused() -> None:
    assert refusal(make(), article_id=9) == Refusal.FORGED


def test_age_is_three_seconds_to_a_day() -> None:
    assert refusal(make(), seconds=2) == Refusal.TOO_YOUNG
    assert refusal(make(), seconds=-5) == Refusal.TOO_YOUNG
    assert refusal(make(), seconds=24 * 3600 + 1) == Refusal.TOO_OLD


def test_digest_is_of_ticket_address_and_text() -> None:
    ticket = tickets.read(make(), article_id=1, now=NOW + timedelta(minutes=1))
    other = tickets.read(make(), article_id=1, now=NOW + timedelta(minutes=1))
    same = ticket.digest(email="Jo@Example.org", text="a")

    assert ticket.digest(email=" jo@example.org", text="a") == same
    assert ticket.digest(email="jo@example.org", text="b") != same
    assert ticket.digest(email="eva@example.org", text="a") != same
    assert other.digest(email="jo@example.org", text="a") != same
