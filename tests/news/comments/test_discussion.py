from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cms.outbox.models import OutboxEntry
from cms.page_cache import fragments
from cms.page_cache.drops import KIND
from cms.page_cache.tags import TAGS_HEADER
from news.comments import discussion, moderation, readers
from news.comments.models import CommentState, ReaderComment
from news.consent.models import ConsentText
from news.models import ArticleAuthor, ArticlePage
from tests.factories import make_admin, make_article, make_author, make_user
from tests.news.comments.conftest import NOW, MakeComment

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discussion, "PER_PAGE", 2)


def make_many(article: ArticlePage, text: ConsentText, number: int) -> list[ReaderComment]:
    """Make published comments without their mails."""
    return ReaderComment.objects.bulk_create(
        ReaderComment(
            article=article,
            name=f"Leserin {n}",
            text=f"Text {n}.",
            state=CommentState.PUBLISHED,
            language="de",
            submitted_at=NOW + timedelta(minutes=n),
            confirmed_at=NOW,
            published_at=NOW + timedelta(minutes=n),
            ticket_digest=f"many-{n}",
            consent_text=text,
        )
        for n in range(number)
    )


def names(client: Client, address: str) -> list[str]:
    response = client.get(address)
    assert response.status_code == 200
    return [node.comment.name for node in response.context["discussion"].nodes]


def test_long_thread_comes_in_pages(
    client: Client, article: ArticlePage, text: ConsentText, make_comment: MakeComment
) -> None:
    many = make_many(article, text, 5)
    make_comment(parent=many[4], name="Ben")
    thread = reverse("reader_comments:thread", args=[article.pk])
    newest = reverse("reader_comments:newest", args=[article.pk])

    page = discussion.thread(article)
    assert (page.count, page.pages, len(page.nodes)) == (6, 3, 2)
    assert [names(client, f"{thread}?page={n}") for n in (1, 2, 3)] == [
        ["Leserin 0", "Leserin 1"],
        ["Leserin 2", "Leserin 3"],
        ["Leserin 4"],
    ]
    assert names(client, newest) == ["Leserin 4", "Leserin 3"]
    assert "Ben" in client.get(newest).content.decode()
    assert f'href="{thread}?page=2"' in client.get(article.url).content.decode()


@pytest.mark.parametrize("page", ["0", "4", "x", "-1", "²", "9" * 30])
def test_page_that_is_not_there_is_not_found(
    client: Client, article: ArticlePage, text: ConsentText, page: str
) -> None:
    make_many(article, text, 5)

    url = reverse("reader_comments:thread", args=[article.pk])
    assert client.get(url, {"page": page}).status_code == 404


def test_lasting_address_leads_to_where_the_comment_stands(
    client: Client, article: ArticlePage, text: ConsentText, make_comment: MakeComment
) -> None:
    many = make_many(article, text, 5)
    reply = make_comment(parent=many[2])
    pending = make_comment("pending")

    def target(comment: ReaderComment) -> tuple[int, str]:
        response = client.get(reverse("reader_comments:show", args=[comment.pk]))
        return response.status_code, response.headers.get("Location", "")

    thread = reverse("reader_comments:thread", args=[article.pk])
    assert target(many[1]) == (302, f"{article.get_url()}#{many[1].anchor}")
    assert target(many[4]) == (302, f"{thread}?page=3#{many[4].anchor}")
    assert target(reply) == (302, f"{thread}?page=2#{reply.anchor}")
    assert target(pending)[0] == 404


def test_tombstone_keeps_its_place(
    article: ArticlePage, text: ConsentText, make_comment: MakeComment
) -> None:
    many = make_many(article, text, 3)
    make_comment(parent=many[0])
    readers.withdraw(many[0], now=NOW)
    readers.withdraw(many[1], now=NOW)

    page = discussion.thread(article)

    assert [node.comment.pk for node in page.nodes] == [many[0].pk, many[2].pk]
    assert (page.count, page.pages) == (2, 1)


def test_page_of_any_thread_is_one_query(
    article: ArticlePage, text: ConsentText, django_assert_num_queries: Any
) -> None:
    make_many(article, text, 20)

    for newest_first in (False, True):
        with django_assert_num_queries(1):
            assert len(discussion.thread(article, newest_first=newest_first).nodes) == 2


def test_article_page_keeps_to_its_queries(
    client: Client, article: ArticlePage, text: ConsentText, make_comment: MakeComment
) -> None:
    make_comment()
    costs = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get(article.url)
        ours = [q for q in queries if "reader_comments_" in q["sql"] or "consent_" in q["sql"]]
        costs.append(len(ours))
    # settings, texts and thread; they are asked for again when they change
    assert costs == [3, 0]


def test_uncached_article_costs_as_many_statements_with_sixty_comments_as_with_three(
    client: Client, article: ArticlePage, text: ConsentText, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discussion, "PER_PAGE", 100)
    many = make_many(article, text, 60)
    ReaderComment.objects.filter(pk__gt=many[29].pk).update(parent=many[0])
    client.get(article.url)  # what the program asks once, whatever the page
    costs, shown = [], []
    for pks in ([c.pk for c in many], [many[0].pk, many[1].pk, many[30].pk]):
        ReaderComment.objects.exclude(pk__in=pks).update(state=CommentState.HIDDEN)
        fragments.forget_all()
        with CaptureQueriesContext(connection) as queries:
            page = client.get(article.url).content.decode()
        costs.append(len(queries))
        shown.append(page.count('id="comment-') - page.count('id="comment-f'))

    assert costs[0] == costs[1] > 0
    assert shown[0] > 60 > shown[1]


def test_roles_come_from_a_confirmed_address_only(
    client: Client, article: ArticlePage, make_comment: MakeComment
) -> None:
    make_admin("chef")
    writer = make_user("schreiberin", groups=("Reporters",))
    make_author(user=writer)
    ArticleAuthor.objects.create(article=article, author=writer.author)
    make_user("gast")

    def role(email: str) -> str:
        return str(make_comment(email=email, article=ArticlePage.objects.get()).role)

    assert role("chef@example.org") == "staff"
    assert role("SCHREIBERIN@example.org") == "author"
    assert role("gast@example.org") == ""
    page = client.get(article.url).content.decode()
    assert page.count("comment__badge") == 2


def test_a_comment_drops_its_article_and_no_page_that_names_it(
    client: Client, article: ArticlePage, make_comment: MakeComment
) -> None:
    section = article.get_parent()
    other = make_article(section=section)
    thread, feed = (
        reverse(f"reader_comments:{name}", args=[article.pk]) for name in ("thread", "feed")
    )
    tags = {
        url: set(client.get(url).headers[TAGS_HEADER].split())
        for url in (article.url, thread, feed, other.url, section.url, "/")
    }
    comment = make_comment("pending")
    OutboxEntry.objects.all().delete()

    moderation.approve(comment, moderation.By(reason="insult"), now=NOW)

    [dropped] = OutboxEntry.objects.filter(kind=KIND).values_list("payload__tags", flat=True)
    assert [url for url, names in tags.items() if names & set(dropped)] == [
        *(article.url, thread, feed)
    ]


def test_a_comment_leaves_the_text_of_its_article_as_it_was_rendered(
    client: Client, article: ArticlePage, make_comment: MakeComment, django_assert_num_queries: Any
) -> None:
    comment = make_comment("pending")
    client.get(article.url)
    moderation.approve(comment, moderation.By(reason="insult"), now=NOW)

    with django_assert_num_queries(1):  # the thread
        answer = client.get(article.url)

    assert comment.text in answer.content.decode()
