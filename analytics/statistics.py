"""What a planner knows of the counting tables after many rows came in at once."""

from django.apps import apps
from django.db import connection


def refresh() -> None:
    """Let PostgreSQL look at the tables now; its autovacuum would in its own time.

    SQLite plans from the indexes alone, here as on the site.
    """
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for model in apps.get_app_config("analytics").get_models():
            if not model._meta.managed:
                continue  # no table: it only names rights
            cursor.execute(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")
