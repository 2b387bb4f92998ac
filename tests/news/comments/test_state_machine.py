"""Whatever readers, moderators, rules and time do in whichever order: no way around consent."""

import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from news.comments import devices, moderation, readers, replies, retention
from news.comments.models import (
    CommentSettings,
    HoldPolicy,
    ReaderComment,
    RememberedDevice,
    ReplySubscription,
)
from news.comments.moderation import By, ConsentMissing, NotPossible, StateChanged
from news.consent import sealing
from news.consent.models import ConsentEvent, ConsentText, Method, Purpose
from tests.news.comments.conftest import NOW, MakeComment

pytestmark = pytest.mark.django_db

ACTS = [
    "confirm",
    "confirm_only",
    "approve",
    "reject",
    "mark_spam",
    "hide",
    "undo",
    "pick",
    "edit",
    "withdraw",
    "end_replies",
    "forget_device",
    "retain",
    "seal",
]
BATCH = uuid.UUID(int=7)


class World:
    """One comment with both wishes, and everything that may happen to it."""

    def __init__(self, comment: ReaderComment, policy: CommentSettings) -> None:
        self.comment, self.policy = comment, policy
        self.stale = ReaderComment.objects.get(pk=comment.pk)
        self.now = comment.submitted_at
        self.was_withdrawn = False

    def act(self, name: str, *, from_stale: bool) -> None:
        self.now += timedelta(minutes=3)
        found = ReaderComment.objects.filter(pk=self.comment.pk).first()
        if found is not None:
            getattr(self, name, self._decide(name))(self.stale if from_stale else found)

    def _decide(self, name: str) -> Callable[[ReaderComment], None]:
        by = By(rule="test", batch=BATCH)
        return lambda target: getattr(moderation, name)(target, by, now=self.now)

    def confirm(self, target: ReaderComment) -> None:
        readers.confirm(target, settings=self.policy, now=self.now)

    def confirm_only(self, target: ReaderComment) -> None:
        readers.confirm(target, settings=self.policy, with_wishes=False, now=self.now)

    def undo(self, target: ReaderComment) -> None:
        moderation.undo(target, By(rule="test"), batch=BATCH, now=self.now)

    def edit(self, target: ReaderComment) -> None:
        readers.edit(target, "Anders.", settings=self.policy, now=self.now)

    def withdraw(self, target: ReaderComment) -> None:
        readers.withdraw(target, now=self.now)
        self.was_withdrawn = True

    def end_replies(self, target: ReaderComment) -> None:
        if wish := replies.of_comment(target):
            replies.end(wish, method=Method.MAIL_LINK, now=self.now)

    def forget_device(self, target: ReaderComment) -> None:
        for device in RememberedDevice.objects.all():
            devices.forget(device, method=Method.DEVICE, now=self.now)

    def retain(self, target: ReaderComment) -> None:
        retention.retain(self.now + timedelta(hours=49))

    def seal(self, target: ReaderComment) -> None:
        sealing.seal(self.now)


def kinds(comment: ReaderComment, purpose: str) -> list[str]:
    events = ConsentEvent.objects.for_comment(comment.pk).filter(purpose=purpose).in_order()
    return list(events.values_list("kind", flat=True))


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    steps=st.lists(st.tuples(st.sampled_from(ACTS), st.booleans()), max_size=12),
    hold=st.sampled_from(list(HoldPolicy)),
)
def test_no_way_leads_around_consent(
    make_comment: MakeComment, text: ConsentText, steps: list[tuple[str, bool]], hold: Any
) -> None:
    policy = CommentSettings(hold_policy=hold)
    wishes = {
        row.purpose: row for row in ConsentText.objects.filter(language="de", is_required=False)
    }
    comment = make_comment(
        "unconfirmed",
        now=NOW,
        reply_text=wishes[Purpose.REPLY_MAIL],
        device_text=wishes[Purpose.REMEMBER_DEVICE],
        device_token=uuid.uuid4().hex,
    )
    world = World(comment, policy)
    for name, from_stale in steps:
        with suppress(NotPossible, StateChanged, ConsentMissing):
            world.act(name, from_stale=from_stale)
        _hold_true(world)
    sealing.seal(world.now)
    assert sealing.first_break() is None


def _hold_true(world: World) -> None:
    now = ReaderComment.objects.filter(pk=world.comment.pk).first()
    if now is None:  # deleted in time; nothing of it is left but the emptied proof
        assert not ConsentEvent.objects.for_comment(world.comment.pk).exists()
        assert not ReplySubscription.objects.filter(comment=world.comment.pk).exists()
        return
    path = list(now.decisions.values_list("old_state", "new_state"))
    states = ["unconfirmed", *(new for _, new in path)]
    assert states[-1] == now.state
    assert [old for old, _ in path] == states[:-1]
    consent = kinds(now, "publish")
    if now.state == "published":
        assert consent[-1] == "confirmed"
    if world.was_withdrawn:
        assert (now.state, now.text, now.name, now.email) == ("withdrawn", "", "", "")
        assert consent[-1] in {"withdrawn", "expired"}
        assert not ReplySubscription.objects.filter(comment=now).exists()
    for wish in ReplySubscription.objects.filter(comment=now):
        assert kinds(now, "reply_mail")[-1] == ("confirmed" if wish.confirmed_at else "given")
    for device in RememberedDevice.objects.filter(comment=now):
        last = kinds(now, "remember_device")[-1]
        assert last == ("confirmed" if device.confirmed_at else "given")
