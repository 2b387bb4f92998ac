"""What a planner knows of the counting tables after many rows came in at once."""

from __future__ import annotations

from django.db import connection

from analytics.models import (
    DropCount,
    PageBucket,
    PageDay,
    PageDayDimension,
    PageMonthDimension,
    PageMonthSum,
    ParentDayDimension,
    RankingPosition,
    SiteDay,
    SiteDayDimension,
    WindowTotal,
)

COUNTING = (
    DropCount,
    PageBucket,
    PageDay,
    PageDayDimension,
    PageMonthDimension,
    PageMonthSum,
    ParentDayDimension,
    RankingPosition,
    SiteDay,
    SiteDayDimension,
    WindowTotal,
)


def refresh() -> None:
    """Let PostgreSQL look at the tables now; its autovacuum would in its own time.

    SQLite plans from the indexes alone, here as on the site.
    """
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for model in COUNTING:
            cursor.execute(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")
