"""A form with an error comes back with what was typed into it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from news.comments import moderation, notices
from news.comments.models import (
    CaseState,
    CommentNote,
    LegalHold,
    LegalNotice,
    ReaderComment,
)
from news.comments.moderation import By
from tests.factories import make_user
from tests.news.comments.conftest import NOW, MakeComment

pytestmark = pytest.mark.django_db
WORDS = "Mühsam <b>getippt</b>"
SHOWN = "Mühsam &lt;b&gt;getippt&lt;/b&gt;"


@pytest.fixture
def moderator(client: Client) -> Client:
    client.force_login(make_user("mod", groups=("Comment moderators",)))
    return client


def post(client: Client, name: str, comment: ReaderComment, **data: Any) -> tuple[int, str]:
    url = reverse(f"reader_comments_admin:{name}", args=[comment.pk])
    response = client.post(url, data, HTTP_ACCEPT="text/html")
    return response.status_code, response.content.decode()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("decide", {"verb": "reject", "reason": "", "text": WORDS}),
        ("decide", {"verb": "reject", "reason": "insult", "note": WORDS, "ground": "x" * 201}),
        ("cut", {"marked": "[[Guter]] Text.", "reason": "", "text": WORDS}),
        ("cut", {"marked": "", "reason": "insult", "note": WORDS}),
        ("note", {"text": WORDS + "x" * 1000}),
        ("hold", {"note": WORDS, "until": ""}),
        ("hold", {"note": WORDS, "until": "2001-01-01"}),
        ("standing", {"kind": "banned", "reason": "", "note": WORDS}),
        ("standing", {"kind": "normal", "days": "0", "note": WORDS}),
    ],
)
def test_what_is_wrong_is_said_and_the_typing_stays(
    moderator: Client, make_comment: MakeComment, name: str, data: dict[str, str]
) -> None:
    comment = make_comment("pending")
    before = comment.decisions.count()

    status, page = post(moderator, name, comment, **data)

    assert (status, SHOWN in page) == (422, True)
    if name == "cut" and data["marked"]:
        assert "[[Guter]] Text." in page
    assert comment.decisions.count() == before
    assert not CommentNote.objects.exists() and not LegalHold.objects.exists()


def test_ending_evidence_without_a_word_leaves_it(
    moderator: Client, make_comment: MakeComment
) -> None:
    comment = make_comment()
    until = timezone.localdate() + timedelta(days=9)
    moderation.put_on_hold(comment, By(note="Az. 1"), until=until, now=NOW)

    status, page = post(moderator, "end_hold", comment, text=WORDS + "x" * 1000)

    assert (status, SHOWN in page) == (422, True)
    assert LegalHold.objects.get().ended_at is None


@pytest.mark.parametrize("marked", ["Guter Text.", "[[Neuer]] Text."])
def test_a_cut_that_cannot_be_made_comes_back(
    moderator: Client, make_comment: MakeComment, marked: str
) -> None:
    comment = make_comment("pending")

    status, page = post(moderator, "cut", comment, marked=marked, reason="insult", note=WORDS)

    assert (status, SHOWN in page, f"{marked}</textarea>" in page) == (409, True, True)
    comment.refresh_from_db()
    assert comment.text == "Guter Text."


def test_typing_outlives_that_somebody_else_decided(
    moderator: Client, make_comment: MakeComment
) -> None:
    comment = make_comment("pending")
    seen = comment.version
    moderation.approve(comment, By(rule="test"), now=NOW)

    for data in (
        {"name": "decide", "verb": "hide", "reason": "insult", "text": WORDS},
        {"name": "hold", "note": WORDS, "until": timezone.localdate() + timedelta(days=9)},
    ):
        status, page = post(moderator, comment=comment, seen=seen, **data)
        assert (status, SHOWN in page) == (409, True)
    comment.refresh_from_db()
    assert comment.state == "published"


def test_typing_is_shown_where_its_form_has_no_place_any_more(
    moderator: Client, make_comment: MakeComment
) -> None:
    comment = make_comment("pending")
    seen = comment.version
    moderation.reject(comment, By(rule="test", reason="insult"), now=NOW)
    marked = "[[Guter]] Text."

    for data in (
        {"name": "decide", "verb": "reject", "reason": "insult", "note": WORDS},
        {"name": "cut", "marked": marked, "reason": "insult", "text": WORDS},
    ):
        status, page = post(moderator, comment=comment, seen=seen, **data)
        unsent = page.partition("data-unsent")[2].partition("</div>")[0]
        assert (status, SHOWN in unsent) == (409, True)
        assert (marked in unsent) == (data["name"] == "cut")


def test_reason_typed_for_evidence_that_somebody_else_ended_is_shown(
    moderator: Client, make_comment: MakeComment
) -> None:
    comment = make_comment()
    until = timezone.localdate() + timedelta(days=9)
    hold = moderation.put_on_hold(comment, By(note="Az. 1"), until=until, now=NOW)
    moderation.end_hold(hold, By(), now=NOW)

    status, page = post(moderator, "end_hold", comment, text=WORDS)

    assert (status, SHOWN in page.partition("data-unsent")[2]) == (409, True)


def test_a_script_hears_whether_it_may_ask_again(
    moderator: Client, make_comment: MakeComment
) -> None:
    comment = make_comment("pending")
    url = reverse("reader_comments_admin:decide", args=[comment.pk])

    def send(**said: str) -> tuple[bool, bool]:
        data = {"verb": "reject", "reason": "insult"} | said
        answer = moderator.post(url, data, HTTP_ACCEPT="application/json").json()
        return answer["done"], answer["retry"]

    assert send(text="x" * 2001) == (False, True)
    assert send(seen="published.0") == (False, False)
    assert send() == (True, False)


def test_an_act_sent_twice_is_done_once_and_both_hear_so(
    moderator: Client, make_comment: MakeComment
) -> None:
    comment = make_comment("pending")
    url = reverse("reader_comments_admin:decide", args=[comment.pk])
    act = "8f7d1c3e5b2a4960a1b2c3d4e5f60718"

    def send(act: str) -> tuple[int, bool, str]:
        said = {"verb": "approve", "seen": "pending.0", "act": act}
        response = moderator.post(url, said, HTTP_ACCEPT="application/json")
        answer = response.json()
        return response.status_code, answer["done"], answer["undo"]

    undo = reverse("reader_comments_admin:undo", args=[UUID(act)])
    assert send(act) == (200, True, undo)
    assert send(act) == (200, True, undo)
    assert send("nonsense")[:2] == (409, False)
    assert comment.decisions.filter(new_state="published").count() == 1


def test_nobody_is_told_that_an_act_of_somebody_else_was_theirs(
    moderator: Client, make_comment: MakeComment
) -> None:
    comment = make_comment("pending")
    act = UUID("8f7d1c3e5b2a4960a1b2c3d4e5f60718")
    moderation.approve(comment, By(actor=make_user("andere"), batch=act), now=NOW)
    url = reverse("reader_comments_admin:decide", args=[comment.pk])

    said = {"verb": "approve", "seen": "pending.0", "act": act.hex}
    response = moderator.post(url, said, HTTP_ACCEPT="application/json")

    assert (response.status_code, response.json()["done"]) == (409, False)


def test_pages_of_comments_and_cases_take_no_posts(
    moderator: Client, make_comment: MakeComment
) -> None:
    comment = make_comment()

    assert post(moderator, "inspect", comment, typed="x", note=WORDS)[0] == 405


def test_the_answer_to_a_case_stays_without_a_decision(
    moderator: Client, make_comment: MakeComment
) -> None:
    comment = make_comment()
    moderation.hide(comment, By(reason="insult"), now=NOW)
    decision = comment.decisions.order_by("pk").last()
    assert decision
    complaint = notices.complain(decision, "Doch.", now=NOW)
    notice = LegalNotice.objects.create(
        reference="2026-ABCDEFGH", comment=comment, url="https://x.example/", language="de", at=NOW
    )

    for url in (
        reverse("legal_notices:decide", args=[notice.pk]),
        reverse("complaints:decide", args=[complaint.pk]),
    ):
        response = moderator.post(url, {"answer": WORDS})
        assert (response.status_code, SHOWN in response.content.decode()) == (422, True)

    notice.refresh_from_db()
    complaint.refresh_from_db()
    assert (notice.state, complaint.state) == ("open", "open")


@pytest.mark.parametrize("is_complaint", [True, False])
def test_an_answer_that_came_too_late_is_shown_beside_what_was_decided(
    moderator: Client, make_comment: MakeComment, is_complaint: bool
) -> None:
    comment = make_comment()
    moderation.hide(comment, By(reason="insult"), now=NOW)
    decision = comment.decisions.order_by("pk").last()
    assert decision
    case: Any = LegalNotice.objects.create(
        reference="2026-ABCDEFGH", comment=comment, url="https://x.example/", language="de", at=NOW
    )
    decide: Any = notices.decide_notice
    if is_complaint:
        case, decide = notices.complain(decision, "Nein.", now=NOW), notices.decide_complaint
    decide(case, CaseState.REFUSED, answer="Schon da.", actor=make_user("andere"), now=NOW)

    url = reverse(f"{'complaints' if is_complaint else 'legal_notices'}:decide", args=[case.pk])
    response = moderator.post(url, {"state": "upheld", "answer": WORDS})
    page = response.content.decode()

    assert (response.status_code, SHOWN in page.partition("data-unsent")[2]) == (409, True)
    assert "Schon da." in page
    case.refresh_from_db()
    assert (case.state, case.answer) == ("refused", "Schon da.")


def test_answer_to_a_complaint_about_ones_own_decision_is_not_lost(
    moderator: Client, make_comment: MakeComment
) -> None:
    comment = make_comment()
    make_user("andere", groups=("Comment moderators",))
    me = get_user_model().objects.get(username="mod")
    moderation.hide(comment, By(actor=me, reason="insult"), now=NOW)
    decision = comment.decisions.order_by("pk").last()
    assert decision
    complaint = notices.complain(decision, "Nein.", now=NOW)

    url = reverse("complaints:decide", args=[complaint.pk])
    response = moderator.post(url, {"state": "refused", "answer": WORDS})
    page = response.content.decode()

    assert (response.status_code, SHOWN in page.partition("data-unsent")[2]) == (409, True)
    assert "data-not-yours" in page
    complaint.refresh_from_db()
    assert complaint.state == "open"
