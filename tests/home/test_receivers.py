import pytest
from wagtail.models import Locale, Page, PageViewRestriction, Site

from cms.outbox.models import OutboxEntry
from home.models import Masthead
from tests.factories import make_article, make_home, make_section

pytestmark = pytest.mark.django_db


def invalidated() -> list[list[str]]:
    """The tags dropped since the last call, oldest first."""
    rows = list(OutboxEntry.objects.filter(kind="invalidate").order_by("pk"))
    OutboxEntry.objects.all().delete()
    return [row.payload["tags"] for row in rows]


def test_masthead_site_and_languages_stand_on_every_page():
    make_home()
    invalidated()

    Masthead.objects.create(site=Site.objects.get(is_default_site=True), name="Hafenblatt")
    Site.objects.get(is_default_site=True).save()
    Locale.objects.create(language_code="en")

    assert invalidated() == [["navigation"]] * 3


def test_a_new_section_stands_in_the_menus_before_it_is_ever_published():
    make_home()
    invalidated()

    section = make_section("Kultur")
    assert invalidated() == [["navigation"]]
    section.save()
    make_article(section=section)
    assert invalidated() == []


def test_a_page_that_is_closed_or_opened_leaves_every_list():
    article = make_article()
    invalidated()

    restriction = PageViewRestriction.objects.create(
        page=Page.objects.get(pk=article.pk), restriction_type=PageViewRestriction.LOGIN
    )
    restriction.delete()

    assert invalidated() == [["listings", "navigation", "ranking"]] * 2
