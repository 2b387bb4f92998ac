"""Let PostgreSQL clean up big tables after a fiftieth of their rows, not after a fifth.

Only today's rows change. Until a fifth of 25 months is dead, months pass, and tables and indexes
have grown by as much.
"""

from django.db import migrations

TABLES = ("analytics_pagebucket", "analytics_pageday", "analytics_pagedaydimension")
SETTINGS = ("autovacuum_vacuum_scale_factor", "autovacuum_analyze_scale_factor")


def vacuum_early(apps, schema_editor):
    settings = ", ".join(f"{name} = 0.02" for name in SETTINGS)
    _alter(schema_editor, f"SET ({settings})")


def vacuum_as_the_server_does(apps, schema_editor):
    _alter(schema_editor, f"RESET ({', '.join(SETTINGS)})")


def _alter(schema_editor, change):
    if schema_editor.connection.vendor == "postgresql":
        for table in TABLES:
            schema_editor.execute(f"ALTER TABLE {table} {change}")


class Migration(migrations.Migration):
    dependencies = [("analytics", "0004_summaries_gaps_positions")]

    operations = [migrations.RunPython(vacuum_early, vacuum_as_the_server_does)]
