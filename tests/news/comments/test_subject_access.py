import json
from datetime import date
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cms.outbox.models import Mail
from news.comments import access, moderation, notices, subject_access
from news.comments.models import CaseState, Complaint, LegalNotice, ReaderComment
from news.comments.moderation import By
from news.consent.models import ConsentEvent, ConsentText
from tests.factories import make_user
from tests.news.comments.conftest import NOW, MakeComment

pytestmark = pytest.mark.django_db


def test_export_holds_everything_about_one_reader(
    make_comment: MakeComment, text: ConsentText, capsys: Any
) -> None:
    make_comment(email="jo@example.org", text="Meiner")
    make_comment(email="eva@example.org", text="Ihrer")

    call_command("export_reader", "Jo@Example.org")

    printed = capsys.readouterr().out
    record = json.loads(printed)
    [comment] = record["comments"]
    assert (comment["text"], comment["state"]) == ("Meiner", "published")
    assert [row["to"] for row in comment["decisions"]] == ["pending", "published"]
    assert [row["kind"] for row in record["consent"]] == ["given", "confirmed"]
    assert record["consent"][0]["text"]["label"] == text.label
    assert len(record["mails"]) == 1
    assert "Ihrer" not in printed and "eva@" not in printed


def test_export_of_a_stranger_is_empty(capsys: Any) -> None:
    call_command("export_reader", "nobody@example.org")

    assert json.loads(capsys.readouterr().out) == {
        "comments": [],
        "consent": [],
        "replies": [],
        "devices": [],
        "notices": [],
        "complaints": [],
        "mails": [],
    }


def test_erasure_empties_and_keeps_the_pseudonymous_proof(
    make_comment: MakeComment, capsys: Any
) -> None:
    make_comment(email="jo@example.org")
    make_comment("unconfirmed", email="JO@example.org")
    make_comment(email="eva@example.org", name="Eva")

    call_command("erase_reader", "jo@example.org")
    call_command("erase_reader", "jo@example.org")

    assert capsys.readouterr().out == "Comments emptied: 2\nComments emptied: 0\n"
    rows = ReaderComment.objects.order_by("pk").values_list("name", "email", "text", "state")
    assert list(rows) == [
        ("", "", "", "withdrawn"),
        ("", "", "", "withdrawn"),
        ("Eva", "eva@example.org", "Guter Text.", "published"),
    ]
    assert list(Mail.objects.values_list("to", flat=True)) == ["eva@example.org"]
    assert ConsentEvent.objects.filter(kind="withdrawn", method="staff").count() == 2


def test_reader_is_found_after_a_change_of_keys(
    make_comment: MakeComment, settings: Any, capsys: Any
) -> None:
    make_comment(email="jo@example.org")
    settings.CONSENT_KEYS = ["new", *settings.CONSENT_KEYS]

    call_command("export_reader", "jo@example.org")

    assert len(json.loads(capsys.readouterr().out)["comments"]) == 1


@pytest.fixture
def cases(make_comment: MakeComment) -> ReaderComment:
    """A comment of Jo's that was cut and is kept, objections, and a notice Jo sent in."""
    comment = make_comment(email="jo@example.org", text="Gut. Sie Lump. Ende.")
    moderation.cut(comment, "Gut. [[Sie Lump.]] Ende.", By(), now=NOW)
    decision = comment.decisions.order_by("pk").last()
    assert decision
    notices.complain(decision, "Das war höflich.", now=NOW)
    moderation.put_on_hold(comment, By(note="Az. geheim"), until=date(2030, 1, 2), now=NOW)
    other = make_comment(email="eva@example.org")
    for reference, email in (("2026-JJJJJJJJ", "JO@example.org"), ("2026-EEEEEEEE", "eva@e.org")):
        notice = LegalNotice.objects.create(
            reference=reference,
            comment=other,
            url="https://zeitung.example/",
            ground="insult",
            explanation=f"Grund {reference}",
            name="Jo",
            email=email,
            language="de",
            at=NOW,
        )
        notices.decide_notice(
            notice, CaseState.REFUSED, answer="Zulässig.", actor=make_user(), now=NOW
        )
        notices.complain(notice, f"Doch {reference}", now=NOW)
    return comment


def test_export_names_cases_earlier_texts_and_that_a_copy_is_kept(cases: ReaderComment) -> None:
    record = subject_access.export("jo@example.org ")

    assert record["notices"] == [
        {
            "reference": "2026-JJJJJJJJ",
            "address": "https://zeitung.example/",
            "ground": "insult",
            "ground_label": record["notices"][0]["ground_label"],
            "explanation": "Grund 2026-JJJJJJJJ",
            "name": "Jo",
            "email": "JO@example.org",
            "at": NOW,
            "state": "refused",
            "state_label": record["notices"][0]["state_label"],
            "answer": "Zulässig.",
            "decided_at": NOW,
        }
    ]
    assert [(row["about"], row["comment"], row["text"]) for row in record["complaints"]] == [
        ("", cases.pk, "Das war höflich."),
        ("2026-JJJJJJJJ", None, "Doch 2026-JJJJJJJJ"),
    ]
    [comment] = record["comments"]
    assert [(row["text"], row["cause"]) for row in comment["earlier_texts"]] == [
        ("Gut. Sie Lump. Ende.", "cut")
    ]
    assert comment["copies_kept_until"] == [date(2030, 1, 2)]
    assert "geheim" not in json.dumps(record, default=str)


def test_own_page_and_its_file_show_them_and_erasure_says_what_stays(
    client: Client, cases: ReaderComment
) -> None:
    link = access.create("jo@example.org", "de", now=timezone.now())
    token = link.rstrip("/").rpartition("/")[2]
    mine = reverse("reader_comments:mine", args=[token])

    for url in (mine, reverse("reader_comments:export_html", args=[token])):
        page = client.get(url).content.decode()
        for shown in ("2026-JJJJJJJJ", "Das war höflich.", "Sie Lump.", "2030"):
            assert shown in page
        assert "2026-EEEEEEEE" not in page and "geheim" not in page
    page = client.post(mine, {"act": "erase"}).content.decode()

    assert "data-cases-kept" in page and "3 " in page
    assert LegalNotice.objects.get(reference="2026-JJJJJJJJ").explanation
    assert Complaint.objects.count() == 3


def test_erasing_on_the_command_line_says_what_stays(cases: ReaderComment, capsys: Any) -> None:
    call_command("erase_reader", "jo@example.org")

    assert capsys.readouterr().out.splitlines() == [
        "Comments emptied: 1",
        "Legal notices and complaints kept, as the law demands: 3",
    ]


def test_export_costs_the_same_for_one_and_three(
    make_comment: MakeComment,
) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            subject_access.export("jo@example.org")
        return len(asked)

    def add() -> None:
        comment = make_comment(email="jo@example.org", text="Gut. Sie Lump. Ende.")
        moderation.cut(comment, "Gut. [[Sie Lump.]] Ende.", By(), now=NOW)
        decision = comment.decisions.order_by("pk").last()
        assert decision
        notices.complain(decision, "Nein.", now=NOW)

    add()
    cost()  # which root pages there are is remembered from here on
    one = cost()
    add()
    add()
    assert cost() == one
