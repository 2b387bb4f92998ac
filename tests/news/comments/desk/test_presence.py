import pytest
from django.core.cache import cache

from news.comments.desk import presence
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nobody_is_here() -> None:
    cache.clear()


def test_a_claim_shows_to_others_until_it_is_released() -> None:
    first = make_user("erste", first_name="Silke", last_name="Remmers")
    second = make_user("zweite")

    presence.claim(7, first)
    presence.claim(7, second)  # who came first stays

    assert presence.of_others([7, 8], second) == {7: "Silke Remmers"}
    assert presence.of_others([7, 8], first) == {}
    presence.release(7, second)
    assert presence.of_others([7], second) == {7: "Silke Remmers"}
    presence.release(7, first)
    assert presence.of_others([7], second) == {}


def test_claims_end_by_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = make_user(), make_user()
    monkeypatch.setattr(presence, "CLAIM_SECONDS", 0)  # over at once

    presence.claim(7, first)

    assert presence.of_others([7], second) == {}
