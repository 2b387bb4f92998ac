"""The wiring: settings, routes, Celery, the user, and two leaves every app may use."""

from cms.celery import app as celery_app

__all__ = ["celery_app"]
