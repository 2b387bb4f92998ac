"""Legal notices and complaints, from the public form to the answer."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from cms.outbox.models import Mail
from news.comments import alerts, moderation, notices
from news.comments.models import (
    CaseState,
    CommentReport,
    Complaint,
    LegalNotice,
    ModeratorMail,
    ReaderComment,
)
from news.comments.moderation import By
from news.comments.notices import AlreadyDecided, NotYours
from tests.factories import make_user
from tests.news.comments.conftest import NOW, MakeComment
from tests.news.comments.test_text import HOSTILE

pytestmark = pytest.mark.django_db


@pytest.fixture
def form(client: Client) -> str:
    from django.urls import reverse

    return reverse("reader_comments:notice")


def notice_data(comment: ReaderComment, **changes: str) -> dict[str, str]:
    return {
        "url": f"http://127.0.0.1:8000/_/comments/show/{comment.pk}/",
        "ground": "insult",
        "explanation": "Das ist eine Beleidigung.",
        "name": "Eva Kern",
        "email": "eva@example.org",
        "good_faith": "1",
        "homepage": "",
    } | changes


def test_notice_is_stored_confirmed_and_alarms(
    client: Client, form: str, make_comment: MakeComment, settings: Any
) -> None:
    settings.SITE_URL = "http://127.0.0.1:8000"
    moderator = make_user("mod", groups=("Comment moderators",))
    comment = make_comment("published")

    page = client.post(form, notice_data(comment)).content.decode()

    notice = LegalNotice.objects.get()
    assert (notice.comment, notice.state, notice.name) == (comment, "open", "Eva Kern")
    assert notice.reference in page
    receipt = Mail.objects.get(to="eva@example.org")
    assert notice.reference in receipt.text and "Beleidigung." not in receipt.text
    assert Mail.objects.filter(to=moderator.email, text__contains=notice.reference).count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"url": ""},
        {"url": "javascript:alert(1)"},
        {"ground": ""},
        {"explanation": " "},
        {"name": ""},
        {"email": ""},
        {"email": "a@b\nBcc: x@example.org"},
        {"good_faith": ""},
        {"homepage": "x"},
    ],
    ids=lambda change: "-".join(change),
)
def test_what_is_missing_stores_nothing_and_keeps_the_typing(
    client: Client, form: str, make_comment: MakeComment, change: dict[str, str]
) -> None:
    response = client.post(form, notice_data(make_comment("published")) | change)

    assert response.status_code == 422
    assert not LegalNotice.objects.exists()
    if "explanation" not in change:
        assert "Das ist eine Beleidigung." in response.content.decode()


def test_abuse_of_children_is_reported_without_a_name(
    client: Client, form: str, make_comment: MakeComment
) -> None:
    data = notice_data(make_comment("published"), ground="children", name="", email="")

    assert client.post(form, data).status_code == 200
    assert (LegalNotice.objects.get().name, LegalNotice.objects.get().email) == ("", "")


def test_foreign_sites_and_unknown_comments(
    client: Client, form: str, make_comment: MakeComment
) -> None:
    comment = make_comment("unconfirmed")
    assert (
        client.post(form, notice_data(comment), HTTP_SEC_FETCH_SITE="cross-site").status_code
        == 403
    )
    client.post(form, notice_data(comment))
    assert LegalNotice.objects.get().comment is None  # and whether it exists is not told


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_notices_stay_text(
    client: Client, form: str, make_comment: MakeComment, value: str
) -> None:
    client.post(form, notice_data(make_comment("published"), explanation=value, name=value[:120]))
    client.force_login(make_user("mod", groups=("Comment moderators",)))
    notice = LegalNotice.objects.first()
    if notice is None:  # nothing visible was left
        return

    page = client.get(f"/admin/legal-notices/inspect/{notice.pk}/").content.decode()

    assert "<script>alert" not in page and "<img src=x" not in page and "<svg/onload" not in page


def rejected(make_comment: MakeComment, actor: Any) -> tuple[ReaderComment, str]:
    """Return a rejected comment and the address by which its writer objects."""
    comment = make_comment("pending", email="jo@example.org")
    moderation.reject(comment, By(actor=actor, reason="insult", tells=True), now=timezone.now())
    text = Mail.objects.get(subject="Ihr Kommentar wurde nicht veröffentlicht").text
    found = re.search(r"https?://[^/\s]+(/\S*complain\S+)", text)
    assert found
    return comment, found[1]


def test_one_complaint_is_taken_and_answered_by_somebody_else(
    client: Client, make_comment: MakeComment
) -> None:
    first = make_user("erste", groups=("Comment moderators",))
    second = make_user("zweite", groups=("Comment moderators",))
    _comment, url = rejected(make_comment, first)
    assert client.get(url).status_code == 200
    assert not Complaint.objects.exists()

    client.post(url, {"text": "Das war höflich."})
    client.post(url, {"text": "Noch einmal."})

    complaint = Complaint.objects.get()
    assert complaint.text == "Das war höflich."
    with pytest.raises(NotYours):
        notices.decide_complaint(
            complaint, CaseState.REFUSED, answer="Nein.", actor=first, now=NOW
        )
    notices.decide_complaint(complaint, CaseState.UPHELD, answer="Stimmt.", actor=second, now=NOW)
    answer = Mail.objects.get(subject="Wir haben über Ihren Einwand entschieden")
    assert answer.to == "jo@example.org" and "Stimmt." in answer.text
    assert "Stimmt." in client.get(url).content.decode()
    with pytest.raises(AlreadyDecided):
        notices.decide_complaint(complaint, CaseState.REFUSED, answer="x", actor=second, now=NOW)


def test_alone_one_answers_ones_own_decision(make_comment: MakeComment) -> None:
    only = make_user("erste", groups=("Comment moderators",))
    comment, _url = rejected(make_comment, only)
    decision = comment.decisions.order_by("pk").last()
    complaint = notices.complain(decision, "x", now=NOW)

    assert notices.may_decide(complaint, only)


def test_forged_and_late_complaints_find_nothing(
    client: Client, make_comment: MakeComment
) -> None:
    comment, url = rejected(make_comment, make_user())
    assert client.get(url[:-3] + "x/").status_code == 404
    decision = comment.decisions.order_by("pk").last()
    late = timezone.now() + timedelta(days=200)
    assert notices.about("decision", decision.pk, now=late) is None
    assert client.post(url, {"text": ""}).status_code == 422


def test_a_notice_is_decided_once_and_can_be_objected_to(
    client: Client, make_comment: MakeComment
) -> None:
    notice = LegalNotice.objects.create(
        reference="2026-ABCDEFGH",
        comment=make_comment("published"),
        url="https://x.example/",
        email="eva@example.org",
        language="de",
        at=NOW,
    )
    actor = make_user(groups=("Comment moderators",))

    now = timezone.now()
    notices.decide_notice(notice, CaseState.REFUSED, answer="Zulässig.", actor=actor, now=now)

    mail = Mail.objects.get(to="eva@example.org")
    assert "Zulässig." in mail.text and "2026-ABCDEFGH" in mail.text
    with pytest.raises(AlreadyDecided):
        notices.decide_notice(notice, CaseState.UPHELD, answer="x", actor=actor, now=now)
    found = re.search(r"https?://[^/\s]+(/\S*complain\S+)", mail.text)
    assert found
    client.post(found[1], {"text": "Doch."})
    assert Complaint.objects.get().notice == notice


def test_the_third_report_alarms_once(make_comment: MakeComment) -> None:
    moderator = make_user("mod", groups=("Comment moderators",))
    comment = make_comment("published")
    for _ in range(5):
        CommentReport.objects.create(comment=comment, reason="insult", at=NOW)
        alerts.after_report(comment)

    assert Mail.objects.filter(to=moderator.email).count() == 1


def test_digest_comes_once_a_day_to_those_who_want_it(make_comment: MakeComment) -> None:
    wants, wants_not = (make_user(n, groups=("Comment moderators",)) for n in ("ja", "nein"))
    ModeratorMail.objects.create(user=wants_not, wants_digest=False)
    assert alerts.send_digests(NOW) == 0  # nothing waits
    make_comment("pending", text="Geheimer Text")

    sent = [alerts.send_digests(NOW), alerts.send_digests(NOW)]

    assert sent == [1, 0]
    mail = Mail.objects.get(to=wants.email)
    assert "1 Kommentar" in mail.text and "Geheimer Text" not in mail.text
    assert alerts.send_digests(NOW + timedelta(days=1)) == 1


def test_alerts_are_switched_off_in_the_account(client: Client) -> None:
    user = make_user("mod", groups=("Comment moderators",))
    client.force_login(user)
    page = client.get("/admin/account/").content.decode()
    assert "moderator_mail-wants_alerts" in page
    ModeratorMail.objects.create(user=user, wants_alerts=False)

    assert alerts.send("notice", article=None, reference="x") == 0
