"""What became of what: the bridge between keys of WordPress and ours."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction

from news.wordpress.models import ImportedItem, Kind


def digest(value: Any) -> str:
    """Return the digest of anything that JSON can say."""
    text = json.dumps(value, cls=DjangoJSONEncoder, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


REMEMBERED = 20_000


class Book:
    """The entries of one source. A dry run reads it and writes nothing."""

    def __init__(self, source: str, *, dry_run: bool = False) -> None:
        self.source = source
        self.dry_run = dry_run
        # Ids do not change once they are given; articles link to the same few again and again.
        self._ids: dict[tuple[str, str], int] = {}

    def entries(self, kind: Kind, keys: Iterable[str]) -> dict[str, ImportedItem]:
        rows = self._all(kind).filter(source_key__in=[_key(key) for key in keys])
        return {row.source_key: row for row in rows}

    def entry(self, kind: Kind, key: str) -> ImportedItem | None:
        return self._all(kind).filter(source_key=_key(key)).first()

    def object_id(self, kind: Kind, key: str) -> int | None:
        place = (kind.value, key)
        if place not in self._ids:
            entry = self.entry(kind, key)
            if entry is None:
                return None
            if len(self._ids) >= REMEMBERED:
                self._ids.clear()
            self._ids[place] = entry.object_id
        return self._ids[place]

    def reserve(self, kind: Kind, keys: list[str], model: type[models.Model]) -> None:
        """Give every key an id of ours before anything is written: links can point ahead."""
        known = self.entries(kind, keys)
        missing = [key for key in dict.fromkeys(_key(key) for key in keys) if key not in known]
        if not missing or self.dry_run:
            return
        with transaction.atomic():
            ids = reserve_ids(model, len(missing))
            ImportedItem.objects.bulk_create(
                ImportedItem(source=self.source, kind=kind, source_key=key, object_id=pk)
                for key, pk in zip(missing, ids, strict=True)
            )

    def note(self, kind: Kind, key: str, object_id: int, *, digest: str, mark: str = "") -> None:
        """Write down that a thing stands here now, and what it looked like."""
        if self.dry_run:
            return
        ImportedItem.objects.update_or_create(
            source=self.source,
            kind=kind,
            source_key=_key(key),
            defaults={
                "object_id": object_id,
                "is_written": True,
                "digest": digest,
                "mark": mark,
            },
        )

    def _all(self, kind: Kind) -> models.QuerySet[ImportedItem]:
        return ImportedItem.objects.filter(source=self.source, kind=kind)


def reserve_ids(model: type[models.Model], count: int) -> list[int]:
    """Take `count` keys out of a table's sequence, so that nobody else gets them.

    Call it in a transaction.
    """
    table, column = model._meta.db_table, model._meta.pk.column  # type: ignore[union-attr]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
                [table, column, count],
            )
            return [pk for (pk,) in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        row = cursor.fetchone()
        if row is None:
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, 0)", [table])
        last = max(
            row[0] if row else 0, model._base_manager.aggregate(m=models.Max("pk"))["m"] or 0
        )
        cursor.execute(
            "UPDATE sqlite_sequence SET seq = %s WHERE name = %s", [last + count, table]
        )
    return list(range(last + 1, last + count + 1))


def _key(key: str) -> str:
    """Return the key as it fits its column; long ones, such as addresses, by their digest."""
    return key if len(key) <= 255 else hashlib.sha256(key.encode()).hexdigest()
