import random
import threading
from collections.abc import Callable
from contextlib import suppress

import pytest
from django.db import connection
from django.utils import timezone

from news.comments import moderation, readers
from news.comments.models import CommentDecision, ReaderComment
from news.comments.moderation import By, NotPossible, StateChanged
from news.consent.models import ConsentEvent
from tests.news.comments.conftest import MakeComment

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Run all acts at the same moment; return how each of them ended."""
    start = threading.Barrier(len(acts))
    ends: list[str] = []

    def run(act: Callable[[], object]) -> None:
        try:
            start.wait(10)
            ends.append(str(act()))
        except StateChanged:
            ends.append("changed")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return sorted(ends)


def test_of_many_moderators_one_decides(make_comment: MakeComment) -> None:
    comment = make_comment("pending")
    before = CommentDecision.objects.count()
    verbs = [moderation.approve, moderation.reject] * 3

    def act(verb: Callable[..., None]) -> Callable[[], None]:
        seen = ReaderComment.objects.get(pk=comment.pk)
        return lambda: verb(seen, By(rule=verb.__name__), now=timezone.now())

    ends = at_once(*(act(verb) for verb in verbs))

    assert ends == ["None", *["changed"] * 5]
    comment.refresh_from_db()
    assert CommentDecision.objects.count() == before + 1
    last = CommentDecision.objects.order_by("-pk")[0]
    assert (last.new_state, comment.state) == (comment.state, last.new_state)


def test_withdrawal_is_never_lost(make_comment: MakeComment) -> None:
    comment = make_comment("pending")
    seen = ReaderComment.objects.get(pk=comment.pk)
    mine = ReaderComment.objects.get(pk=comment.pk)

    at_once(
        lambda: moderation.approve(seen, By(rule="test"), now=timezone.now()),
        lambda: readers.withdraw(mine, now=timezone.now()),
    )

    comment.refresh_from_db()
    assert (comment.state, comment.text, comment.name) == ("withdrawn", "", "")
    assert ConsentEvent.objects.filter(kind="withdrawn").count() == 1


def test_withdrawal_outlasts_a_decision_made_meanwhile(make_comment: MakeComment) -> None:
    """Between looking and withdrawing somebody publishes it; the reader's word is the last."""
    comment = make_comment("pending")
    look = comment.refresh_from_db
    looks: list[int] = []

    def look_and_be_overtaken() -> None:
        look()
        looks.append(1)
        if len(looks) == 1:
            other = ReaderComment.objects.get(pk=comment.pk)
            moderation.approve(other, By(rule="faster"), now=timezone.now())

    comment.refresh_from_db = look_and_be_overtaken  # type: ignore[method-assign]
    assert readers.withdraw(comment, now=timezone.now())

    stored = ReaderComment.objects.get(pk=comment.pk)
    assert (len(looks), stored.state, stored.text) == (2, "withdrawn", "")
    assert list(stored.decisions.order_by("pk").values_list("new_state", flat=True))[-2:] == [
        "published",
        "withdrawn",
    ]


def test_every_transition_of_many_moderators_is_on_the_record(make_comment: MakeComment) -> None:
    """Each comment's decisions are one unbroken chain that ends in its state."""
    comments = [make_comment("pending") for _ in range(4)]
    verbs = [
        moderation.approve,
        moderation.reject,
        moderation.mark_spam,
        moderation.hide,
        moderation.keep,
    ]

    def moderate(seed: int) -> Callable[[], None]:
        choice = random.Random(seed)

        def act() -> None:
            for _ in range(12):
                comment = ReaderComment.objects.get(pk=choice.choice(comments).pk)
                with suppress(StateChanged, NotPossible):
                    by = By(rule=f"moderator{seed}")
                    choice.choice(verbs)(comment, by, now=timezone.now())

        return act

    ends = at_once(*(moderate(seed) for seed in range(4)))

    assert ends == ["None"] * 4
    by_moderators = CommentDecision.objects.filter(rule__startswith="moderator")
    assert by_moderators.values("rule").distinct().count() > 1
    for comment in comments:
        comment.refresh_from_db()
        decisions = list(comment.decisions.order_by("pk"))
        states = [decision.old_state for decision in decisions] + [comment.state]
        assert states[1:] == [decision.new_state for decision in decisions]
