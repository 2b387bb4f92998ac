"""After many rows came in at once, the planner knows of them."""

import pytest
from django.db import connection

from analytics import statistics
from analytics.history import import_views
from analytics.models import PageDay
from tests.analytics.streams import NOON
from tests.factories import make_article

pytestmark = pytest.mark.django_db


def known_rows() -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'analytics_pageday'")
        return float(cursor.fetchone()[0])


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite plans without")
def test_an_import_is_known_at_once():
    path = make_article("Hafen").url

    import_views([f"{path},2026-03-0{day}T10:00,{day}" for day in range(1, 5)], now=NOON)

    assert PageDay.objects.count() == 4
    assert known_rows() == 4


def test_both_engines_can_be_asked():
    statistics.refresh()
