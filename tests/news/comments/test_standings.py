from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cms.outbox.models import Mail
from news.comments import moderation, readers, standings
from news.comments.models import CommentSettings, HoldPolicy, ReaderComment, StandingDecision
from news.comments.moderation import By
from news.comments.standings import Level
from news.consent import subjects
from tests.news.comments.conftest import NOW as SENT
from tests.news.comments.conftest import MakeComment

pytestmark = pytest.mark.django_db
ADDRESS = "jo@example.org"
NOW = SENT + timedelta(days=10)  # when all of them are written


def level(settings: CommentSettings, address: str = ADDRESS) -> Level:
    subject = subjects.reference(address)
    return standings.of(subject, settings=settings, now=NOW).level


def say(kind: str, **fields: object) -> None:
    StandingDecision.objects.create(
        subject=subjects.reference(ADDRESS), kind=kind, at=NOW, **fields
    )


def test_trust_comes_with_published_comments(
    make_comment: MakeComment, site_settings: CommentSettings
) -> None:
    levels = []
    for _ in range(3):
        levels.append(level(site_settings))
        make_comment("published", email=ADDRESS)

    assert [*levels, level(site_settings)] == [Level.NEW] * 3 + [Level.TRUSTED]
    assert level(site_settings, "other@example.org") == Level.NEW


def test_trust_is_lost_by_decisions_against(
    make_comment: MakeComment, site_settings: CommentSettings
) -> None:
    comments = [make_comment("published", email=ADDRESS) for _ in range(8)]
    for comment in comments[-3:]:
        assert level(site_settings) == Level.TRUSTED
        moderation.hide(comment, By(rule="test"), now=NOW)

    assert level(site_settings) == Level.DISTRUSTED


def test_a_moderators_word_goes_first_until_it_ends(site_settings: CommentSettings) -> None:
    say("banned", until=NOW + timedelta(days=1))
    assert level(site_settings) == Level.BANNED
    later = standings.of(
        subjects.reference(ADDRESS), settings=site_settings, now=NOW + timedelta(days=2)
    )
    assert later.level == Level.NEW

    say("trusted")
    assert level(site_settings) == Level.TRUSTED
    say("normal")
    assert level(site_settings) == Level.NEW


def test_trusted_readers_appear_at_once_where_first_comments_wait(
    make_comment: MakeComment, site_settings: CommentSettings
) -> None:
    site_settings.hold_policy = HoldPolicy.FIRST
    first = make_comment("pending", email=ADDRESS)
    assert [hold.kind for hold in first.why_held] == ["first"]
    say("trusted")

    second = make_comment("unconfirmed", email=ADDRESS)
    readers.confirm(second, settings=site_settings, now=NOW)

    assert second.state == "published"
    assert second.decisions.last().is_automated


def test_an_unconfirmed_address_is_never_trusted(
    make_comment: MakeComment, site_settings: CommentSettings
) -> None:
    say("trusted")
    site_settings.hold_policy = HoldPolicy.FIRST
    site_settings.confirms_by_email = False

    make_comment_of_somebody = readers.Submission(
        article=make_comment("pending", email="x@example.org").article,
        parent=None,
        name="Jo",
        email=ADDRESS,
        text="Guter Text.",
        consent_text=ReaderComment.objects.first().consent_text,
        ticket_digest="f" * 64,
        surface="article:1 form:1",
    )
    comment = readers.submit(make_comment_of_somebody, settings=site_settings, now=NOW)

    assert comment and comment.state == "pending"
    assert [hold.kind for hold in comment.why_held] == ["first"]


def test_the_banned_are_turned_away_by_rule_and_told(
    make_comment: MakeComment, site_settings: CommentSettings
) -> None:
    say("banned")
    comment = make_comment("unconfirmed", email=ADDRESS)

    readers.confirm(comment, settings=site_settings, now=NOW)

    decision = comment.decisions.last()
    assert (comment.state, decision.reason, decision.is_automated) == ("rejected", "banned", True)
    told = Mail.objects.get(subject="Ihr Kommentar wurde nicht veröffentlicht")
    assert told.to == ADDRESS and "Programm" in told.text


def test_one_or_many_readers_cost_the_same(
    make_comment: MakeComment, site_settings: CommentSettings
) -> None:
    costs = []
    for count in (1, 3):
        names = [subjects.reference(f"r{number}@example.org") for number in range(count)]
        for number in range(count):
            make_comment("published", email=f"r{number}@example.org")
        with CaptureQueriesContext(connection) as queries:
            standings.for_subjects(names, settings=site_settings, now=NOW)
        costs.append(len(queries))

    assert costs == [2, 2]
