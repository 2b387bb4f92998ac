import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command

from cms.outbox import delivery
from news.comments import devices, ledger, moderation, readers, replies, restoring
from news.comments.models import ReaderComment, RememberedDevice, ReplySubscription
from news.comments.moderation import By
from news.consent.models import ConsentEvent
from tests.news.comments.conftest import NOW, MakeComment

pytestmark = pytest.mark.django_db


def deliver() -> None:
    while delivery.deliver_due(datetime.now(UTC) + timedelta(minutes=1)):
        pass


def restore(comment: ReaderComment, **fields: Any) -> None:
    """Bring a row back as an older backup has it; the events of later are not in it either."""
    names = ("name", "email", "text", "state", "published_at", "confirmed_at")
    ReaderComment.objects.filter(pk=comment.pk).update(
        **{name: getattr(comment, name) for name in names} | fields
    )


def test_ledger_names_no_person_and_no_word(make_comment: MakeComment) -> None:
    comment = make_comment(name="Eva Muster", email="eva@example.org", text="Geheimes Wort")
    readers.withdraw(comment, now=NOW)
    deliver()

    lines = ledger.ledger_path().read_text().splitlines()

    assert [json.loads(line) for line in lines] == [
        {
            "what": "comment",
            "comment": comment.pk,
            "submitted_at": comment.submitted_at.isoformat(),
            "at": NOW.isoformat(),
        }
    ]


def test_restored_comment_is_withdrawn_again(make_comment: MakeComment, capsys: Any) -> None:
    gone, stays = make_comment(), make_comment(text="Bleibt.")
    backup = ReaderComment.objects.get(pk=gone.pk)
    readers.withdraw(gone, now=NOW)
    deliver()
    restore(backup)

    call_command("replay_erasures", "--dry-run")
    call_command("replay_erasures")
    call_command("replay_erasures")

    assert capsys.readouterr().out == (
        "To be withdrawn again: 1\nWithdrawn again: 1\nWithdrawn again: 0\n"
    )
    rows = ReaderComment.objects.order_by("pk").values_list("state", "text", "name", "email")
    assert list(rows) == [
        ("withdrawn", "", "", ""),
        ("published", "Bleibt.", stays.name, stays.email),
    ]
    assert gone.decisions.order_by("-pk")[0].rule == "ledger"


def test_number_given_anew_after_a_restore_is_another_comment(make_comment: MakeComment) -> None:
    gone = make_comment()
    readers.withdraw(gone, now=NOW)
    deliver()
    backup = make_comment(text="Ein anderer Kommentar.")
    restore(gone)
    later = gone.submitted_at + timedelta(days=1)
    restore(gone, submitted_at=later, text=backup.text, name="Neu", state="published",
            published_at=later)  # fmt: skip

    assert restoring.replay(now=NOW) == 0
    assert ReaderComment.objects.get(pk=gone.pk).text == "Ein anderer Kommentar."


def test_ended_mails_devices_and_links_do_not_come_back(make_comment: MakeComment) -> None:
    comment = make_comment()
    subscription = replies.subscribe(comment, now=NOW)
    devices.remember(comment, "token", now=NOW)
    replies.end(subscription, method="mail_link", now=NOW)  # type: ignore[arg-type]
    deliver()
    ReplySubscription.objects.create(
        comment=comment, address=comment.email, created_at=NOW, active_at=NOW, confirmed_at=NOW
    )

    assert restoring.replay(now=NOW) == 1
    assert (ReplySubscription.objects.count(), RememberedDevice.objects.count()) == (0, 0)


def test_torn_line_stops_nothing(make_comment: MakeComment) -> None:
    comment = make_comment()
    backup = ReaderComment.objects.get(pk=comment.pk)
    readers.withdraw(comment, now=NOW)
    deliver()
    with ledger.ledger_path().open("a") as file:
        file.write('{"what": "comm')
    restore(backup)

    assert restoring.replay(now=NOW) == 1


def test_rejected_comment_is_withdrawn_in_the_ledger_too(make_comment: MakeComment) -> None:
    comment = make_comment("pending")
    moderation.reject(comment, By(rule="test"), now=NOW)
    readers.withdraw(comment, now=NOW)
    deliver()

    assert [row.comment_id for row in ledger.read()] == [comment.pk]
    assert ConsentEvent.objects.filter(kind="withdrawn").count() == 1
