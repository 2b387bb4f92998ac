import json
import re
from typing import Any

import pytest
from django.test import Client

from news.comments import readers
from news.models import ArticlePage
from tests.news.comments.conftest import NOW, MakeComment
from tests.news.comments.test_text import HOSTILE

pytestmark = pytest.mark.django_db


def article_data(client: Client, article: ArticlePage) -> Any:
    page = client.get(article.url).content.decode()
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page)
    assert found
    return json.loads(found[1])


def test_article_names_its_comments(
    client: Client, article: ArticlePage, make_comment: MakeComment
) -> None:
    root = make_comment(name="Anna", text="Erster")
    reply = make_comment(name="Ben", text="Zweiter", parent=root)
    make_comment("pending")
    address = article.full_url

    data = article_data(client, article)

    assert (data["@type"], data["commentCount"]) == ("NewsArticle", 2)
    assert data["comment"] == [
        {
            "@type": "Comment",
            "@id": f"{address}#{root.anchor}",
            "text": "Erster",
            "datePublished": root.submitted_at.isoformat(),
            "author": {"@type": "Person", "name": "Anna"},
        },
        {
            "@type": "Comment",
            "@id": f"{address}#{reply.anchor}",
            "text": "Zweiter",
            "datePublished": reply.submitted_at.isoformat(),
            "author": {"@type": "Person", "name": "Ben"},
            "parentItem": {"@id": f"{address}#{root.anchor}"},
        },
    ]
    for comment in (root, reply):
        readers.withdraw(comment, now=NOW)
    assert "comment" not in article_data(client, article)


@pytest.mark.parametrize("value", [*HOSTILE, "</script><script>alert(1)</script>"])
def test_hostile_text_and_name_stay_text(
    client: Client, article: ArticlePage, make_comment: MakeComment, value: str
) -> None:
    make_comment(name=value[:80], text=value)

    (comment,) = article_data(client, article)["comment"]

    assert (comment["text"], comment["author"]["name"]) == (value, value[:80])
