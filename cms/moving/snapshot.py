"""One moment of the database, read while others go on writing."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections, transaction

# SQLite's atomic() takes the lock of writers from the start here, so the reading transaction
# is begun by hand; the write-ahead log keeps its moment.
_BEGIN_READING = "BEGIN DEFERRED"


@contextmanager
def snapshot() -> Iterator[str]:
    """Yield the alias of a connection that sees one moment and holds nobody up."""
    connection = connections["default"]
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(_BEGIN_READING)
            try:
                yield "default"
            finally:
                cursor.execute("ROLLBACK")
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield "default"
