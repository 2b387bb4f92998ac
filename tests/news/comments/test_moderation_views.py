import html
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from news.comments import moderation, readers, retention
from news.comments.models import (
    CommentDecision,
    CommentReport,
    CommentSettings,
    ReaderComment,
)
from news.comments.moderation import By
from tests.factories import make_admin, make_article, make_section, make_user
from tests.news.comments.conftest import NOW, MakeComment
from tests.news.comments.test_text import HOSTILE

pytestmark = pytest.mark.django_db
LIST = "/admin/reader-comments/"


@pytest.fixture
def moderator(client: Client) -> Client:
    client.force_login(make_user("mod", groups=("Comment moderators",)))
    return client


def bulk(action: str, *comments: ReaderComment) -> str:
    url = reverse("wagtail_bulk_action", args=["reader_comments", "readercomment", action])
    return f"{url}?next={LIST}&" + "&".join(f"id={comment.pk}" for comment in comments)


def decide(client: Client, comment: ReaderComment, verb: str, **data: str) -> Any:
    url = reverse("reader_comments_admin:decide", args=[comment.pk])
    return client.post(url, {"verb": verb, "seen": comment.version} | data)


def states() -> list[str]:
    return list(ReaderComment.objects.order_by("pk").values_list("state", flat=True))


def test_queue_shows_what_waits_and_nothing_unconfirmed(
    moderator: Client, make_comment: MakeComment
) -> None:
    make_comment("pending", name="Anna", text="Wartender Text")
    make_comment("published", name="Ben", text="Öffentlicher Text")
    make_comment("unconfirmed", name="Cleo", text="Unbestätigter Text")

    pending = moderator.get(LIST, {"state": "pending"}).content.decode()
    everything = moderator.get(LIST).content.decode()

    assert "Wartender Text" in pending and "Die Mieten steigen" in pending
    assert "Öffentlicher Text" not in pending
    assert "Öffentlicher Text" in everything
    assert "Unbestätigter Text" not in everything


def test_queue_is_searched_and_filtered_by_section(
    moderator: Client, make_comment: MakeComment
) -> None:
    sport = make_section("Sport")
    make_comment("pending", text="Über Mieten")
    make_comment("pending", text="Über Fußball", article=make_article("Spiel", section=sport))

    for query in ({"q": "Fußball"}, {"section": sport.pk}):
        page = moderator.get(LIST, query).content.decode()
        assert "Über Fußball" in page
        assert "Über Mieten" not in page


def test_menu_and_dashboard_say_how_many_wait(
    moderator: Client, make_comment: MakeComment
) -> None:
    make_comment("pending")
    make_comment("pending")

    page = moderator.get("/admin/").content.decode()

    assert '"data-waiting": "2"' in html.unescape(page)
    assert "2 reader comments wait" in page or "2 Leserkommentare warten" in page
    assert f"{LIST}?state=open" in page


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_text_and_name_stay_text(
    client: Client, make_comment: MakeComment, value: str
) -> None:
    comment = make_comment("pending", name=value[:80], text=value)
    client.force_login(make_admin())

    for url in (
        LIST,
        reverse("reader_comments_admin:inspect", args=[comment.pk]),
        bulk("approve", comment),
        bulk("reject", comment),
    ):
        page = client.get(url).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "<svg/onload" not in page


def test_one_comment_is_approved(moderator: Client, make_comment: MakeComment) -> None:
    comment = make_comment("pending")

    decide(moderator, comment, "approve")

    assert states() == ["published"]
    last = CommentDecision.objects.order_by("-pk")[0]
    assert (last.actor.username, last.new_state) == ("mod", "published")


def test_rejecting_asks_for_a_reason(moderator: Client, make_comment: MakeComment) -> None:
    comment = make_comment("pending")

    decide(moderator, comment, "reject")
    assert states() == ["pending"]

    decide(moderator, comment, "reject", reason="insult", note="Ton")
    assert states() == ["rejected"]
    last = CommentDecision.objects.order_by("-pk")[0]
    assert (last.reason, last.note) == ("insult", "Ton")


def test_stale_page_decides_nothing(moderator: Client, make_comment: MakeComment) -> None:
    comment = make_comment("pending")
    moderation.approve(ReaderComment.objects.get(), By(rule="other"), now=NOW)

    response = decide(moderator, comment, "reject", reason="insult", follow="1")

    assert response.status_code == 409
    assert states() == ["published"]


def test_bulk_decisions(moderator: Client, make_comment: MakeComment) -> None:
    comments = [make_comment("pending") for _ in range(3)]

    assert moderator.get(bulk("approve", *comments[:2])).status_code == 200
    assert states() == ["pending"] * 3

    moderator.post(bulk("approve", *comments[:2]))
    assert states() == ["published", "published", "pending"]

    moderator.post(bulk("reject", comments[2]))
    assert states() == ["published", "published", "pending"]
    moderator.post(bulk("reject", comments[2]), {"reason": "off_topic"})
    assert states() == ["published", "published", "rejected"]


def test_bulk_leaves_alone_what_it_may_not_touch(
    moderator: Client, make_comment: MakeComment
) -> None:
    comments = [make_comment("unconfirmed"), make_comment("published"), make_comment("pending")]

    moderator.post(bulk("approve", *comments))

    assert states() == ["unconfirmed", "published", "published"]


def test_bulk_of_everything_means_everything_that_waits(
    moderator: Client, make_comment: MakeComment
) -> None:
    for state in ("unconfirmed", "pending", "pending"):
        make_comment(state)

    moderator.post(bulk("approve") + "id=all&state=pending")

    assert states() == ["unconfirmed", "published", "published"]


def test_one_comment_shows_decisions_and_the_text_that_was_consented_to(
    moderator: Client, make_comment: MakeComment, text: Any
) -> None:
    comment = make_comment("published")

    page = moderator.get(
        reverse("reader_comments_admin:inspect", args=[comment.pk])
    ).content.decode()

    assert text.label in page
    assert text.sha256 in page
    assert "Über den Link in der E-Mail bestätigt" in page


def test_nobody_rewords_or_deletes(client: Client, make_comment: MakeComment) -> None:
    comment = make_comment("pending")
    client.force_login(make_admin())

    for name in ("edit", "delete"):
        url = reverse(f"reader_comments_admin:{name}", args=[comment.pk])
        client.post(url, {"text": "Anders", "name": "x", "state": "published"})
    client.post(bulk("delete", comment))  # means spam here

    comment.refresh_from_db()
    assert (comment.text, comment.state) == ("Guter Text.", "spam")


def test_decisions_need_the_right(client: Client, make_comment: MakeComment) -> None:
    comment = make_comment("pending", text="Wartender Text")
    client.force_login(make_user(groups=("Reporters",)))

    assert "Wartender Text" not in client.get(LIST, follow=True).content.decode()
    decide(client, comment, "approve")
    client.post(bulk("approve", comment))

    assert states() == ["pending"]


def test_decisions_need_post_and_csrf(make_comment: MakeComment) -> None:
    comment = make_comment("pending")
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_admin())

    assert decide(client, comment, "approve").status_code == 403
    assert client.post(bulk("approve", comment)).status_code == 403
    url = reverse("reader_comments_admin:decide", args=[comment.pk])
    assert client.get(url, {"verb": "approve"}).status_code == 405
    assert states() == ["pending"]


@pytest.mark.parametrize("group", ["Comment moderators", "Editors"])
def test_groups_that_moderate(group: str) -> None:
    assert make_user(groups=(group,)).has_perm("reader_comments.moderate_comments")


def test_query_count_of_the_list_is_constant(moderator: Client, make_comment: MakeComment) -> None:
    counts = []
    for more in (1, 2):
        for _ in range(more):
            make_comment("pending")
        moderator.get(LIST)
        with CaptureQueriesContext(connection) as queries:
            moderator.get(LIST)
        counts.append(len(queries))

    assert counts[0] == counts[1]


def undo_url(client: Client) -> str:
    page = client.get(LIST).content.decode()
    found = re.search(r"/admin/reader-comments/undo/[0-9a-f-]+/", page)
    assert found
    return found[0]


def test_single_decision_is_taken_back(moderator: Client, make_comment: MakeComment) -> None:
    comment = make_comment("published")
    decide(moderator, comment, "hide", reason="insult")
    url = undo_url(moderator)

    assert comment.name in moderator.get(url).content.decode()
    assert states() == ["hidden"]
    moderator.post(url)
    assert states() == ["published"]
    moderator.post(url)
    assert states() == ["published"]
    last = CommentDecision.objects.order_by("-pk")[0]
    assert (last.rule, last.actor is not None) == ("undo", True)


def test_bulk_decisions_are_taken_back_except_what_was_decided_since(
    moderator: Client, make_comment: MakeComment
) -> None:
    comments = [make_comment("pending") for _ in range(3)]
    moderator.post(bulk("approve", *comments))
    url = undo_url(moderator)
    moderation.hide(ReaderComment.objects.get(pk=comments[0].pk), By(rule="other"), now=NOW)
    readers.withdraw(comments[1], now=NOW)

    moderator.post(url)

    assert states() == ["hidden", "withdrawn", "pending"]


def test_queue_says_why_and_is_filtered_by_it(
    moderator: Client, make_comment: MakeComment, site_settings: CommentSettings
) -> None:
    site_settings.held_words = "wucher*"
    held = make_comment("pending", name="Wuchernde", text="Wucherpreise")
    reported = make_comment("published", name="Gemeldete")
    make_comment("pending", name="Quirin", text="www.example.org")
    CommentReport.objects.create(comment=reported, reason="insult", text="Bitte <b>", at=NOW)

    def names(**query: str) -> set[str]:
        page = moderator.get(LIST, query).content.decode()
        return {name for name in ("Wuchernde", "Gemeldete", "Quirin") if name in page}

    assert names() == {"Wuchernde", "Gemeldete", "Quirin"}
    assert names(reason="word") == {"Wuchernde"}
    assert names(reason="link") == {"Quirin"}
    assert names(reason="reported") == {"Gemeldete"}
    assert names(word="preise") == {"Wuchernde"}
    assert names(article="nichts davon") == set()
    assert "wucher*" in moderator.get(LIST).content.decode()
    for comment, mark in ((held, "data-holds"), (reported, "data-reports")):
        url = reverse("reader_comments_admin:inspect", args=[comment.pk])
        page = moderator.get(url).content.decode()
        assert mark in page and "Bitte <b>" not in page


def test_history_of_the_same_address(moderator: Client, make_comment: MakeComment) -> None:
    comment = make_comment("pending", email="jo@example.org")
    make_comment("published", email="jo@example.org", text="Von früher")
    make_comment("unconfirmed", email="jo@example.org", text="Vielleicht fremd")

    url = reverse("reader_comments_admin:inspect", args=[comment.pk])
    page = moderator.get(url).content.decode()

    assert "data-history" in page and "Von früher" in page
    assert "Vielleicht fremd" not in page


def test_words_are_tried_without_saving(moderator: Client, make_comment: MakeComment) -> None:
    make_comment("pending", text="Ein Schweinehund")
    make_comment("pending", text="Ein Hund")
    url = reverse("reader_comments_admin:words")
    assert moderator.get(url).status_code == 200

    page = moderator.post(url, {"words": "*hund"}).content.decode()
    assert 'data-held="2"' in page
    page = moderator.post(url, {"words": "hund"}).content.decode()
    assert 'data-held="1"' in page
    assert not CommentSettings.objects.exclude(held_words="").exists()


def test_moderators_find_words_and_retention_in_the_menu(moderator: Client) -> None:
    page = moderator.get("/admin/").content.decode()

    assert reverse("reader_comments_admin:words") in page
    assert reverse("reader_comments_admin:retention") in page


def test_thread_is_closed_in_one_act(moderator: Client, make_comment: MakeComment) -> None:
    comment = make_comment("pending")
    url = reverse("reader_comments_admin:close", args=[comment.article_id])

    assert moderator.get(url).status_code == 405
    assert moderator.post(url, follow=True).status_code == 200
    comment.article.refresh_from_db()
    assert comment.article.comment_mode == "closed"


def test_retention_is_shown_with_what_is_due(moderator: Client, make_comment: MakeComment) -> None:
    make_comment("unconfirmed")
    page = moderator.get(reverse("reader_comments_admin:retention")).content.decode()

    assert re.findall(r'data-rule="(\w+)"', page) == [rule.name for rule in retention.RULES]
    assert ReaderComment.objects.count() == 1
