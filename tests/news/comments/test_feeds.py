from xml.etree import ElementTree

import pytest
from django.test import Client
from django.urls import reverse

from news.comments import readers
from news.comments.models import ReaderComment
from news.models import ArticlePage, CommentMode
from tests.news.comments.conftest import NOW, MakeComment
from tests.news.comments.test_text import HOSTILE

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


def entries(client: Client, article: ArticlePage) -> list[tuple[str, str, str]]:
    response = client.get(reverse("reader_comments:feed", args=[article.pk]))
    assert response.status_code == 200
    root = ElementTree.fromstring(response.content)
    return [
        (
            entry.findtext(f"{ATOM}title", ""),
            entry.findtext(f"{ATOM}summary", ""),
            entry.find(f"{ATOM}link").attrib["href"],
        )
        for entry in root.iter(f"{ATOM}entry")
    ]


def test_newest_published_comments(
    client: Client, article: ArticlePage, make_comment: MakeComment
) -> None:
    first = make_comment(name="Anna", text="Erster")
    second = make_comment(name="Ben", text="Zweiter", parent=first)
    make_comment("pending")
    make_comment("unconfirmed")

    base = "http://testserver/_/comments/show"
    assert entries(client, article) == [
        ("Ben", "<p>Zweiter</p>", f"{base}/{second.pk}/"),
        ("Anna", "<p>Erster</p>", f"{base}/{first.pk}/"),
    ]
    readers.withdraw(first, now=NOW)
    assert [entry[0] for entry in entries(client, article)] == ["Ben"]


@pytest.mark.parametrize("value", [*HOSTILE, "a\x00b\x0b\x1b", "]]>&amp;"])
def test_hostile_text_and_name_stay_text(
    client: Client, article: ArticlePage, make_comment: MakeComment, value: str
) -> None:
    comment = make_comment()
    # As an import may bring it, past every form.
    ReaderComment.objects.filter(pk=comment.pk).update(
        name=value.replace("\x00", ""), text=value.replace("\x00", "")
    )

    ((name, html, _link),) = entries(client, article)

    assert name == value.translate(dict.fromkeys([0, 0x0B, 0x1B])) or "\x0b" in value
    tags = {part.split(">")[0].split()[0] for part in html.split("<")[1:]}
    assert tags <= {"p", "/p", "a", "/a", "br"}


def test_article_without_visible_comments_has_no_feed(
    client: Client, article: ArticlePage
) -> None:
    ArticlePage.objects.update(comment_mode=CommentMode.OFF)

    assert client.get(reverse("reader_comments:feed", args=[article.pk])).status_code == 404
