import pytest
from django.test import Client

from news.comments import readers
from news.consent.models import ConsentText
from news.models import ArticlePage
from tests.news.comments.conftest import NOW, MakeComment

pytestmark = pytest.mark.django_db


def test_article_in_the_order_of_a_newspaper(
    client: Client, article: ArticlePage, text: ConsentText, make_comment: MakeComment
) -> None:
    comment = make_comment(name="Anna Au", text="Erster Kommentar")

    response = client.get(article.url)
    page = response.content.decode()

    places = [
        page.index(part)
        for part in (
            'href="#comments"',
            'id="comments"',
            f'id="{comment.anchor}"',
            'id="comment-form-title"',
            "comment-form__note",
            'name="text"',
            'name="name"',
            'name="email"',
            'name="consent"',
            "comment-consent-notice",
            'href="/datenschutz/"',
        )
    ]
    assert places == sorted(places)
    assert response.cookies == {}


def test_withdrawn_comment_is_gone_from_the_page(
    client: Client, article: ArticlePage, make_comment: MakeComment
) -> None:
    comment = make_comment(name="Anna Au", text="Erster Kommentar")
    readers.withdraw(comment, now=NOW)

    page = client.get(article.url).content.decode()

    assert "Erster Kommentar" not in page
    assert "Anna Au" not in page
