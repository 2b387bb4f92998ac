from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from cms.celery import BEAT, app
from cms.tasks import clear_sessions

pytestmark = pytest.mark.django_db


def test_only_sessions_that_ran_out_are_deleted_and_a_second_run_finds_none():
    now = timezone.now()
    for key, hours in (("old", -1), ("older", -500), ("open", 1)):
        Session.objects.create(
            session_key=key, session_data="", expire_date=now + timedelta(hours=hours)
        )

    for _ in range(2):
        clear_sessions()
        assert list(Session.objects.values_list("session_key", flat=True)) == ["open"]


def test_a_worker_knows_the_task_of_every_beat_job():
    app.loader.import_default_modules()

    assert {task for task, _ in BEAT.values()} <= set(app.tasks)
    assert app.amqp.router.route({}, "cms.clear_sessions")["queue"].name == "upkeep"
