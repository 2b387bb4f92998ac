"""The article page: its order, what stands around the text, what it costs."""

import json
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from analytics.models import WindowState, WindowTotal
from analytics.timebuckets import bucket_of
from home.models import Masthead
from news import reading
from news.models import ArticlePage, ArticleRelation
from news.templatetags import reading_tags
from tests.factories import (
    make_article,
    make_author,
    make_home,
    make_image,
    make_section,
)

pytestmark = pytest.mark.django_db

NOW = timezone.now()
BODY = [
    ("text", "<p>Erster Absatz.</p><h3>Zwei Tarife</h3><p>Zweiter Absatz.</p>"),
    ("subheading", "Was jetzt gilt"),
    ("quotation", {"text": "Wir haben gerechnet.", "speaker": "Miriam Vogt"}),
    ("pull_quote", {"text": "Die Rechnung war einfach."}),
    ("fact_box", {"title": "Zahlen", "text": "<p>31,2 Cent</p>"}),
    ("note", {"kind": "correction", "noted_at": NOW, "text": "<p>Ein Betrag war falsch.</p>"}),
    ("embed", {"url": "https://youtu.be/abcdefghijk", "title": "Rundgang"}),
]


def rank(article: ArticlePage) -> None:
    """Count the article, so that it stands in the box of the most read."""
    WindowState.objects.create(
        window="7d", first_bucket=0, last_bucket=bucket_of(NOW), rolled_at=NOW
    )
    WindowTotal.objects.create(window="7d", page_id=article.pk, visits=9, views=9, readers=9)


def full_article(**fields):
    image = make_image(
        caption="Die Halle am Hafen.",
        description="Halle",
        creator="Lena Muster",
        source="Wikipedia",
        licence="cc-by-2.0",
    )
    return make_article(
        "Strompreis sinkt",
        authors=(make_author("Jana Beispiel", slug="jana"),),
        tags=("Energie",),
        standfirst="Der Versorger gibt Kosten weiter.",
        kicker="Hafen",
        lead_image=image,
        body=BODY,
        **fields,
    )


def test_article_stands_in_the_order_of_the_page_it_began_from(client: Client) -> None:
    article = full_article()
    other = make_article("Noch ein Artikel", tags=("Energie",))
    rank(other)

    html = client.get(article.url).content.decode()
    main = html[html.index("<main") :]

    places = [
        main.index(text)
        for text in (
            ">Wirtschaft</a>",
            "Strompreis sinkt</h1>",
            "Der Versorger gibt Kosten weiter.",
            "Jana Beispiel</a>",
            'href="#comments"',
            "Erster Absatz.",
            "Die Halle am Hafen.",
            "Lena Muster / Wikipedia",
            'href="https://creativecommons.org/licenses/by/2.0/"',
            'rel="tag">Energie',
            'id="related-title"',
            "Noch ein Artikel",
            'id="comments"',
            "<form",
            'id="most-read-heading"',
        )
    ]
    assert places == sorted(places)


def test_every_block_is_shown_and_subheadings_have_anchors(client: Client) -> None:
    html = client.get(full_article().url).content.decode()

    for text in (
        '<h2 id="s-was-jetzt-gilt">Was jetzt gilt</h2>',
        '<h2 id="s-zwei-tarife">Zwei Tarife</h2>',
        "Wir haben gerechnet.",
        "Die Rechnung war einfach.",
        "31,2 Cent",
        "Ein Betrag war falsch.",
        'data-embed="https://www.youtube-nocookie.com/embed/abcdefghijk?autoplay=1"',
    ):
        assert text in html
    assert "<iframe" not in html
    assert not re.search(r"<[^>]+\sstyle=|<style|<script>", html)


def test_subheadings_that_say_the_same_have_an_anchor_each(client: Client) -> None:
    text = ("text", "<p>Eins.</p><h3>Am Kai</h3><p>Zwei.</p>")
    article = make_article(body=[("subheading", "Am Kai"), text, ("subheading", "Am Kai"), text])

    html = client.get(article.url).content.decode()

    names = re.findall(r'<h[23] id="(s-.*?)"', html)
    assert names == ["s-am-kai", "s-am-kai-2", "s-am-kai-3", "s-am-kai-4"]


def test_headings_in_texts_stand_below_the_subheading_that_came_before() -> None:
    text, subheading = BODY[:2]
    assert reading.text_heading(make_article(body=[subheading, text]).body) == "h3"
    assert reading.text_heading(make_article(body=[text, subheading]).body) == "h2"
    assert reading.text_heading(make_article().body) == "h3"


def test_empty_draft_is_shown_in_the_preview(client: Client) -> None:
    section = make_section()
    draft = make_article("Nur eine Überschrift", section=section, live=False)

    response = draft.make_preview_request(preview_mode="")

    assert response.status_code == 200
    assert "Nur eine Überschrift" in response.content.decode()


def test_unsaved_article_is_shown_in_the_preview() -> None:
    section = make_section()
    article = ArticlePage(title="Neu", slug="neu", locale=section.locale)
    article.path = ArticlePage._get_children_path_interval(section.path)[1]
    article.depth = section.depth + 1
    article.set_url_path(section)

    assert article.make_preview_request(preview_mode="").status_code == 200


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("de", ["31,25", "2026", "12.500", "22. November 2026"]),
        ("en", ["31.25", "2026", "12,500", "22 November 2026"]),
    ],
)
def test_numbers_and_dates_are_written_as_the_language_does(language, texts) -> None:
    day = datetime(2026, 11, 22, 12, tzinfo=UTC)
    with translation.override(language):
        numbers = [Decimal(number) for number in ("31.25", "2026", "12500")]
        printed = [reading_tags.printed_number(number) for number in numbers]
        time = render_to_string("components/time.html", {"moment": day})
        today = render_to_string("components/today.html", {"day": day.date()})

    assert printed == texts[:3]
    assert f">{texts[3]}</time>" in time
    assert f", {texts[3]}</time>" in today
    assert reading_tags.printed_number(None) == ""


def test_updated_time_is_shown_only_after_a_significant_change(client: Client) -> None:
    quiet = make_article()
    changed = make_article(significantly_updated_at=NOW)

    assert "article__updated" not in client.get(quiet.url).content.decode()
    assert "article__updated" in client.get(changed.url).content.decode()


def test_picture_past_its_right_of_use_is_not_shown(client: Client) -> None:
    image = make_image(usage_ends_on=NOW.date() - timedelta(days=2), caption="Vorbei")
    article = make_article(lead_image=image)

    html = client.get(article.url).content.decode()

    assert "<img" not in html[: html.index("</main>")]
    assert "Vorbei" not in html


def test_related_are_picks_then_shared_tags_then_the_newest() -> None:
    section = make_section()
    elsewhere = make_section("Kultur")
    article = make_article(section=section, tags=("Energie", "Hafen"))
    newest = make_article(section=section)
    one_tag = make_article(section=elsewhere, tags=("Energie",))
    two_tags = make_article(
        section=elsewhere, tags=("Energie", "Hafen"), published_at=NOW - timedelta(days=9)
    )
    pick = make_article(section=elsewhere, published_at=NOW - timedelta(days=90))
    make_article(section=elsewhere, tags=("Energie",), live=False)
    ArticleRelation.objects.create(article=article, related=pick)

    related = reading.related(article, list(article.tags.all()))

    in_order = [pick, two_tags, one_tag, newest]
    assert [found.pk for found in related.articles] == [found.pk for found in in_order]


def count_queries(client: Client, article: ArticlePage) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(article.url).status_code == 200
    return len(queries)


def test_number_of_queries_does_not_grow_with_what_the_article_has(client: Client) -> None:
    make_home()
    small = make_article(tags=("Eins",), authors=(make_author(),), body=BODY[:1])
    for _ in range(3):
        make_article(tags=("Eins",), authors=(make_author(),))
    large = make_article(
        tags=("Eins", "Zwei", "Drei"), authors=(make_author(), make_author(), make_author())
    )
    client.get(make_article().url)

    first = [count_queries(client, article) for article in (small, large)]
    again = [count_queries(client, article) for article in (small, large)]

    # page, translations, tags, related, authors, comments
    assert first == [6, 6]
    # nothing has changed since
    assert again == [0, 0]


def test_rendered_parts_follow_what_they_name(client: Client) -> None:
    author = make_author("Jana Beispiel")
    image = make_image(caption="Ein Kran.", creator="Lena Muster")
    linked = make_article("Verlinkter Artikel", slug="alt")
    article = make_article(
        authors=(author,),
        lead_image=image,
        body=[
            ("text", f'<p><a linktype="page" id="{linked.pk}">mehr</a></p>'),
            ("read_also", {"article": linked}),
        ],
    )
    html = client.get(article.url).content.decode()
    assert all(text in html for text in ("Ein Kran.", "Jana Beispiel", linked.url))

    author.name = "Jana Neumann"
    author.save()
    image.caption = "Zwei Kräne."
    image.save()
    linked.slug = "neu"
    linked.save_revision().publish()
    html = client.get(article.url).content.decode()

    assert all(text in html for text in ("Zwei Kräne.", "Jana Neumann", "/neu/"))
    assert not any(text in html for text in ("Ein Kran.", "Jana Beispiel", "/alt/"))
    image.delete()
    assert "Zwei Kräne." not in client.get(article.url).content.decode()


def test_structured_data_has_the_recommended_fields(client: Client) -> None:
    article = full_article(significantly_updated_at=NOW, word_count=12)
    article.title = "Strom </script> & mehr"
    article.save()

    html = client.get(article.url).content.decode()
    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html)
    news_article, breadcrumbs = (json.loads(block) for block in blocks)

    assert news_article["@type"] == "NewsArticle"
    assert news_article["headline"] == "Strom </script> & mehr"
    assert news_article["author"][0]["name"] == "Jana Beispiel"
    # what Google's documentation of articles recommends
    assert datetime.fromisoformat(news_article["datePublished"]).tzinfo
    assert datetime.fromisoformat(news_article["dateModified"]) == NOW
    assert news_article["author"] == [
        {
            "@type": "Person",
            "name": "Jana Beispiel",
            "url": "http://testserver/autor/jana/",
        }
    ]
    publisher = news_article["publisher"]
    assert publisher["@type"] == "NewsMediaOrganization"
    assert (publisher["name"], publisher["url"]) == ("Redaktion", "http://testserver/")
    assert publisher["logo"]["url"] == "http://testserver/static/logo.png"
    assert news_article["mainEntityOfPage"] == f"http://testserver{article.url}"
    assert news_article["description"] == "Der Versorger gibt Kosten weiter."
    pictures = news_article["image"]
    assert [re.findall(r"fill-(\d+)x(\d+)", url)[0] for url in pictures] == [
        ("1200", "675"),
        ("1200", "900"),
        ("1200", "1200"),
    ]
    assert all(url.startswith("http://testserver/") for url in pictures)
    names = [item["name"] for item in breadcrumbs["itemListElement"]]
    assert names == ["Redaktion", "Wirtschaft", "Strom </script> & mehr"]


def test_demo_and_noindex_articles_are_kept_out_of_search_engines(client: Client) -> None:
    article = make_article(is_noindex=True)
    open_article = make_article()

    assert 'name="robots" content="noindex"' in client.get(article.url).content.decode()
    assert 'content="noindex"' not in client.get(open_article.url).content.decode()
    Masthead.objects.create(site=make_home().get_site(), is_demo=True)
    assert 'content="noindex"' in client.get(open_article.url).content.decode()


def test_a_full_article_with_comments_and_ranking_stays_cheap(client: Client) -> None:
    article = full_article()
    for _number in range(3):
        rank_me = make_article(tags=("Energie",), lead_image=make_image())
    rank(rank_me)
    client.get(rank_me.url)

    assert count_queries(client, article) <= 10
    assert count_queries(client, article) == 0
