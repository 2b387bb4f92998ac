import re

import pytest
from django.db import connection
from django.template import Context, Template
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from wagtail.models import Locale

from news.comments import moderation, readers
from news.comments.models import CommentSettings, ReaderComment
from news.comments.moderation import By
from news.consent.models import ConsentText
from news.models import ArticlePage, CommentMode
from tests.news.comments.conftest import NOW, MakeComment
from tests.news.comments.test_text import HOSTILE

pytestmark = pytest.mark.django_db
TEMPLATE = Template(
    "{% load reader_comments %}{% comment_jump_link page %}|{% comment_section page %}"
)


def render(article: ArticlePage) -> str:
    request = RequestFactory().get(article.url)
    page = ArticlePage.objects.get(pk=article.pk)
    return TEMPLATE.render(Context({"page": page, "request": request}))


def test_empty_thread_and_form(article: ArticlePage, text: ConsentText) -> None:
    html = render(article)

    assert '<a href="#comments">' in html
    assert 'id="comments"' in html
    assert "<ol" not in html
    assert 'name="consent"' in html
    assert text.label in html
    assert "<script src=" in html
    assert not re.search(r"<script>|style=|onclick", html)


def test_thread_is_numbered_and_nested(article: ArticlePage, make_comment: MakeComment) -> None:
    root = make_comment(name="Anna Au", text="Erster\n\nhttps://example.org")
    reply = make_comment(parent=root, name="Ben")
    make_comment("pending", text="wartet")
    make_comment("unconfirmed", text="unbestätigt")

    html = render(article)

    assert html.count("<ol") == 2
    assert html.index(f'id="{root.anchor}"') < html.index(f'id="{reply.anchor}"')
    assert '<span class="comment__initials" aria-hidden="true">AA</span>' in html
    assert f'href="/_/comments/show/{root.pk}/"' in html
    assert f"?parent={root.pk}" in html
    assert f"?parent={reply.pk}" in html
    assert 'rel="ugc nofollow noopener noreferrer"' in html
    assert "(2)" in html
    assert "wartet" not in html and "unbestätigt" not in html
    assert "@example.org" not in html


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_text_and_name_stay_text(
    article: ArticlePage, make_comment: MakeComment, value: str
) -> None:
    make_comment(name=value[:80], text=value)

    html = render(article)

    section = html[html.index("<ol") : html.rindex("</ol>")]
    tags = {part.split(">")[0].split()[0] for part in section.split("<")[1:]}
    assert tags <= {
        *("ol", "/ol", "li", "/li", "article", "/article", "header", "/header", "span", "/span"),
        *("h3", "/h3", "bdi", "/bdi", "p", "/p", "a", "/a", "time", "/time", "div", "/div", "br"),
    }


def test_withdrawn_leaf_disappears_and_a_root_leaves_a_tombstone(
    article: ArticlePage, make_comment: MakeComment
) -> None:
    root = make_comment(name="Anna Au", text="Erster")
    reply = make_comment(parent=root, name="Ben", text="Antwort")
    leaf = make_comment(name="Cleo", text="Blatt")
    for comment in (root, leaf):
        readers.withdraw(comment, now=NOW)

    html = render(article)

    assert f'id="{root.anchor}"' in html
    assert "comment--gone" in html
    assert "Antwort" in html and f'id="{reply.anchor}"' in html
    for gone in ("Anna Au", "Erster", "Cleo", "Blatt", leaf.anchor):
        assert gone not in html
    assert "(1)" in html


def test_hidden_root_says_that_editors_removed_it(
    article: ArticlePage, make_comment: MakeComment
) -> None:
    root = make_comment(text="Erster")
    make_comment(parent=root)
    moderation.hide(root, By(rule="test"), now=NOW)

    html = render(article)

    assert "comment--gone" in html
    assert "Erster" not in html


def test_closed_article_shows_its_thread_without_a_form(
    article: ArticlePage, make_comment: MakeComment
) -> None:
    make_comment(text="Erster")
    ArticlePage.objects.update(comment_mode=CommentMode.CLOSED)

    html = render(article)

    assert "Erster" in html
    assert "<form" not in html
    assert "comments__closed" in html
    assert "?parent=" not in html


def test_off_shows_nothing(article: ArticlePage, make_comment: MakeComment) -> None:
    make_comment()
    ArticlePage.objects.update(comment_mode=CommentMode.OFF)

    assert render(article).strip() == "|"


def test_without_a_text_nobody_is_asked(article: ArticlePage) -> None:
    french, _ = Locale.objects.get_or_create(language_code="fr")
    ArticlePage.objects.update(locale=french)

    html = render(article)

    assert "<form" not in html
    assert "comments__closed" in html


def test_draft_that_was_never_saved_shows_nothing(db: None) -> None:
    context = Context({"page": ArticlePage(title="x"), "request": RequestFactory().get("/")})

    assert TEMPLATE.render(context).strip() == "|"


def test_query_count_is_constant_and_nothing_is_written(
    article: ArticlePage, make_comment: MakeComment
) -> None:
    counts = []
    for _ in range(2):
        root = make_comment()
        make_comment(parent=root)
        render(article)
        with CaptureQueriesContext(connection) as queries:
            render(article)
        counts.append(len(queries))
        assert all(query["sql"].startswith("SELECT") for query in queries)

    assert counts[0] == counts[1]
    assert counts[0] <= 9
    assert CommentSettings.objects.count() == 0
    assert ReaderComment.objects.count() == 4
