import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from news.models import Author, Tag
from tests.factories import make_article, make_author, make_user

pytestmark = pytest.mark.django_db

AUTHORS = "/admin/snippets/news/author/"
TAGS = "/admin/snippets/news/tag/"


@pytest.fixture
def editor(client):
    client.force_login(make_user(groups=("Editors",)))
    return client


def test_editor_adds_an_author_and_a_tag(editor):
    fields = {"name": "Jana Beispiel", "slug": "jana-beispiel", "is_active": "on"}

    editor.post(f"{AUTHORS}add/", fields)
    editor.post(f"{TAGS}add/", {"name": "Hafen", "slug": "hafen"})

    assert list(Author.objects.values_list("name", "slug")) == [("Jana Beispiel", "jana-beispiel")]
    assert list(Tag.objects.values_list("name", "slug")) == [("Hafen", "hafen")]


def test_slug_follows_the_name_while_it_is_typed(editor):
    form = editor.get(f"{AUTHORS}add/").content.decode()

    assert 'data-w-sync-target-value="#id_slug"' in form
    assert 'data-controller="w-slug"' in form


def test_lists_count_articles_and_find_by_name(editor):
    author = make_author("Jana Beispiel")
    make_author("Kim Muster")
    make_article(authors=(author,), tags=("Hafen",))
    make_article(authors=(author,))

    authors = editor.get(AUTHORS, {"q": "jana"}).context["object_list"]
    tags = editor.get(TAGS).context["object_list"]

    assert [(row.name, row.article_count) for row in authors] == [("Jana Beispiel", 2)]
    assert [(row.name, row.article_count) for row in tags] == [("Hafen", 1)]


@pytest.mark.parametrize("address", [AUTHORS, TAGS])
def test_same_query_count_at_one_and_three_rows(editor, address):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert editor.get(address).status_code == 200
        return len(captured)

    make_article(authors=(make_author(),), tags=("Eins",))
    queries()
    at_one = queries()
    make_article(authors=(make_author(), make_author()), tags=("Zwei", "Drei"))

    assert queries() == at_one


@pytest.mark.parametrize("name", ["Hafen", "hafen", " HAFEN "])
def test_a_topic_has_one_tag_however_it_is_spelt(editor, name):
    Tag.objects.create(name="Hafen", slug="hafen")

    answer = editor.post(f"{TAGS}add/", {"name": name, "slug": "anders"})

    assert list(answer.context["form"].errors) == ["name"]
    assert Tag.objects.count() == 1
