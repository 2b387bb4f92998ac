"""Reader search: what is found, and what is marked."""

from datetime import timedelta

import pytest
from django.db import connection
from django.http import QueryDict
from django.utils import timezone

from cms.outbox.models import OutboxEntry
from news import search, tagging
from news.models import ArticleAuthor, Tag
from news.tasks import index_articles
from tests.factories import make_article, make_author, make_section

NOW = timezone.now()


@pytest.fixture
def articles(db: None, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        economy = make_section("Wirtschaft")
        culture = make_section("Kultur")
        return {
            "hall": make_article("Neue Halle am Hafen", section=economy),
            "concert": make_article("Konzert am Hafen", section=culture),
            "old": make_article(
                "Alter Hafen", section=economy, published_at=NOW - timedelta(days=60)
            ),
            "draft": make_article("Hafen im Entwurf", section=economy, live=False),
        }


def titles(**parameters: str) -> set[str]:
    address = QueryDict(mutable=True)
    address.update(parameters)
    query = search.read_query(address, search.sections(), search.authors())
    return {article.title for article in search.find(query, now=NOW)}


def test_words_section_and_period_narrow_the_result(articles) -> None:
    assert titles(q="Hafen") == {"Neue Halle am Hafen", "Konzert am Hafen", "Alter Hafen"}
    assert titles(q="Hafen", section="kultur") == {"Konzert am Hafen"}
    assert titles(q="Hafen", period="week") == {"Neue Halle am Hafen", "Konzert am Hafen"}


def test_author_narrows_the_result(articles) -> None:
    author = make_author("Jana", slug="jana")
    ArticleAuthor.objects.create(article=articles["concert"], author=author)
    make_author("Ruhestand", slug="ruhestand", is_active=False)

    assert titles(q="Hafen", author="jana") == {"Konzert am Hafen"}
    assert titles(q="Hafen", author="unbekannt") == titles(q="Hafen")
    assert [found.slug for found in search.authors()] == ["jana"]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="pg_trgm is PostgreSQL's")
def test_typing_errors_are_forgiven(articles) -> None:
    assert titles(q="Konzret") == {"Konzert am Hafen"}
    assert titles(q="Xylophon") == set()


def test_beginning_of_a_word_finds_a_headline(articles) -> None:
    assert titles(q="Konz") == {"Konzert am Hafen"}


def test_an_article_is_found_by_the_new_name_of_its_tag(
    articles, django_capture_on_commit_callbacks
) -> None:
    def changed(change) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            change()
        for entry in OutboxEntry.objects.filter(kind="index_articles"):
            index_articles(entry.payload["ids"])

    def tagged() -> None:
        articles["concert"].tags.add("Fähren")
        articles["concert"].save_revision().publish()

    def renamed() -> None:
        tag = Tag.objects.get()
        tag.name = "Schiffe"
        tag.save()

    changed(tagged)
    assert titles(q="Fähren") == {"Konzert am Hafen"}
    changed(renamed)
    assert (titles(q="Fähren"), titles(q="Schiffe")) == (set(), {"Konzert am Hafen"})
    changed(
        lambda: tagging.merge(Tag.objects.get(), into=Tag.objects.create(name="Kai", slug="kai"))
    )
    assert (titles(q="Schiffe"), titles(q="Kai")) == (set(), {"Konzert am Hafen"})
    changed(Tag.objects.get().delete)
    assert titles(q="Kai") == set()


def test_an_article_found_by_its_text_shows_the_place(client, articles) -> None:
    body = [("text", "<p>Am Kai lagen Taue.</p><p>Der <b>Leuchtturm</b> blinkt.</p>")]
    make_article("Nachts", section=articles["hall"].section, body=body, standfirst="Es ist still.")

    html = client.get("/suche/?q=Leuchtturm").content.decode()

    assert "Am Kai lagen Taue. Der <mark>Leuchtturm</mark> blinkt." in html
    assert "Es ist still." not in html


@pytest.mark.parametrize(
    ("text", "query", "shown"),
    [
        ("Der Hafen", "hafen", "Der Hafen"),
        (
            "wort " * 50 + "Hafen" + " ende" * 50,
            "Hafen",
            "… " + "wort " * 13 + "Hafen" + " ende" * 27 + " …",
        ),
        ("x" * 300 + "Hafen", "Hafen", ""),
        ("Der Hafen", "Kai", ""),
        ("Der Hafen", "!", ""),
        ("", "Hafen", ""),
    ],
)
def test_extract_is_whole_words_around_the_first_hit(text: str, query: str, shown: str) -> None:
    assert search.extract(text, query) == shown


@pytest.mark.parametrize("words", ["", "   ", "\x00", "***", '"', "AND OR", "a'b\"c", "ä" * 500])
def test_strange_words_do_no_harm(articles, words: str) -> None:
    assert titles(q=words, section="nix", period="nix", page="-1") == set()


@pytest.mark.parametrize(
    ("text", "query", "marked"),
    [
        ("Der Strompreis", "strom", "Der <mark>Strompreis</mark>"),
        ("<b>Strom</b>", "strom", "&lt;b&gt;<mark>Strom</mark>&lt;/b&gt;"),
        ("Windstrom", "strom", "Windstrom"),
        ("A & B", "", "A &amp; B"),
        ("Ein (Preis)", "(Preis", "Ein (<mark>Preis</mark>)"),
    ],
)
def test_found_words_are_marked_and_everything_is_escaped(
    text: str, query: str, marked: str
) -> None:
    assert search.highlight(text, query) == marked
