"""Rights per section, at every address a moderator can reach."""

import html
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from news.comments import moderation
from news.comments.models import (
    Complaint,
    LegalNotice,
    ModeratedSection,
    ReaderComment,
)
from news.comments.moderation import By
from news.comments.permissions import may_moderate_everything
from tests.factories import make_article, make_section, make_user
from tests.news.comments.conftest import MakeComment

pytestmark = pytest.mark.django_db
AT = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.fixture
def sport(client: Client, make_comment: MakeComment) -> dict[str, Any]:
    """A moderator of sport only, with one comment there and one elsewhere."""
    section = make_section("Sport")
    group = Group.objects.get(name="Comment moderators")
    ModeratedSection.objects.create(group=group, section=section)
    user = make_user("mod", groups=("Comment moderators",))
    client.force_login(user)
    match = make_article("Spiel", section=section)
    return {
        "user": user,
        "mine": make_comment("pending", name="Eigene", text="Tor!", article=match),
        "other": make_comment("pending", name="Fremde", text="Miete!"),
    }


def states() -> list[str]:
    return list(ReaderComment.objects.order_by("pk").values_list("state", flat=True))


def test_lists_and_exports_end_at_the_section(client: Client, sport: dict[str, Any]) -> None:
    section = ReaderComment.objects.get(pk=sport["other"].pk).article.get_parent().pk
    for query in ("", "?state=open", "?q=e", "?export=csv", f"?section={section}"):
        response = client.get(reverse("reader_comments_admin:list") + query)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        assert "Fremde" not in body.decode(), query
    assert "Eigene" in client.get(reverse("reader_comments_admin:list")).content.decode()
    menu = html.unescape(client.get("/admin/").content.decode())
    assert '"data-waiting": "1"' in menu
    assert '"data-waiting": "2"' not in menu


@pytest.mark.parametrize("act", ["decide", "cut", "note", "hold", "end_hold", "standing"])
def test_acts_on_comments_of_others_find_nothing(
    client: Client, sport: dict[str, Any], act: str
) -> None:
    data = {
        "verb": "approve",
        "marked": "[[Miete]]!",
        "reason": "insult",
        "text": "x",
        "note": "x",
        "until": "2027-01-01",
        "kind": "banned",
    }
    url = reverse(f"reader_comments_admin:{act}", args=[sport["other"].pk])

    assert client.post(url, data).status_code == 404
    assert client.get(
        reverse("reader_comments_admin:inspect", args=[sport["other"].pk])
    ).status_code in (302, 404)
    assert states() == ["pending", "pending"]
    assert not sport["other"].notes.exists() and not sport["other"].legal_holds.exists()


def test_bulk_leaves_out_the_comments_of_others(client: Client, sport: dict[str, Any]) -> None:
    url = reverse("wagtail_bulk_action", args=["reader_comments", "readercomment", "approve"])
    for query in (f"?id={sport['other'].pk}&id={sport['mine'].pk}", "?id=all&state=pending"):
        page = client.get(url + query).content.decode()
        assert "Fremde" not in page and "Miete!" not in page
        client.post(url + query)
    sport["mine"].refresh_from_db()
    sport["other"].refresh_from_db()

    assert (sport["mine"].state, sport["other"].state) == ("published", "pending")


def test_undo_close_and_presence_end_at_the_section(client: Client, sport: dict[str, Any]) -> None:
    batch = uuid4()
    moderation.approve(sport["other"], By(batch=batch), now=AT)

    client.post(reverse("reader_comments_admin:undo", args=[batch]))
    close = reverse("reader_comments_admin:close", args=[sport["other"].article_id])
    client.post(close)
    answer = client.post(
        reverse("reader_comments_admin:presence"),
        {"shown": f"{sport['other'].pk}", "current": f"{sport['other'].pk}"},
    )

    sport["other"].refresh_from_db()
    sport["other"].article.refresh_from_db()
    assert sport["other"].state == "published"
    assert sport["other"].article.comment_mode != "closed"
    assert answer.json() == {"others": {}}


def test_cases_end_at_the_section(client: Client, sport: dict[str, Any]) -> None:
    notices = {
        name: LegalNotice.objects.create(
            reference=f"2026-{name}", comment=sport.get(name), url="https://x.example/", at=AT
        )
        for name in ("mine", "other", "nowhere")
    }
    complaints = {
        name: Complaint.objects.create(notice=notice, text="x", at=AT)
        for name, notice in notices.items()
    }

    page = client.get(reverse("legal_notices:index")).content.decode()
    assert "2026-mine" in page and "2026-other" not in page and "2026-nowhere" not in page
    for name, expected in (("mine", 302), ("other", 404), ("nowhere", 404)):
        data = {"state": "refused", "answer": "x"}
        for kind, case in (("legal_notices", notices[name]), ("complaints", complaints[name])):
            url = reverse(f"{kind}:decide", args=[case.pk])
            assert client.post(url, data).status_code == expected
            case.refresh_from_db()
            assert (case.state == "refused") == (name == "mine")


def test_what_holds_everywhere_is_not_for_the_limited(
    client: Client, sport: dict[str, Any]
) -> None:
    assert not may_moderate_everything(sport["user"])
    words = reverse("reader_comments_admin:words")
    assert client.post(words, {"words": "tor", "keep": "1"}).status_code in (302, 403)
    page = client.post(words, {"words": "miete\ntor"}).content.decode()
    assert "Tor!" in page and "Miete!" not in page
    assert client.get(reverse("canned_texts:index")).status_code in (302, 403)


def test_a_group_without_sections_moderates_everything() -> None:
    assert may_moderate_everything(make_user(groups=("Comment moderators",)))
    assert not may_moderate_everything(make_user(groups=("Reporters",)))


def test_of_two_groups_the_wider_counts(sport: dict[str, Any]) -> None:
    sport["user"].groups.add(Group.objects.get(name="Editors"))

    assert may_moderate_everything(sport["user"])
