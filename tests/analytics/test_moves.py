"""Sums by parent follow the tree: whatever moves or goes, they say what the days say."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Page

from analytics.events import Dimension
from analytics.figures import spans
from analytics.figures.spans import Days, ValueCount
from analytics.figures.subtrees import Subtree
from analytics.models import (
    PageDay,
    PageDayDimension,
    ParentDay,
    ParentDayDimension,
    ParentDaySum,
)
from analytics.summaries import forget_before, mark_stale, summarise
from tests.factories import make_article, make_home, make_section

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 9, 12, tzinfo=UTC)
DAYS = Days(date(2026, 3, 3), date(2026, 3, 9))


def count(page: Page, visits: int) -> None:
    """Count visits on each of the days, and as many by phone and from a search."""
    for day in DAYS:
        PageDay.objects.create(
            page_id=page.pk, day=day, views=visits + 1, visits=visits, readers=visits // 2,
            engaged_seconds=9,
        )  # fmt: skip
        for dimension, value in ((Dimension.DEVICE, "mobile"), (Dimension.CHANNEL, "search")):
            PageDayDimension.objects.create(
                page_id=page.pk, day=day, dimension=dimension, value=value,
                views=visits, visits=visits,
            )  # fmt: skip


@pytest.fixture
def tree():
    culture = make_section("Kultur")
    music = make_section("Musik", parent=culture)
    trade = make_section("Wirtschaft")
    opera, song = make_article("Oper", section=culture), make_article("Lied", section=music)
    harbour = make_article("Hafen", section=trade)
    for visits, page in enumerate((make_home(), culture, music, opera, song, trade, harbour)):
        count(page, 10**visits)
    summarise(now=NOW)
    return culture, music, trade, opera, song, harbour


def move(page: Page, parent: Page) -> None:
    new_parent = Page.objects.get(pk=parent.pk)
    Page.objects.get(pk=page.pk).specific.move(new_parent, pos="last-child")


def phones(*sections: Page) -> int:
    """Return the visits of a day from the sums, after comparing them with the days themselves."""
    roots = [Page.objects.get(pk=section.pk).path for section in sections]
    ids = Page.objects.none()
    for root in roots:
        ids = ids | Page.objects.filter(path__startswith=root)
    below, pages = Subtree(roots), ids.values("pk")
    assert spans.by_day(DAYS, pages, subtree=below) == spans.by_day(DAYS, pages)
    assert spans.by_day(DAYS, pages, "search", subtree=below) == spans.by_day(
        DAYS, pages, "search"
    )
    summed = spans.by_dimension(DAYS, pages, subtree=below)
    assert summed == spans.by_dimension(DAYS, pages)
    (row,) = summed[Dimension.DEVICE]
    assert row == ValueCount("mobile", row.views, row.visits)
    return row.visits // len(DAYS)


def test_sections_are_summed_with_what_nests_in_them(tree):
    culture, music, trade, *_ = tree

    assert ParentDay.objects.filter(is_stale=False).count() == 6
    assert ParentDayDimension.objects.filter(day=DAYS.first).count() == 10
    assert phones(culture) == 11_110
    assert phones(music) == 10_100
    assert phones(culture, music, trade) == 1_111_110


def test_a_moved_page_takes_its_days_along(tree):
    culture, music, trade, opera, *_ = tree

    move(opera, trade)

    assert ParentDay.objects.filter(is_stale=False).count() == 0
    assert (phones(culture), phones(trade)) == (10_110, 1_101_000)
    assert summarise(now=NOW) == 6
    assert (phones(culture), phones(trade)) == (10_110, 1_101_000)

    # a section takes what is in it along: that is summed below the section already
    count_of_rows = ParentDayDimension.objects.count()
    move(music, trade)
    assert (phones(culture), phones(trade)) == (10, 1_111_100)
    summarise(now=NOW)
    assert (phones(culture), phones(trade)) == (10, 1_111_100)
    assert ParentDayDimension.objects.count() <= count_of_rows


def test_a_page_that_is_gone_belongs_to_no_section(tree):
    culture, _, _, opera, *_ = tree

    Page.objects.get(pk=opera.pk).delete()

    assert phones(culture) == 10_110
    summarise(now=NOW)
    assert phones(culture) == 10_110


def test_late_views_and_retention_reach_the_sums(tree):
    culture, _, _, opera, *_ = tree
    day = DAYS.first + timedelta(1)
    PageDayDimension.objects.filter(page_id=opera.pk, day=day).update(visits=8_000)
    mark_stale([day], now=NOW)

    assert ParentDay.objects.filter(is_stale=False).count() == 5
    assert phones(culture) == (11_110 * 7 + 7_000) // 7
    forget_before(DAYS.last)
    assert not ParentDayDimension.objects.exists()
    assert not ParentDaySum.objects.exists()


def test_days_summed_before_there_was_more_to_sum_are_not_believed_and_made_again(tree):
    culture, *_ = tree
    ParentDay.objects.update(shape=1)
    ParentDaySum.objects.all().delete()

    assert phones(culture) == 11_110
    assert summarise(now=NOW) == 6
    assert summarise(now=NOW) == 0
    assert ParentDaySum.objects.filter(day=DAYS.first).count() == 5
    assert phones(culture) == 11_110


def test_parts_of_the_days_asked_for_cost_no_look_at_the_tree_and_the_sums(tree):
    below = Subtree([Page.objects.get(pk=tree[0].pk).path])
    spans.by_day(DAYS, subtree=below)

    with CaptureQueriesContext(connection) as captured:
        spans.by_day(Days(DAYS.first, DAYS.first), subtree=below)
        spans.by_dimension(DAYS, subtree=below)

    assert len(captured) == 2 + 3
