"""Rows as lines of JSON, independent of the database engine."""

import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.management.color import no_style
from django.db import connections, models
from django.db.models import sql

Model = type[models.Model]
BATCH = 500
# What grows again by itself; after a move staff sign in once more.
LEFT_OUT = frozenset(
    {
        "sessions.Session",
        "wagtailadmin.EditingSession",
        "wagtailsearch.IndexEntry",
        "wagtailsearch.SQLiteFTSIndexEntry",
    }
)
# A site that moves takes them along: who reads today stays the same reader, and no mail is lost.
# Brought back from a backup, they would name readers of the past, and send mails a second time,
# also to those who were erased.
OF_THE_MOMENT = frozenset({"analytics.DaySalt", "outbox.Mail", "outbox.OutboxEntry"})


def kept_models(*, for_move: bool = True) -> list[Model]:
    """Return every table that is worth keeping, also those between two others."""
    left_out = LEFT_OUT if for_move else LEFT_OUT | OF_THE_MOMENT
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and model._meta.label not in left_out
    ]


def read(model: Model, *, using: str) -> Iterator[bytes]:
    """Yield a line of column names, then a line for each row."""
    fields = model._meta.local_concrete_fields
    names = [field.attname for field in fields]
    yield _line(names)
    rows = model._base_manager.using(using).order_by().values_list(*names)
    for row in rows.iterator(chunk_size=BATCH):
        yield _line([_plain(field, value) for field, value in zip(fields, row, strict=True)])


def write(model: Model, lines: Iterable[bytes], *, using: str) -> int:
    """Insert what `read` gave; return how many rows. Nothing of the model's own code runs."""
    lines = iter(lines)
    names = json.loads(next(lines))
    by_name = {field.attname: field for field in model._meta.local_concrete_fields}
    fields = [by_name[name] for name in names]
    most = min(BATCH, connections[using].ops.bulk_batch_size(fields, [None] * BATCH) or BATCH)
    count, batch = 0, []
    for line in lines:
        values = json.loads(line)
        rich = (_rich(field, value) for field, value in zip(fields, values, strict=True))
        batch.append(SimpleNamespace(**dict(zip(names, rich, strict=True))))
        if len(batch) >= most:
            count += _insert(model, fields, batch, using)
            batch = []
    return count + (_insert(model, fields, batch, using) if batch else 0)


def empty_all(*, using: str) -> None:
    """Delete what a fresh migration has put in; triggers must have been lifted."""
    connection = connections[using]
    known = set(connection.introspection.table_names())
    tables = [
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    ]
    tables = [name for name in tables if name in known and not name.endswith("_fts")]
    statements = connection.ops.sql_flush(
        no_style(), tables, reset_sequences=True, allow_cascade=connection.vendor == "postgresql"
    )
    connection.ops.execute_sql_flush(statements)


def set_sequences(*, using: str) -> None:
    """Let the next row of each table get a number above those that were written."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), kept_models()):
            cursor.execute(statement)


def _insert(model: Model, fields: list[Any], rows: list[Any], using: str) -> int:
    query = sql.InsertQuery(model)
    query.insert_values(fields, rows, raw=True)
    query.get_compiler(using=using).execute_sql()
    return len(rows)


def _line(values: list[Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _plain(field: Any, value: Any) -> Any:
    if value is None or isinstance(field, models.JSONField):
        return value
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return field.get_prep_value(value)  # a StreamField's blocks, as text


def _rich(field: Any, value: Any) -> Any:
    if value is None or isinstance(field, models.JSONField):
        return value
    if isinstance(field, models.BinaryField):
        return bytes.fromhex(value)
    return field.to_python(value)
