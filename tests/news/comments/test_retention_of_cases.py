from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from news.comments import moderation, notices
from news.comments.models import (
    CaseState,
    CommentNote,
    CommentReport,
    Complaint,
    LegalNotice,
    ReaderComment,
)
from news.comments.moderation import By
from news.comments.retention import dry_run, retain
from news.comments.statements import COMPLAIN_FOR
from news.consent.models import ConsentEvent
from tests.factories import make_admin, make_user
from tests.news.comments.conftest import NOW, MakeComment

pytestmark = pytest.mark.django_db
YEAR, DAY = timedelta(days=365), timedelta(days=1)


def make_notice(comment: ReaderComment | None = None, **fields: Any) -> LegalNotice:
    values = {
        "reference": "2026-ABCDEFGH",
        "comment": comment,
        "url": "https://zeitung.example/",
        "ground": "insult",
        "explanation": "Das bin ich.",
        "name": "Eva Kern",
        "email": "eva@example.org",
        "language": "de",
        "at": NOW,
    }
    notice: LegalNotice = LegalNotice.objects.create(**values | fields)
    return notice


def decided(notice: LegalNotice) -> LegalNotice:
    notices.decide_notice(
        notice, CaseState.REFUSED, answer="Zulässig.", actor=make_user(), now=NOW
    )
    return notice


def objected(comment: ReaderComment) -> Complaint:
    decision = comment.decisions.order_by("pk").last()
    assert decision
    return notices.complain(decision, "Das war höflich.", now=NOW)


def answer(complaint: Complaint) -> None:
    notices.decide_complaint(
        complaint, CaseState.UPHELD, answer="Stimmt.", actor=make_user("zweite"), now=NOW
    )


def people(notice: LegalNotice) -> tuple[str, str, str]:
    notice.refresh_from_db()
    return notice.name, notice.email, notice.explanation


NAMED = ("Eva Kern", "eva@example.org", "Das bin ich.")


@pytest.mark.parametrize("has_comment", [True, False])
def test_notice_is_emptied_a_year_after_the_decision(
    make_comment: MakeComment, has_comment: bool
) -> None:
    notice = decided(make_notice(make_comment() if has_comment else None))

    assert retain(NOW + YEAR - DAY)["notices"] == 0
    assert people(notice) == NAMED
    later = NOW + YEAR + DAY
    counted = {rule.name: count for rule, count in dry_run(later)}
    assert [counted["notices"], retain(later)["notices"], retain(later)["notices"]] == [1, 1, 0]

    assert people(notice) == ("", "", "")
    assert (notice.reference, notice.ground, notice.state, notice.answer, notice.decided_at) == (
        "2026-ABCDEFGH",
        "insult",
        "refused",
        "Zulässig.",
        NOW,
    )


def test_undecided_cases_are_kept_until_they_are_decided(make_comment: MakeComment) -> None:
    notice = make_notice()
    rejected = make_comment("pending", now=NOW - DAY)
    moderation.reject(rejected, By(reason="insult"), now=NOW)
    complaint = objected(rejected)

    retain(NOW + 9 * YEAR)

    assert people(notice) == NAMED
    complaint.refresh_from_db()
    rejected.refresh_from_db()
    # The answer needs an address, and the complaint would go with its comment.
    assert (complaint.text, rejected.text) == ("Das war höflich.", "Guter Text.")
    assert rejected.email


def test_complaint_is_emptied_a_year_after_the_answer(make_comment: MakeComment) -> None:
    comment = make_comment()
    moderation.hide(comment, By(reason="insult"), now=NOW)
    complaint = objected(comment)
    answer(complaint)

    assert retain(NOW + YEAR - DAY)["complaints"] == 0
    later = NOW + YEAR + DAY
    assert [retain(later)["complaints"], retain(later)["complaints"]] == [1, 0]

    complaint.refresh_from_db()
    assert (complaint.text, complaint.state, complaint.answer) == ("", "upheld", "Stimmt.")


def test_rejected_comment_is_emptied_with_its_complaint_and_the_record_stays(
    make_comment: MakeComment,
) -> None:
    comment = make_comment("pending", now=NOW - DAY)
    CommentNote.objects.create(comment=comment, text="Von Jo, wie immer.", at=NOW)
    CommentReport.objects.create(comment=comment, reason="insult", text="Von Jo!", at=NOW)
    moderation.reject(comment, By(reason="insult", tells=True), now=NOW)
    answer(objected(comment))

    retain(NOW + YEAR - DAY)
    assert Complaint.objects.get().text == "Das war höflich."
    later = NOW + YEAR + DAY
    assert [retain(later)["rejected"] for _ in range(3)] == [0, 1, 0]

    comment.refresh_from_db()
    assert (comment.state, comment.subject) == ("rejected", "")
    assert (comment.name, comment.email, comment.text, comment.text_digest) == ("", "", "", "")
    about_it = (comment.notes, comment.reports, comment.links, comment.holds, comment.revisions)
    assert [rows.count() for rows in about_it] == [0] * 5
    # Which decision, for which reason, what was answered, by whom: the record of the case.
    complaint = Complaint.objects.get()
    assert (complaint.text, complaint.state, complaint.answer) == ("", "upheld", "Stimmt.")
    assert complaint.decision and complaint.decision.reason == "insult"
    last = ConsentEvent.objects.order_by("at", "pk").last()
    assert last and (last.kind, last.subject, last.comment_id) == ("expired", "", None)
    with pytest.raises(moderation.ConsentMissing):
        moderation.approve(comment, By(), now=later)


@pytest.mark.parametrize(("tells", "left"), [(True, 1), (False, 0)])
def test_rejected_comment_is_kept_while_its_writer_may_object(
    make_comment: MakeComment, tells: bool, left: int
) -> None:
    comment = make_comment("pending", now=NOW - DAY)
    moderation.reject(comment, By(reason="insult", tells=tells), now=NOW)

    retain(NOW + COMPLAIN_FOR - DAY)
    assert ReaderComment.objects.count() == left
    retain(NOW + COMPLAIN_FOR + DAY)
    assert not ReaderComment.objects.exists()


def test_disputed_notice_waits_for_the_answer(make_comment: MakeComment) -> None:
    notice = decided(make_notice(make_comment()))
    complaint = notices.complain(notice, "Doch.", now=NOW)

    retain(NOW + 2 * YEAR)
    assert people(notice) == NAMED
    answer(complaint)
    retain(NOW + YEAR + DAY)

    complaint.refresh_from_db()
    assert (*people(notice), complaint.text) == ("", "", "", "")


def test_evidence_keeps_notice_and_complaint_about_it(make_comment: MakeComment) -> None:
    comment, other = make_comment(), make_comment()
    until = date(2030, 1, 1)
    hold = moderation.put_on_hold(comment, By(note="Az. 1"), until=until, now=NOW)
    kept = decided(make_notice(comment))
    emptied = decided(make_notice(other, reference="2026-BBBBBBBB"))
    moderation.hide(other, By(reason="insult"), now=NOW)
    answer(objected(comment))
    later = NOW + YEAR + DAY

    assert (retain(later)["notices"], retain(later)["complaints"]) == (1, 0)
    assert (people(kept), people(emptied)) == (NAMED, ("", "", ""))

    moderation.end_hold(hold, By(), now=later)
    done = retain(later)
    assert (done["notices"], done["complaints"]) == (1, 1)


def test_emptied_cases_say_so_in_the_admin(client: Client, make_comment: MakeComment) -> None:
    comment = make_comment()
    notice = decided(make_notice(comment))
    moderation.hide(comment, By(reason="insult"), now=NOW)
    complaint = objected(comment)
    answer(complaint)
    retain(NOW + YEAR + DAY)
    client.force_login(make_admin())

    for url in (
        f"/admin/legal-notices/inspect/{notice.pk}/",
        f"/admin/complaints/inspect/{complaint.pk}/",
    ):
        assert "data-emptied" in client.get(url).content.decode()
