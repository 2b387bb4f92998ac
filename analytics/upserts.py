"""Adding to counting tables in bulk, the same on SQLite and PostgreSQL.

A counting table is described as data: its key, and the figures that add up.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models

Row = tuple[Any, ...]
UNQUOTED = {"smallint", "integer", "bigint", "date"}
COUNTS = ("views", "visits", "readers", "site_readers", "engaged_seconds")


def add_rows(
    model: type[models.Model], key: Sequence[str], figures: Sequence[str], rows: Iterable[Row]
) -> None:
    """Add figures to the rows named by their keys, which are made where missing.

    Rows are written in the order of their keys, so that two writers cannot wait for each other.
    """
    table = _quote(model._meta.db_table)
    sums = ", ".join(
        f"{_quote(figure)} = {table}.{_quote(figure)} + excluded.{_quote(figure)}"
        for figure in figures
    )
    conflict = f" ON CONFLICT ({_names(key)}) DO UPDATE SET {sums}"
    _insert(model, [*key, *figures], sorted(rows), conflict)


def insert_rows(model: type[models.Model], columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Insert rows without making objects of them."""
    _insert(model, columns, list(rows), "")


def _insert(
    model: type[models.Model], columns: Sequence[str], rows: list[Row], conflict: str
) -> None:
    if not rows:
        return
    into = f"INSERT INTO {_quote(model._meta.db_table)} ({_names(columns)})"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            fields = [model._meta.get_field(name) for name in columns]
            types = [str(field.db_type(connection)).partition("(")[0] for field in fields]
            arrays = ", ".join(f"%s::{kind}[]" for kind in types)
            statement = f"{into} SELECT * FROM unnest({arrays}){conflict}"  # noqa: S608  names are ours
            cursor.execute(statement, list(map(_array, types, zip(*rows, strict=True))))
        else:
            # SQLite limits the variables of a statement; it prepares this one once for all rows.
            places = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"{into} VALUES ({places}){conflict}", rows)


def _array(kind: str, column: Row) -> str | list[Any]:
    """Write out an array of numbers or days: psycopg looks at each item for what to quote."""
    if kind in UNQUOTED:
        return "{" + ",".join(map(str, column)) + "}"
    return list(column)


def _names(columns: Sequence[str]) -> str:
    return ", ".join(_quote(column) for column in columns)


def _quote(name: str) -> str:
    return connection.ops.quote_name(name)
