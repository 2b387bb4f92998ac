import json
from typing import Any

import pytest
from django.core.management import call_command

from cms.outbox.models import Mail
from news.comments.models import ReaderComment
from news.consent.models import ConsentEvent, ConsentText
from tests.news.comments.conftest import MakeComment

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
