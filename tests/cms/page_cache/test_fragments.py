"""Parts of pages: made once, never older than what was dropped."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from cms.page_cache import fragments, hearing
from cms.page_cache.tags import invalidate, invalidate_now

pytestmark = pytest.mark.usefixtures("clean_redis")


@pytest.fixture(autouse=True)
def first_word_from_redis() -> Iterator[None]:
    """Another test may have deleted the versions that this process knew."""
    hearing.of_this_process.cache_clear()
    yield
    hearing.of_this_process.cache_clear()


class Maker:
    """Something that can be made again and again, and tells how often it was."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> int:
        self.count += 1
        return self.count


def get(make: Callable[[], Any], key: str = "menu", **options: Any) -> Any:
    return fragments.kept(key, make, **{"tags": ["navigation"], **options})


def test_a_part_is_made_once_until_one_of_its_tags_is_dropped() -> None:
    make = Maker()

    assert [get(make), get(make)] == [1, 1]
    invalidate_now(["page:7"])
    assert get(make) == 1
    invalidate_now(["navigation", "page:7"])
    assert [get(make), get(make)] == [2, 2]


def test_parts_are_told_apart_by_their_keys() -> None:
    make = Maker()

    assert [get(make, "de"), get(make, "en"), get(make, "de")] == [1, 2, 1]


def test_tags_may_be_read_off_the_value() -> None:
    make = Maker()

    get(make, tags=lambda value: [f"page:{value}"])
    invalidate_now(["page:1"])
    assert get(make) == 2


def test_a_part_ends_in_time() -> None:
    make = Maker()

    assert [get(make, seconds=0), get(make, seconds=0)] == [1, 2]


def test_what_was_dropped_while_the_part_was_made_is_made_again() -> None:
    make = Maker()

    def slowly() -> int:
        invalidate_now(["navigation"])
        return make()

    assert [get(slowly), get(make)] == [1, 2]


@pytest.mark.django_db(transaction=True)
def test_a_transaction_sees_its_own_changes_and_leaves_nothing_behind() -> None:
    make = Maker()
    get(make)

    with transaction.atomic():
        assert [get(make), get(make)] == [2, 2]
        invalidate("navigation")
        assert get(make) == 3
        transaction.set_rollback(True)

    assert get(make) == 1


@pytest.mark.django_db(transaction=True)
def test_a_committed_change_is_heard_at_once_where_it_was_made() -> None:
    make = Maker()
    get(make)

    with transaction.atomic():
        invalidate("navigation")
    assert get(make) == 2


@pytest.mark.django_db(transaction=True)
def test_what_a_savepoint_read_goes_with_it() -> None:
    make = Maker()

    with transaction.atomic():
        with transaction.atomic():
            assert get(make) == 1
            transaction.set_rollback(True)
        assert [get(make), get(make)] == [2, 2]


@pytest.mark.django_db(transaction=True)
def test_without_redis_the_database_tells_what_was_dropped(settings: Any) -> None:
    make = Maker()
    settings.CACHE_URL = "redis://127.0.0.1:9/0"

    assert [get(make), get(make)] == [1, 1]
    invalidate("navigation")
    assert [get(make), get(make)] == [2, 2]


@pytest.mark.django_db(transaction=True)
def test_without_both_everything_is_made_each_time(settings: Any) -> None:
    make = Maker()
    settings.CACHE_URL = "redis://127.0.0.1:9/0"

    def away(*_: Any) -> None:
        raise OperationalError("the server closed the connection")

    with connection.execute_wrapper(away):
        assert [get(make), get(make)] == [1, 2]


def test_the_oldest_parts_make_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fragments, "MOST", 2)
    make = Maker()

    assert [get(make, key) for key in ("a", "b", "c", "b", "a")] == [1, 2, 3, 2, 4]
