"""The Celery application, its queues and the table of what runs when."""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings")

app = Celery("redaktion")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# Queues are apart so that none starves another.
QUEUES = ("counting", "mail", "media", "upkeep")
app.conf.task_routes = {
    # Nightly work of minutes must not stand before the drains of the next seconds.
    "analytics.enforce_retention": {"queue": "upkeep"},
    "analytics.audit_windows": {"queue": "upkeep"},
    "analytics.delete_old_salts": {"queue": "upkeep"},
    "analytics.*": {"queue": "counting"},
    "outbox.*": {"queue": "mail"},
    "news.warm_renditions": {"queue": "media"},
}

# name -> (task, seconds or crontab). A poke expires before the next one comes, so a
# worker that was away does not work through a heap of old ones.
BEAT: dict[str, tuple[str, float | crontab]] = {
    "analytics-drain": ("analytics.drain_all", 5.0),
    "analytics-roll-windows": ("analytics.roll_windows", 5.0),
    "analytics-feed-spool": ("analytics.feed_spool", 10.0),
    "analytics-note-pulse": ("analytics.note_pulse", 60.0),
    "analytics-note-positions": ("analytics.note_positions", 600.0),
    "analytics-summarise": ("analytics.summarise", 600.0),
    "analytics-forget-salts": ("analytics.delete_old_salts", crontab(minute=5)),
    "analytics-retention": ("analytics.enforce_retention", crontab(hour=3, minute=30)),
    "analytics-audit": ("analytics.audit_windows", crontab(hour=3, minute=50)),
    "news-publish-scheduled": ("news.publish_scheduled", 60.0),
    "news-send-digests": ("news.send_digests", 600.0),
    "outbox-deliver": ("outbox.deliver", 10.0),
    "outbox-purge": ("outbox.purge", crontab(hour=3, minute=10)),
    "consent-seal": ("consent.seal", 20.0),
    "consent-check": ("consent.check", crontab(hour=4, minute=20)),
    "sessions-clear": ("cms.clear_sessions", crontab(hour=4, minute=10)),
    "comments-digest": ("comments.send_digests", crontab(hour=5, minute=30)),
    "comments-retention": ("comments.retain", crontab(hour=3, minute=20)),
}

app.conf.beat_scheduler = "cms.beat:SteadyScheduler"
app.conf.beat_schedule = {
    name: {
        "task": task,
        "schedule": schedule,
        "options": {"expires": schedule if isinstance(schedule, (int, float)) else 3600},
    }
    for name, (task, schedule) in BEAT.items()
}
