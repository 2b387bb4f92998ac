from datetime import timedelta

import pytest
from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page

from cms.outbox.models import OutboxEntry
from news.models import ArticlePage, Author, Tag
from tests.factories import (
    make_article,
    make_author,
    make_home,
    make_image,
    make_section,
)

pytestmark = pytest.mark.django_db

BODY = [
    {"type": "subheading", "value": "Zwei Wörter"},
    {"type": "text", "value": "<p>" + "Wort " * 440 + "</p>"},
    {"type": "embed", "value": {"url": "https://example.org/", "title": "Wird nicht gelesen"}},
]


def publish(page: Page) -> None:
    page.save_revision().publish()


def invalidated() -> set[str]:
    """Every cache tag dropped so far; forgets them."""
    rows = OutboxEntry.objects.filter(kind="invalidate")
    tags = {tag for row in rows for tag in row.payload["tags"]}
    rows.delete()
    return tags


def expected_tags(article: ArticlePage) -> set[str]:
    section = article.get_parent()
    above = {f"section:{page.pk}" for page in section.get_ancestors(inclusive=True)}
    own = {f"page:{article.pk}", f"section:{article.pk}", translations_of(article), "listings"}
    return own | above


def translations_of(page: Page) -> str:
    return f"translations:{page.translation_key}"


def test_publishing_stores_length_and_reading_time():
    article = make_article(live=False, standfirst="Drei Wörter hier.", body=BODY)

    publish(article)

    article.refresh_from_db()
    assert (article.word_count, article.reading_minutes) == (445, 3)


def test_publishing_an_empty_article_stores_zero():
    article = make_article(live=False)

    publish(article)

    article.refresh_from_db()
    assert (article.live, article.word_count, article.reading_minutes) == (True, 0, 0)


def test_publishing_drops_page_section_listings_and_old_and_new_labels():
    old, new = make_author("Alt"), make_author("Neu")
    article = make_article(authors=(old,), tags=("Hafen",))
    article.article_authors.set([type(article.article_authors.first())(author=new)])
    article.tags.set(["Schiffe"])
    invalidated()

    publish(article)

    tags = {f"tag:{tag.pk}" for tag in Tag.objects.filter(name__in=("Hafen", "Schiffe"))}
    assert len(tags) == 2
    assert invalidated() == (
        expected_tags(article) | {f"author:{old.pk}", f"author:{new.pk}"} | tags
    )


def test_saving_a_draft_drops_nothing_and_leaves_no_work():
    article = make_article()
    invalidated()

    article.title = "Entwurf"
    article.save_revision()

    assert OutboxEntry.objects.count() == 0


def test_publishing_twice_leaves_one_entry_for_pictures():
    article = make_article(live=False)

    publish(article)
    publish(article)

    entries = OutboxEntry.objects.filter(kind="warm_renditions")
    assert [entry.payload for entry in entries] == [
        {"model": "wagtailcore.page", "pk": article.pk}
    ]


def test_pictures_of_a_published_article_are_made_once(django_capture_on_commit_callbacks):
    from news import publishing

    image = make_image(width=400, height=300)
    article = make_article(
        live=False, body=[{"type": "image", "value": {"image": image.pk, "layout": "full"}}]
    )
    with django_capture_on_commit_callbacks(execute=True):
        publish(article)

    first = publishing.warm_pictures_of("wagtailcore.page", article.pk)
    second = publishing.warm_pictures_of("wagtailcore.page", article.pk)

    assert (first, second) == (image.renditions.count(), 0)
    assert first > 0


def test_unpublishing_drops_rankings_too():
    author = make_author()
    article = make_article(authors=(author,))
    invalidated()

    article.unpublish()

    assert invalidated() == expected_tags(article) | {f"author:{author.pk}", "ranking"}


def test_deleting_a_section_drops_its_articles():
    article = make_article(section=make_section("Kultur"))
    section = article.get_parent()
    home_tags = {f"section:{page.pk}" for page in section.get_ancestors()}
    own_tags = {f"{kind}:{pk}" for kind in ("page", "section") for pk in (article.pk, section.pk)}
    own_tags |= {translations_of(article), translations_of(section)}
    invalidated()

    section.delete()

    assert invalidated() == own_tags | home_tags | {"listings", "ranking", "navigation"}


def test_moving_drops_both_sections_and_keeps_the_old_address_working():
    home = make_home()
    article = make_article(section=make_section("Kultur"), slug="konzert")
    other = make_section("Lokales")
    before = expected_tags(article)
    invalidated()

    article.move(Page.objects.get(pk=other.pk), pos="last-child")

    moved = ArticlePage.objects.get(pk=article.pk)
    assert invalidated() == before | expected_tags(moved) | {"ranking"}
    assert [(row.old_path, row.redirect_page_id) for row in Redirect.objects.all()] == [
        ("/kultur/konzert", article.pk)
    ]
    assert moved.url_path == f"{home.url_path}lokales/konzert/"


def test_an_english_article_is_found_at_the_address_it_had(client):
    make_home()
    english = make_home(language="en", title="Front page")
    culture, local = (make_section(title, parent=english) for title in ("Culture", "Local"))
    article = make_article(section=culture, slug="concert")

    article.move(Page.objects.get(pk=local.pk), pos="last-child")

    answer = client.get("/en/culture/concert/")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/en/local/concert/")


def test_new_slug_of_a_section_drops_the_menu():
    section = make_section("Kultur")
    invalidated()

    section.slug = "feuilleton"
    publish(section)

    assert invalidated() >= {f"page:{section.pk}", f"section:{section.pk}", "navigation"}


def test_author_tag_and_picture_drop_what_shows_them(django_capture_on_commit_callbacks):
    image, author = make_image(), make_author()
    with django_capture_on_commit_callbacks(execute=True):
        article = make_article(tags=("Hafen",), lead_image=image)
    tag = Tag.objects.get(name="Hafen")
    invalidated()

    Author.objects.get(pk=author.pk).save()
    assert invalidated() == {f"author:{author.pk}", "listings"}

    tag.save()
    assert invalidated() == {f"tag:{tag.pk}", "listings"}

    image.caption = "Neu"
    image.save()
    assert invalidated() == {f"page:{article.pk}", "listings"}


def test_a_scheduled_publish_in_the_future_changes_nothing_for_readers():
    article = make_article(live=False, standfirst="Noch nicht")
    article.go_live_at = timezone.now() + timedelta(days=1)

    publish(article)

    article.refresh_from_db()
    assert (article.live, article.first_published_at) == (False, None)
