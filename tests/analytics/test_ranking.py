from datetime import timedelta

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Locale, Page, PageViewRestriction

from analytics.models import PageBucket, RankingRule, WindowState, WindowTotal
from analytics.ranking import PageScore, RankingUnavailable, _weight, top_pages
from analytics.registry import registry
from tests.analytics.streams import NOON, NOON_BUCKET

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def bare_registry(monkeypatch):
    """Analytics alone: plain pages, and facets of our own."""
    monkeypatch.setattr(registry, "rankable", None)
    monkeypatch.setattr(
        registry,
        "facets",
        {
            "tag": lambda slug: Page.objects.filter(slug__contains=slug).values("pk"),
            "author": lambda slug: Page.objects.filter(title__contains=slug).values("pk"),
        },
    )


def make_page(title: str, *, parent: Page | None = None, **fields) -> Page:
    parent = Page.objects.get(pk=parent.pk) if parent else Page.get_first_root_node()
    return parent.add_child(instance=Page(title=title, **fields))


def rank(page: Page, visits: int, *, window: str = "7d", **figures) -> None:
    WindowState.objects.get_or_create(
        window=window,
        defaults={
            "first_bucket": NOON_BUCKET - 672,
            "last_bucket": NOON_BUCKET,
            "rolled_at": NOON,
        },
    )
    WindowTotal.objects.create(window=window, page_id=page.pk, visits=visits, **figures)


def ids(**options) -> list[int]:
    return [score.page_id for score in top_pages(now=NOON, **options)]


def test_most_visits_first_then_views_then_id():
    one, two, three, four = (make_page(f"Seite {n}") for n in range(4))
    rank(one, 5, views=5)
    rank(two, 9, views=9)
    rank(three, 5, views=6)
    rank(four, 5, views=5)

    assert top_pages(now=NOON) == [
        PageScore(two.pk, 9, 9),
        PageScore(three.pk, 5, 6),
        PageScore(one.pk, 5, 5),
        PageScore(four.pk, 5, 5),
    ]


def test_windows_are_apart_and_limit_cuts():
    one, two = make_page("Eins"), make_page("Zwei")
    rank(one, 5)
    rank(two, 4)
    rank(two, 3, window="24h")

    assert ids() == [one.pk, two.pk]
    assert ids(limit=1) == [one.pk]
    assert ids(window="24h") == [two.pk]


def test_every_signal_has_its_own_order():
    one, two = make_page("Eins"), make_page("Zwei")
    rank(one, 9, views=1, readers=9, engaged_seconds=1)
    rank(two, 8, views=9, readers=1, engaged_seconds=9)

    assert ids(signal="visits") == ids(signal="readers") == [one.pk, two.pk]
    assert ids(signal="views") == ids(signal="engaged_seconds") == [two.pk, one.pk]


def test_page_without_the_signal_is_not_ranked():
    page = make_page("Eins")
    rank(page, 0, views=4)

    assert ids() == []
    assert ids(signal="views") == [page.pk]


def test_filters_come_before_the_limit():
    parent, other = make_page("Ressort"), make_page("Anderes")
    wanted = make_page("Wunsch Jana", parent=parent, slug="wunsch")
    rank(wanted, 1)
    for number in range(3):
        rank(make_page(f"Rivale {number}", parent=other), 100)

    assert ids(limit=1, scope=parent.pk) == [wanted.pk]
    assert ids(limit=1, scope=wanted.pk) == [wanted.pk]
    assert ids(limit=1, tag="wunsch") == [wanted.pk]
    assert ids(limit=1, author="Jana") == [wanted.pk]
    assert ids(limit=1, tag="wunsch", author="niemand") == []
    assert ids(scope=2**31 - 1) == []


def test_scope_is_a_subtree_not_a_prefix_of_a_title():
    parent = make_page("Eins")
    sibling = make_page("Eins Zwei")
    rank(sibling, 1)

    assert ids(scope=parent.pk) == []


def test_language_is_the_pages_locale():
    english = Locale.objects.get_or_create(language_code="en")[0]
    german = Locale.objects.get_or_create(language_code="de")[0]
    one, two = make_page("One", locale=english), make_page("Eins", locale=german)
    rank(one, 2)
    rank(two, 1)

    assert ids(limit=1, language="de") == [two.pk]
    assert ids(language="en") == [one.pk]


def test_draft_private_deleted_and_excluded_pages_are_left_out_and_the_list_fills_up():
    draft, private = make_page("Entwurf", live=False), make_page("Geheim")
    PageViewRestriction.objects.create(page=private, restriction_type="login")
    below, deleted = make_page("Darunter", parent=private), make_page("Weg")
    read, shown = make_page("Gelesen"), make_page("Gezeigt")
    for page in (draft, private, below, deleted, read):
        rank(page, 100)
    rank(shown, 1)
    deleted.delete()

    assert ids(limit=1, exclude=[read.pk]) == [shown.pk]


def test_registry_says_what_may_be_ranked(monkeypatch):
    one, two = make_page("Eins"), make_page("Zwei")
    rank(one, 2)
    rank(two, 1)
    monkeypatch.setattr(registry, "rankable", lambda: Page.objects.filter(pk=two.pk).values("pk"))

    assert ids() == [two.pk]


def visit(page: Page, visits: int, *, age: int) -> None:
    """Visits `age` buckets ago, each with two views."""
    PageBucket.objects.create(
        page_id=page.pk, bucket=NOON_BUCKET - age, visits=visits, views=2 * visits
    )


def test_trending_halves_with_every_eighth_of_the_window():
    old, new, older = (make_page(f"Seite {n}") for n in range(3))
    visit(old, 19, age=12)
    visit(new, 10, age=0)
    visit(older, 79, age=36)

    assert top_pages(window="24h", signal="trending", now=NOON) == [
        PageScore(new.pk, 10, 20),
        PageScore(older.pk, 79, 158),
        PageScore(old.pk, 19, 38),
    ]


def test_trending_weighs_what_its_formula_says():
    ages = range(97)
    PageBucket.objects.bulk_create(
        PageBucket(page_id=age + 1, bucket=NOON_BUCKET - age, visits=1) for age in ages
    )

    weights = PageBucket.objects.values_list("page_id", _weight(NOON_BUCKET, 96))

    assert {page_id - 1: weight for page_id, weight in weights} == {
        age: (128 >> age // 12) * (24 - age % 12) for age in ages
    }


def test_trending_forgets_what_left_the_window_and_filters_before_the_limit():
    gone, private, shown = make_page("Weg"), make_page("Geheim"), make_page("Gezeigt")
    PageViewRestriction.objects.create(page=private, restriction_type="login")
    visit(gone, 500, age=97)
    visit(private, 500, age=1)
    visit(shown, 1, age=1)

    assert ids(window="24h", signal="trending", limit=1) == [shown.pk]


def test_old_pages_are_left_out_before_the_limit():
    old = make_page("Alt", first_published_at=NOON - timedelta(days=3))
    new = make_page("Neu", first_published_at=NOON - timedelta(days=2))
    rank(old, 9)
    rank(new, 1)

    assert ids(limit=1, max_age=timedelta(days=2)) == [new.pk]
    assert ids(max_age=timedelta(days=3)) == [old.pk, new.pk]


def test_short_list_is_filled_up_from_outside_of_its_scope():
    english = Locale.objects.get_or_create(language_code="en")[0]
    parent = make_page("Ressort")
    inside = make_page("Drin", parent=parent)
    outside, read = make_page("Draussen"), make_page("Gelesen")
    foreign = make_page("Foreign", locale=english)
    rank(inside, 1)
    for page in (foreign, read, outside):
        rank(page, 100 - page.pk % 50)
    german = inside.locale.language_code

    wishes = {"scope": parent.pk, "language": german, "exclude": [read.pk]}

    assert ids(**wishes) == [inside.pk]
    assert ids(**wishes, fill_up=True) == [inside.pk, outside.pk]
    assert ids(**wishes, fill_up=True, limit=1) == [inside.pk]


def rule(page: Page, *, kind: str = "pin", hours: int = 1, **fields) -> RankingRule:
    until = NOON + timedelta(hours=hours)
    return RankingRule.objects.create(page=page, kind=kind, until=until, reason="Test", **fields)


def test_blocked_pages_are_left_out_before_the_limit_until_the_rule_expires():
    one, two = make_page("Eins"), make_page("Zwei")
    rank(one, 5)
    rank(two, 4)
    rule(one, kind="block")

    assert ids(limit=1) == [two.pk]
    assert top_pages(limit=1, now=NOON + timedelta(hours=1)) == [PageScore(one.pk, 5, 0)]


def test_pinned_pages_stand_in_their_places_also_without_a_visit():
    pages = [make_page(f"Seite {number}") for number in range(3)]
    for page in pages:
        rank(page, 10 - page.pk % 10 + page.pk)
    before = ids()
    top, third, late = make_page("Oben"), make_page("Dritte"), make_page("Ganz hinten")
    rule(late, position=99)
    rule(third, position=3)
    rule(top)

    assert ids() == [top.pk, before[0], third.pk, *before[1:], late.pk]
    assert ids(limit=2) == [top.pk, before[0]]
    assert ids(exclude=[top.pk], limit=1) == before[:1]
    assert top_pages(limit=1, now=NOON) == [PageScore(top.pk, 0, 0)]


def test_pinned_page_keeps_its_figures_and_stands_once():
    one, two = make_page("Eins"), make_page("Zwei")
    rank(one, 5, views=6)
    rank(two, 4, views=7)
    rule(two)

    assert top_pages(now=NOON) == [PageScore(two.pk, 4, 7), PageScore(one.pk, 5, 6)]


def test_two_pins_for_one_place_stand_behind_each_other():
    first, second = make_page("Eins"), make_page("Zwei")
    rule(first, position=1)
    rule(second)

    assert ids() == [first.pk, second.pk]


def test_pin_lifts_no_page_that_may_not_be_shown_and_keeps_to_the_wishes():
    parent = make_page("Ressort")
    draft, outside, old = (
        make_page("Entwurf", live=False),
        make_page("Draussen"),
        make_page("Alt", parent=parent, first_published_at=NOON - timedelta(days=9)),
    )
    for page in (draft, outside, old):
        rule(page)

    assert ids(scope=parent.pk) == [old.pk]
    assert ids(scope=parent.pk, max_age=timedelta(days=1)) == []
    assert set(ids()) == {outside.pk, old.pk}


def test_totals_from_before_the_whole_window_are_no_ranking():
    rank(make_page("Eins"), 1)

    assert len(top_pages(now=NOON + timedelta(days=7))) == 1
    assert top_pages(now=NOON + timedelta(days=7, minutes=15)) == []


@pytest.mark.parametrize("wish", [{"window": "1y"}, {"signal": "page_id"}])
def test_unknown_window_or_signal_is_an_error_of_the_caller(wish):
    with pytest.raises(ValueError):
        top_pages(**wish)


def test_database_that_fails_is_said_by_one_name():
    def fail(*args):
        raise DatabaseError("disk I/O error")

    with connection.execute_wrapper(fail), pytest.raises(RankingUnavailable):
        top_pages()


def test_asks_as_much_for_one_as_for_three():
    counts = []
    for pages in (["Eins"], ["Zwei", "Drei"]):
        for title in pages:
            rank(make_page(title), 1)
        with CaptureQueriesContext(connection) as queries:
            top_pages(now=NOON, scope=1, language="en", tag="e")
        counts.append(len(queries))

    assert counts[0] == counts[1]
