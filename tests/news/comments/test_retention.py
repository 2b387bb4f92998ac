from datetime import timedelta

import pytest

from news.comments import moderation, tasks
from news.comments.models import CommentReport, ReaderComment
from news.comments.moderation import By
from news.comments.retention import dry_run, retain
from news.consent import sealing
from news.consent.models import ConsentEvent
from tests.news.comments.conftest import NOW, MakeComment

pytestmark = pytest.mark.django_db


def left() -> list[str]:
    return list(ReaderComment.objects.order_by("pk").values_list("name", flat=True))


def test_unconfirmed_is_deleted_after_two_days_and_its_proof_emptied(
    make_comment: MakeComment,
) -> None:
    make_comment("unconfirmed", name="old", now=NOW - timedelta(hours=49))
    make_comment("unconfirmed", name="new", now=NOW - timedelta(hours=47))
    make_comment("pending", name="waiting", now=NOW - timedelta(hours=49))
    sealing.seal(NOW)

    assert retain(NOW)["unconfirmed"] == 1
    assert retain(NOW)["unconfirmed"] == 0

    assert left() == ["new", "waiting"]
    gone = ConsentEvent.objects.filter(comment_id=None).in_order()
    assert list(gone.values_list("kind", "subject", "evidence")) == [
        ("given", "", {}),
        ("expired", "", {}),
    ]
    sealing.seal(NOW)
    assert sealing.first_break() is None


@pytest.mark.parametrize(("verb", "days"), [(moderation.mark_spam, 14), (moderation.reject, 90)])
def test_refused_comments_are_deleted_in_time(
    make_comment: MakeComment, verb: object, days: int
) -> None:
    for name, age in (("old", days + 1), ("new", days - 1)):
        comment = make_comment("pending", name=name, now=NOW - timedelta(days=age))
        verb(comment, By(rule="test"), now=NOW)  # type: ignore[operator]

    retain(NOW)

    assert left() == ["new"]


def test_refused_comment_with_replies_stays_as_their_place(make_comment: MakeComment) -> None:
    root = make_comment(name="root", now=NOW - timedelta(days=99))
    make_comment(name="reply", parent=root)
    moderation.mark_spam(root, By(rule="test"), now=NOW)

    retain(NOW)

    assert left() == ["root", "reply"]


def test_address_is_emptied_after_a_year(make_comment: MakeComment) -> None:
    old = make_comment(now=NOW - timedelta(days=366))
    new = make_comment(now=NOW - timedelta(days=364))

    assert retain(NOW)["address"] == 1

    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.email, old.text) == ("", "Guter Text.")
    assert new.email
    assert old.subject


def test_task_can_run_twice(make_comment: MakeComment) -> None:
    make_comment("pending", name="waiting")

    tasks.retain()
    tasks.retain()

    assert left() == ["waiting"]


def test_dry_run_counts_what_the_run_then_touches(make_comment: MakeComment) -> None:
    make_comment("unconfirmed", now=NOW - timedelta(hours=49))
    comment = make_comment("published", now=NOW - timedelta(days=366))
    for days in (91, 89):
        CommentReport.objects.create(
            comment=comment, reason="insult", at=NOW - timedelta(days=days)
        )

    counted = {rule.name: count for rule, count in dry_run(NOW)}

    expected = {
        "unconfirmed": 1,
        "spam": 0,
        "rejected": 0,
        "address": 1,
        "reports": 1,
        "legal_holds": 0,
    }
    # Every other class of data has nothing that is due.
    assert counted == dict.fromkeys(counted, 0) | expected
    assert ReaderComment.objects.count() == 2
    assert retain(NOW) == counted
