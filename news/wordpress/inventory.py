"""What the first reading of an export notes down: enough to decide everything in the second.

Kept in a temporary database on disk, so that memory does not grow with the export.
"""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from urllib.parse import SplitResult, unquote, urlsplit

from news.wordpress import richtext
from news.wordpress.reading import Record
from news.wordpress.records import Item, Remark, Site, Term, Writer

SCHEMA = """
CREATE TABLE term (
    taxonomy TEXT, slug TEXT, name TEXT, id TEXT, parent TEXT, description TEXT,
    PRIMARY KEY (taxonomy, slug)
);
CREATE TABLE writer (login TEXT PRIMARY KEY, data TEXT);
CREATE TABLE item (
    id TEXT PRIMARY KEY, type TEXT, status TEXT, slug TEXT, path TEXT, guid TEXT, parent TEXT,
    title TEXT, position INTEGER
);
CREATE INDEX item_path ON item (path);
CREATE TABLE attachment (id TEXT PRIMARY KEY, path TEXT, data TEXT);
CREATE INDEX attachment_path ON attachment (path);
CREATE TABLE block (id TEXT PRIMARY KEY, content TEXT);
CREATE TABLE page (id TEXT PRIMARY KEY, parent TEXT, data TEXT);
"""
# Statuses under which something is worth having.
WANTED_STATUSES = {"publish", "draft", "pending", "future", "private"}


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of the old media library and what was written about it."""

    id: str
    url: str
    title: str = ""
    caption: str = ""
    description: str = ""
    alternative_text: str = ""
    credit: str = ""
    credit_url: str = ""
    parent: str = ""
    link: str = ""
    # The facts that our own export adds, by field.
    facts: tuple[tuple[str, str], ...] = ()


class Inventory:
    """A context: the notes are gone when it ends."""

    def __init__(self) -> None:
        self.site = Site()
        self.counts: dict[str, int] = {}
        self.used_categories: set[str] = set()

    def __enter__(self) -> Inventory:
        self._folder = tempfile.TemporaryDirectory(prefix="wordpress-import-")
        self._database = sqlite3.connect(Path(self._folder.name) / "inventory.sqlite3")
        self._database.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-8000;" + SCHEMA
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._database.close()
        self._folder.cleanup()

    def note(self, record: Record) -> None:
        """Remember what other records may refer to."""
        if isinstance(record, Site):
            self.site = record
        elif isinstance(record, Writer):
            self.note_writer(record)
        elif isinstance(record, Term):
            self._note_term(record)
        else:
            self._note_item(record)

    def note_writer(self, writer: Writer) -> None:
        """Remember an author; facts known already are kept where the new ones are empty."""
        known = self.writer(writer.login)
        if known:
            writer = Writer(
                **{key: value or getattr(known, key) for key, value in asdict(writer).items()}
            )
        self._run(
            "INSERT OR REPLACE INTO writer VALUES (?, ?)",
            writer.login,
            json.dumps(asdict(writer)),
        )

    def _note_term(self, term: Term) -> None:
        # WordPress keeps names as HTML.
        name = richtext.text_of(term.name)
        self._run(
            "INSERT OR IGNORE INTO term VALUES (?, ?, ?, ?, ?, ?)",
            term.taxonomy,
            term.slug,
            name,
            term.id,
            term.parent,
            term.description,
        )

    def _note_item(self, item: Item) -> None:
        self.counts[item.type] = self.counts.get(item.type, 0) + 1
        self._run(
            "INSERT OR IGNORE INTO item VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            key_of(item),
            item.type,
            item.status,
            item.slug,
            path_of(item.link),
            item.guid,
            item.parent,
            item.title,
            sum(self.counts.values()),
        )
        for taxonomy, slug, name in item.terms:
            if taxonomy == "category":
                self.used_categories.add(slug)
            self._note_term(Term(taxonomy, slug, name))
        if item.type in {"post", "page"} and item.creator and not self.writer(item.creator):
            self.note_writer(Writer(login=item.creator, name=item.creator))
        if item.type == "attachment":
            self._note_attachment(item)
        elif item.type == "wp_block":
            self._run("INSERT OR IGNORE INTO block VALUES (?, ?)", item.id, item.content)
        elif item.type == "page":
            data = json.dumps(asdict(item))
            self._run(
                "INSERT OR IGNORE INTO page VALUES (?, ?, ?)", key_of(item), item.parent, data
            )
        elif item.type == "guest-author":
            self._note_guest(item)

    def _note_attachment(self, item: Item) -> None:
        meta = item.meta
        attachment = Attachment(
            id=key_of(item),
            url=item.attachment_url or item.guid,
            title=item.title,
            caption=item.excerpt,
            description=item.content,
            alternative_text=meta.get("_wp_attachment_image_alt", ""),
            credit=meta.get("_media_credit", "")
            or meta.get("_wp_attachment_credit", "")
            or meta.get("credit", "")
            or meta.get("copyright", "")
            or serialized_text(meta.get("_wp_attachment_metadata", ""), "credit"),
            credit_url=meta.get("_media_credit_url", ""),
            parent=item.parent,
            link=item.link,
            facts=tuple(
                (name.removeprefix("_redaktion_"), value)
                for name, value in sorted(meta.items())
                if name.startswith("_redaktion_")
            ),
        )
        self._run(
            "INSERT OR IGNORE INTO attachment VALUES (?, ?, ?)",
            attachment.id,
            path_of(attachment.url),
            json.dumps(asdict(attachment)),
        )

    def _note_guest(self, item: Item) -> None:
        """Co-Authors Plus keeps writers without an account as posts of their own."""
        meta = item.meta
        login = meta.get("cap-user_login") or item.slug.removeprefix("cap-")
        self.note_writer(
            Writer(
                login=login,
                name=meta.get("cap-display_name") or item.title,
                slug=login,
                biography=meta.get("cap-description", ""),
            )
        )

    def writer(self, login: str) -> Writer | None:
        row = self._one("SELECT data FROM writer WHERE login = ?", login)
        return Writer(**json.loads(row[0])) if row else None

    def writers(self) -> list[Writer]:
        rows = self._all("SELECT data FROM writer ORDER BY rowid")
        return [Writer(**json.loads(data)) for (data,) in rows]

    def terms(self, taxonomy: str) -> list[Term]:
        columns = "taxonomy, slug, name, id, parent, description"
        rows = self._all(
            f"SELECT {columns} FROM term WHERE taxonomy = ? ORDER BY rowid",  # noqa: S608
            taxonomy,
        )
        return [
            Term(kind, slug, name, id=pk, parent=parent, description=description)
            for kind, slug, name, pk, parent, description in rows
        ]

    def attachment(self, key: str) -> Attachment | None:
        return self._attachment("SELECT data FROM attachment WHERE id = ?", key)

    def attachment_at(self, url: str) -> Attachment | None:
        return self._attachment("SELECT data FROM attachment WHERE path = ?", path_of(url))

    def attachments_of(self, parent: str) -> list[Attachment]:
        rows = self._all(
            "SELECT attachment.data FROM attachment JOIN item ON item.id = attachment.id"
            " WHERE item.parent = ? ORDER BY item.position",
            parent,
        )
        return [_attachment(data) for (data,) in rows]

    def attachments(self) -> Iterator[Attachment]:
        last = ""
        while rows := self._all(
            "SELECT id, data FROM attachment WHERE id > ? ORDER BY id LIMIT 500", last
        ):
            yield from (_attachment(data) for _id, data in rows)
            last = rows[-1][0]

    def block(self, key: str) -> str:
        row = self._one("SELECT content FROM block WHERE id = ?", key)
        return row[0] if row else ""

    def keys(self, kind: str) -> Iterator[list[str]]:
        """Yield the keys of everything of a kind that will be imported, in batches."""
        last = -1
        marks = ", ".join("?" for _status in WANTED_STATUSES)
        while rows := self._all(
            "SELECT id, position FROM item WHERE type = ? AND position > ?"  # noqa: S608
            f" AND status IN ({marks}) ORDER BY position LIMIT 500",
            kind,
            last,
            *sorted(WANTED_STATUSES),
        ):
            yield [key for key, _position in rows]
            last = rows[-1][1]

    def item_at(self, path: str) -> tuple[str, str] | None:
        """Return type and key of the item whose address has this path."""
        return self._one("SELECT type, id FROM item WHERE path = ? ORDER BY position", path)

    def item(self, key: str) -> tuple[str, str] | None:
        return self._one("SELECT type, id FROM item WHERE id = ?", key)

    def is_taken(self, path: str, *, by_other_than: str) -> bool:
        """Whether another item of the export has this address for its own."""
        row = self._one(
            "SELECT 1 FROM item WHERE path = ? AND id != ? AND type != 'attachment'",
            path,
            by_other_than,
        )
        return row is not None

    def pages(self) -> Iterator[Item]:
        """Yield the pages, parents before their children.

        A parent that is missing, or below its own child, counts as none.
        """
        rows = self._all("SELECT id, parent FROM page ORDER BY rowid")
        parents = dict(rows)
        done: set[str] = set()
        for key in parents:
            for step in _way_up(key, parents, done):
                page = self._page(step)
                if parents[step] not in done:
                    page.parent = ""
                done.add(step)
                yield page

    def _page(self, key: str) -> Item:
        row = self._one("SELECT data FROM page WHERE id = ?", key)
        assert row is not None
        data = json.loads(row[0])
        remarks = [Remark(**remark) for remark in data.pop("remarks")]
        terms = [(taxonomy, slug, name) for taxonomy, slug, name in data.pop("terms")]
        return Item(**data, remarks=remarks, terms=terms)

    def _attachment(self, query: str, value: str) -> Attachment | None:
        row = self._one(query, value) if value else None
        return _attachment(row[0]) if row else None

    def _run(self, query: str, *values: object) -> None:
        self._database.execute(query, values)

    def _one(self, query: str, *values: object) -> tuple | None:
        return self._database.execute(query, values).fetchone()

    def _all(self, query: str, *values: object) -> list[tuple]:
        return self._database.execute(query, values).fetchall()


def take_inventory(records: Iterable[Record], inventory: Inventory) -> None:
    """Read the whole export once; after this it is known to be well-formed."""
    for record in records:
        inventory.note(record)


def key_of(item: Item) -> str:
    """Return what identifies an item within its site."""
    return item.id or item.guid or item.link


def parts_of(url: str) -> SplitResult:
    """Return the parts of an address; all of them empty if it is none."""
    try:
        return urlsplit(url.strip())
    except ValueError:
        return urlsplit("")


def path_of(url: str) -> str:
    """Return the path of an address as we compare it: decoded, without the last slash.

    The query is kept where it is the address: `/?p=12`.
    """
    parts = parts_of(url)
    path = unquote(parts.path).rstrip("/") or "/"
    query = f"?{parts.query}" if parts.query and path == "/" else ""
    return path + query if url else ""


def serialized_text(serialized: str, name: str) -> str:
    """Return one text from a value that PHP serialized, or nothing; nothing is unserialized."""
    mark = f's:{len(name)}:"{name}";s:'
    start = serialized.find(mark)
    if start < 0:
        return ""
    length, colon, rest = serialized[start + len(mark) :].partition(":")
    if not colon or not length.isdigit() or not rest.startswith('"'):
        return ""
    return rest[1:].encode()[: int(length)].decode(errors="ignore")


def _attachment(data: str) -> Attachment:
    fields = json.loads(data)
    fields["facts"] = tuple((name, value) for name, value in fields["facts"])
    return Attachment(**fields)


def _way_up(key: str, parents: dict[str, str], done: set[str]) -> list[str]:
    """Return what has to come before `key`, and `key`; a circle is cut where it closes."""
    way: list[str] = []
    while key in parents and key not in done and key not in way:
        way.append(key)
        key = parents[key]
    return way[::-1]
