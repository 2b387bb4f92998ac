"""The page that says whether all is well."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from analytics.windows import roll_windows
from cms.celery import BEAT
from cms.operation import checks, pulse
from cms.operation.checks import Finding, State, in_words
from cms.outbox.mail import put_mail
from cms.outbox.models import EntryState, Mail, MailState, OutboxEntry
from cms.outbox.monitoring import outbox
from news import scheduling
from tests.analytics.streams import begin_epochs, drain_all
from tests.factories import make_admin

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def running(clean_redis, monkeypatch, settings, tmp_path):
    """Every job has just run."""
    settings.ANALYTICS_SPOOL_DIR = tmp_path
    now = timezone.now()
    begin_epochs()
    drain_all(now)
    roll_windows(now=now)
    scheduling.publish_due(now=now)
    for task, _ in BEAT.values():
        pulse.note(task, ok=True, seconds=0.1, now=now)
    monkeypatch.setattr("analytics.quality.is_beacon_reachable", lambda: True)
    return clean_redis


def states(findings) -> dict[str, State]:
    return {finding.title: finding.state for finding in findings}


def test_all_is_well(client, running):
    client.force_login(make_admin())
    client.cookies["django_language"] = "en"

    with translation.override("en"):
        page = client.get(reverse("operation_state"))

    assert set(states(page.context["findings"]).values()) == {State.GOOD}
    assert page.context["worst"] == State.GOOD
    assert len(page.context["jobs"]) == len(BEAT)


def test_without_redis_the_page_says_what_to_do(client, running, settings):
    client.force_login(make_admin())
    settings.BROKER_URL = "redis://127.0.0.1:1/0"

    page = client.get(reverse("operation_state"))

    assert page.context["worst"] == State.FAILING
    assert page.context["jobs"] == [] == page.context["waiting"]
    first = page.context["findings"][0]
    assert (first.state, bool(first.advice)) == (State.FAILING, True)


def test_a_late_and_a_failing_job_are_named(running):
    later = timezone.now() + timedelta(minutes=10)
    for task, _ in BEAT.values():
        if task != "consent.seal":
            pulse.note(task, ok=True, seconds=0.1, now=later)
    pulse.note("news.publish_scheduled", ok=False, seconds=1, now=later + timedelta(seconds=1))

    with translation.override("en"):
        found = {f.said for f in checks.look_at_all(now=later) if f.title == "Recurring jobs"}

    assert found == {
        "Not run in time: consent-seal",
        "The last run failed: news-publish-scheduled",
    }


def test_a_check_that_breaks_is_a_finding(monkeypatch):
    def broken(now):
        raise KeyError("x")

    monkeypatch.setattr(checks, "_checks", [broken, lambda now: [Finding("a", State.GOOD, "b")]])

    found = checks.look_at_all(now=NOW)

    assert [finding.state for finding in found] == [State.FAILING, State.GOOD]


def test_overdue_work_fails_and_given_up_work_needs_attention(settings):
    settings.MAIL_URL = "smtp://mail.example.org"
    now = timezone.now()
    mail = put_mail(to="jo@example.org", subject="Hallo", text="Text")
    assert {finding.state for finding in outbox(now)} == {State.GOOD}

    overdue = list(outbox(now + timedelta(minutes=6)))
    OutboxEntry.objects.update(state=EntryState.PARKED)
    Mail.objects.filter(pk=mail.pk).update(state=MailState.PARKED)
    given_up = list(outbox(now))

    assert [finding.state for finding in overdue] == [State.FAILING, State.GOOD]
    assert [finding.state for finding in given_up] == [State.ATTENTION, State.ATTENTION]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 seconds"),
        (1, "1 second"),
        (119, "119 seconds"),
        (120, "2 minutes"),
        (7200, "2 hours"),
        (172800, "2 days"),
        (3700, "61 minutes"),
    ],
)
def test_durations_in_words(seconds, words):
    with translation.override("en"):
        assert in_words(seconds) == words
