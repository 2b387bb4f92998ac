from datetime import UTC, datetime, timedelta

import pytest
from django.db.models.signals import pre_save
from wagtail.models import PageLogEntry

from cms.celery import BEAT
from news import scheduling
from news.models import ArticlePage
from news.tasks import publish_scheduled
from tests.factories import make_article

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def scheduled(title: str, *, at: datetime = NOW - timedelta(minutes=1)) -> ArticlePage:
    """A draft that an editor has scheduled for `at`."""
    article = make_article(title, live=False)
    revision = article.save_revision(approved_go_live_at=at)
    assert revision.approved_go_live_at == at
    return article


def live_titles() -> list[str]:
    return list(ArticlePage.objects.live().order_by("title").values_list("title", flat=True))


def test_due_articles_are_published_and_logged_as_scheduled(clean_redis):
    due = scheduled("Fällig")
    scheduled("Später", at=NOW + timedelta(minutes=1))

    heartbeat = scheduling.publish_due(now=NOW)

    assert live_titles() == ["Fällig"]
    assert heartbeat == scheduling.Heartbeat(at=NOW, published_count=1)
    log = PageLogEntry.objects.exclude(action="wagtail.create")
    assert [(row.page_id, row.action) for row in log] == [(due.pk, "wagtail.publish.scheduled")]


def test_second_run_publishes_nothing(clean_redis):
    scheduled("Fällig")

    scheduling.publish_due(now=NOW)
    again = scheduling.publish_due(now=NOW)

    assert again == scheduling.Heartbeat(at=NOW)
    assert PageLogEntry.objects.filter(action="wagtail.publish.scheduled").count() == 1


def test_what_another_run_has_done_is_left_alone():
    article = scheduled("Fällig")
    revision_id = article.latest_revision_id
    scheduling._publish(revision_id, NOW)

    assert scheduling._publish(revision_id, NOW) is False


def test_a_failing_article_stops_no_other_and_stays_due(clean_redis):
    bad = scheduled("Kaputt")
    scheduled("Gut")

    def fail(instance: ArticlePage, **_: object) -> None:
        if instance.pk == bad.pk:
            raise RuntimeError("broken page")

    pre_save.connect(fail, sender=ArticlePage)
    try:
        heartbeat = scheduling.publish_due(now=NOW)
    finally:
        pre_save.disconnect(fail, sender=ArticlePage)

    assert live_titles() == ["Gut"]
    assert heartbeat == scheduling.Heartbeat(at=NOW, published_count=1, failed_count=1)
    assert scheduling.publish_due(now=NOW).published_count == 1
    assert live_titles() == ["Gut", "Kaputt"]


def test_expired_articles_are_unpublished(clean_redis):
    gone = make_article("Abgelaufen", expire_at=NOW - timedelta(minutes=1))
    make_article("Bleibt", expire_at=NOW + timedelta(minutes=1))

    heartbeat = scheduling.publish_due(now=NOW)

    gone.refresh_from_db()
    assert (gone.live, gone.expired) == (False, True)
    assert live_titles() == ["Bleibt"]
    assert heartbeat == scheduling.Heartbeat(at=NOW, expired_count=1)


def test_heartbeat_is_kept_and_grows_stale(clean_redis):
    assert scheduling.last_heartbeat() is None
    assert scheduling.is_stale(None) is True

    publish_scheduled()

    heartbeat = scheduling.last_heartbeat()
    assert heartbeat is not None
    assert scheduling.is_stale(heartbeat) is False
    assert scheduling.is_stale(heartbeat, now=heartbeat.at + timedelta(minutes=5)) is True


def test_appointments_are_what_goes_live_and_what_ends_the_earliest_first():
    hours = [timedelta(hours=n) for n in range(4)]
    ending = make_article("Endet", expire_at=NOW + hours[2])
    make_article("Längst zurückgezogen", live=False, expire_at=NOW - hours[3])
    coming, late = scheduled("Kommt", at=NOW + hours[1]), scheduled("Zu spät", at=NOW - hours[1])

    found = scheduling.appointments(limit=5, now=NOW)

    assert [(a.page_id, a.title, a.at, a.is_takedown, a.is_overdue) for a in found] == [
        (late.pk, "Zu spät", NOW - hours[1], False, True),
        (coming.pk, "Kommt", NOW + hours[1], False, False),
        (ending.pk, "Endet", NOW + hours[2], True, False),
    ]
    assert scheduling.appointments(limit=1, now=NOW) == found[:1]


def test_the_schedule_runs_as_often_as_it_says():
    assert BEAT["news-publish-scheduled"] == (
        "news.publish_scheduled",
        scheduling.EVERY.total_seconds(),
    )
