"""The front page: editors first, the newest after them, nothing twice."""

from datetime import timedelta

import pytest
from django.test import Client, RequestFactory
from django.utils import timezone
from wagtail.models import PageViewRestriction

from home import front_page
from home.models import HomePage, LeadSlot
from tests.factories import make_article, make_home, make_image, make_section

pytestmark = pytest.mark.django_db

NOW = timezone.now()


def context(home: HomePage):
    home = HomePage.objects.get(pk=home.pk)
    return front_page.context(home, RequestFactory().get("/"), now=NOW)


def test_leads_are_the_slots_then_the_newest_without_repeats() -> None:
    home = make_home()
    articles = [make_article(published_at=NOW - timedelta(hours=n)) for n in range(8)]
    image = make_image()
    LeadSlot.objects.create(home_page=home, article=articles[6], headline="Anders", image=image)
    LeadSlot.objects.create(
        home_page=home, article=articles[7], until=NOW - timedelta(minutes=1), sort_order=1
    )
    draft = make_article(live=False)
    LeadSlot.objects.create(home_page=home, article=draft, sort_order=2)

    shown = context(home)

    assert [lead.article.pk for lead in shown["leads"]] == [
        articles[n].pk for n in (6, 0, 1, 2, 3)
    ]
    assert (shown["leads"][0].headline, shown["leads"][0].image) == ("Anders", image)
    [row] = shown["section_rows"]
    assert [article.pk for article in row.articles] == [articles[n].pk for n in (4, 5, 7)]


def test_an_article_in_two_slots_stands_in_the_first() -> None:
    home = make_home()
    article, other = make_article("Doppelt"), make_article("Anderer")
    for place, headline in enumerate(("Hier", "Nicht hier")):
        LeadSlot.objects.create(
            home_page=home, article=article, headline=headline, sort_order=place
        )

    leads = context(home)["leads"]

    assert [(lead.article.pk, lead.headline) for lead in leads] == [
        (article.pk, "Hier"),
        (other.pk, "Anderer"),
    ]


def test_sections_show_their_own_newest_and_empty_ones_are_left_out() -> None:
    home = make_home()
    economy, culture = make_section("Wirtschaft"), make_section("Kultur")
    make_section("Leer")
    nested = make_section("Energie", parent=economy)
    for hours in range(5):
        make_article(section=culture, published_at=NOW - timedelta(hours=hours))
    old = make_article(section=nested, published_at=NOW - timedelta(days=3))

    rows = context(home)["section_rows"]

    assert [(row.section.title, [a.pk for a in row.articles]) for row in rows] == [
        ("Wirtschaft", [old.pk])
    ]


def test_breaking_strip_ends_in_time() -> None:
    home = make_home()
    HomePage.objects.update(breaking_text="Zinsen sinken", breaking_until=NOW)
    assert context(home)["breaking"] is None
    HomePage.objects.update(breaking_until=NOW + timedelta(minutes=1))
    assert context(home)["breaking"] == front_page.Breaking("Zinsen sinken", "")


def test_breaking_article_that_is_gone_or_closed_leaves_no_trace() -> None:
    home = make_home()
    draft, members = make_article(live=False), make_article("Nur für Mitglieder")
    PageViewRestriction.objects.create(page=members, restriction_type="login")
    for article in (draft, members):
        HomePage.objects.update(breaking_article=article, breaking_text="")
        assert context(home)["breaking"] is None

    HomePage.objects.update(breaking_text="Zinsen sinken")
    assert context(home)["breaking"] == front_page.Breaking("Zinsen sinken", "")


def test_a_slots_picture_past_its_right_of_use_leaves_its_place_to_the_articles_own() -> None:
    home = make_home()
    own, ended = make_image(), make_image(usage_ends_on=NOW.date() - timedelta(days=2))
    article = make_article(lead_image=own)
    LeadSlot.objects.create(home_page=home, article=article, image=ended)

    [lead] = context(home)["leads"]

    assert lead.image == own


def test_empty_site_is_pleasant(client: Client) -> None:
    make_home()

    response = client.get("/")

    assert response.status_code == 200
    assert "empty--front" in response.content.decode()
