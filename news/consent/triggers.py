"""Triggers that keep consent append-only whoever speaks to the database.

SQLite drops a table's triggers when a migration rebuilds the table: such a migration ends
with `install`.
"""

from django.db.backends.base.base import BaseDatabaseWrapper

TEXT, EVENT, SEAL = "consent_consenttext", "consent_consentevent", "consent_consentseal"
# What an update may not touch, and what it must leave empty.
KEPT = ("id", "kind", "at", "purpose", "text_id", "language", "method", "surface", "person_digest")
EMPTIED = "NEW.subject = '' AND NEW.comment_id IS NULL AND NEW.salt = '' AND NEW.evidence = '{}'"


def install(connection: BaseDatabaseWrapper) -> None:
    """Create the triggers; those that exist are replaced."""
    remove(connection)
    _run(connection, _postgresql() if connection.vendor == "postgresql" else _sqlite())


def remove(connection: BaseDatabaseWrapper) -> None:
    """Drop the triggers: for a migration backwards, and for tests that empty all tables."""
    statements = []
    for table in (TEXT, EVENT, SEAL):
        for name in ("update", "delete", "truncate"):
            on = f" ON {table}" if connection.vendor == "postgresql" else ""
            statements.append(f"DROP TRIGGER IF EXISTS {table}_no_{name}{on}")
    if connection.vendor == "postgresql":
        statements.append("DROP FUNCTION IF EXISTS consent_refuse()")
    _run(connection, statements)


def _run(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _only_emptied(same: str) -> str:
    unchanged = " AND ".join(f"NEW.{name} {same} OLD.{name}" for name in KEPT)
    return f"{EMPTIED} AND {unchanged}"


def _sqlite() -> list[str]:
    statements = []
    for table in (TEXT, EVENT, SEAL):
        body = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        when = f"WHEN NOT ({_only_emptied('IS')}) " if table == EVENT else ""
        statements += [
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {when}{body}",
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {body}",
        ]
    return statements


def _postgresql() -> list[str]:
    statements = [
        """
        CREATE FUNCTION consent_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is append-only', TG_TABLE_NAME
                USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """
    ]
    for table in (TEXT, EVENT, SEAL):
        only_emptied = _only_emptied("IS NOT DISTINCT FROM")
        when = f"WHEN (NOT ({only_emptied})) " if table == EVENT else ""
        refuse = "EXECUTE FUNCTION consent_refuse()"
        row, statement = f"ON {table} FOR EACH ROW", f"ON {table} FOR EACH STATEMENT"
        statements += [
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE {row} {when}{refuse}",
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE {row} {refuse}",
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE {statement} {refuse}",
        ]
    return statements
