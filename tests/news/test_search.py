"""Reader search: what is found, and what is marked."""

from datetime import timedelta

import pytest
from django.db import connection
from django.http import QueryDict
from django.utils import timezone

from news import search
from news.models import ArticleAuthor
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
