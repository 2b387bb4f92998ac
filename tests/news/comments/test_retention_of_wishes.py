from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from cms.outbox.models import Mail
from news.comments import access, devices, readers, replies, retention
from news.comments.models import (
    AccessLink,
    AccessRequest,
    ReaderComment,
    RecordAccess,
    RememberedDevice,
    ReplySubscription,
)
from news.consent import recording, sealing, texts
from news.consent.models import ConsentEvent
from tests.news.comments.conftest import NOW, MakeComment

pytestmark = pytest.mark.django_db


def wish(comment: ReaderComment, purpose: str, now: datetime) -> None:
    text = texts.current(purpose, "de", now=now)
    assert text
    recording.give(text, address=comment.email, comment_id=comment.pk, surface="test",
                   evidence={}, now=now)  # fmt: skip


def kinds(purpose: str) -> list[str]:
    events = ConsentEvent.objects.filter(purpose=purpose).in_order()
    return list(events.values_list("kind", flat=True))


def test_wishes_nobody_confirmed_expire_after_two_days(make_comment: MakeComment) -> None:
    comment = make_comment(now=NOW)
    for purpose in ("reply_mail", "remember_device"):
        wish(comment, purpose, NOW)
    replies.subscribe(comment, now=NOW)
    devices.remember(comment, "token", now=NOW)

    retention.retain(NOW + timedelta(hours=47))
    assert (ReplySubscription.objects.count(), RememberedDevice.objects.count()) == (1, 1)
    for _ in range(2):
        retention.retain(NOW + timedelta(hours=49))

    assert (ReplySubscription.objects.count(), RememberedDevice.objects.count()) == (0, 0)
    assert kinds("reply_mail") == kinds("remember_device") == ["given", "expired"]
    assert kinds("publish") == ["given", "confirmed"]


def test_subscription_ends_a_year_after_the_last_answer(make_comment: MakeComment) -> None:
    comment = make_comment(now=NOW)
    wish(comment, "reply_mail", NOW)
    replies.subscribe(comment, now=NOW)
    ReplySubscription.objects.update(confirmed_at=NOW, active_at=NOW + timedelta(days=100))

    retention.retain(NOW + timedelta(days=464))
    assert ReplySubscription.objects.count() == 1
    retention.retain(NOW + timedelta(days=466))

    assert ReplySubscription.objects.count() == 0
    assert kinds("reply_mail") == ["given", "expired"]


def test_device_expires_after_thirty_days(make_comment: MakeComment) -> None:
    comment = make_comment(now=NOW)
    wish(comment, "remember_device", NOW)
    devices.remember(comment, "token", now=NOW)
    RememberedDevice.objects.update(confirmed_at=NOW)

    retention.retain(NOW + timedelta(days=29, hours=23))
    assert RememberedDevice.objects.count() == 1
    retention.retain(NOW + timedelta(days=30))

    assert RememberedDevice.objects.count() == 0
    assert kinds("remember_device") == ["given", "expired"]


def test_links_requests_and_look_ups_are_deleted_in_time(db: None) -> None:
    access.create("jo@example.org", "de", now=NOW)
    AccessRequest.objects.create(address="jo@example.org", language="de", at=NOW)
    RecordAccess.objects.create(user_name="x", subject="s", form="view", reason="Grund", at=NOW)

    retention.retain(NOW + timedelta(hours=23))
    assert (AccessLink.objects.count(), AccessRequest.objects.count()) == (1, 1)
    retention.retain(NOW + timedelta(hours=25))
    assert (AccessLink.objects.count(), AccessRequest.objects.count()) == (0, 0)
    assert RecordAccess.objects.count() == 1
    retention.retain(NOW + timedelta(days=3 * 365 + 1))
    assert RecordAccess.objects.count() == 0


def test_proof_is_emptied_after_the_third_year_and_the_chain_still_verifies(
    make_comment: MakeComment,
) -> None:
    comment = make_comment(now=NOW)
    readers.withdraw(comment, now=NOW + timedelta(days=1))
    sealing.seal(NOW)

    retention.retain(datetime(2029, 12, 30, tzinfo=NOW.tzinfo))
    assert ConsentEvent.objects.exclude(subject="").count() == 3
    retention.retain(datetime(2030, 1, 2, tzinfo=NOW.tzinfo))

    rows = ConsentEvent.objects.in_order().values_list("kind", "subject", "comment_id", "salt")
    assert list(rows) == [
        ("given", "", None, ""),
        ("confirmed", "", None, ""),
        ("withdrawn", "", None, ""),
    ]
    assert ReaderComment.objects.get().subject == ""
    sealing.seal(NOW)
    assert sealing.first_break() is None


def test_dry_run_names_every_class_once_and_changes_nothing(
    make_comment: MakeComment,
) -> None:
    make_comment("unconfirmed", now=NOW - timedelta(days=9))
    mails = Mail.objects.count()

    rows = {rule.name: count for rule, count in retention.dry_run(timezone.now())}

    assert len(rows) == len(retention.RULES)
    assert (rows["unconfirmed"], rows["mails"]) == (1, 0)
    assert (ReaderComment.objects.count(), Mail.objects.count()) == (1, mails)
