"""The file of a backup: a tar with the rows of each table, pictures, documents and anchors."""

import gzip
import json
import os
import tarfile
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import connections, transaction
from django.db.migrations.recorder import MigrationRecorder

from cms.moving import rows
from cms.moving.snapshot import snapshot
from news.consent import triggers

FORMAT = 1
MANIFEST, TABLES, MEDIA, ANCHORS = "manifest.json", "tables/", "media/", "anchors/"
Say = Callable[[str], None]


class CannotRestore(RuntimeError):
    """The archive does not fit this site; the message says why."""


def write(
    path: Path, *, with_media: bool = True, for_move: bool = False, say: Say = print
) -> dict[str, int]:
    """Write the site into a file that only its owner may read; return rows by table.

    Outbox and salts belong into a move, which leaves nothing behind, and not into a backup.
    """
    draft = path.with_name(path.name + ".part")
    draft.touch(mode=0o600)
    counts: dict[str, int] = {}
    with snapshot() as alias, tarfile.open(draft, "w") as tar:
        for model in rows.kept_models(for_move=for_move):
            counts[model._meta.label] = _add_table(tar, model, alias)
        manifest = {
            "format": FORMAT,
            "made_at": datetime.now(UTC).isoformat(),
            "migrations": sorted(map(list, _migrations(alias))),
            "counts": counts,
        }
        _add_bytes(tar, MANIFEST, json.dumps(manifest).encode())
        anchors = anchor_directory()
        for file in sorted(anchors.glob("*")) if anchors.is_dir() else []:
            tar.add(file, ANCHORS + file.name)
        if with_media:
            for name in _stored_files(""):
                _add_stored_file(tar, name)
    with draft.open("rb") as written:
        os.fsync(written.fileno())
    draft.replace(path)
    say(f"{sum(counts.values()):,} rows of {len(counts)} tables are in {path}")
    return counts


def restore(path: Path, *, replace: bool = False, say: Say = print) -> dict[str, int]:
    """Bring a site back into an empty, migrated database; CannotRestore if it is not empty."""
    with tarfile.open(path) as tar:
        manifest = _manifest(tar)
        _check(manifest, replace=replace)
        counts = _restore_rows(tar, manifest["counts"])
        if counts != manifest["counts"]:
            raise CannotRestore("The file is cut short or damaged: rows are missing.")
        _restore_files(tar)
    say(f"{sum(counts.values()):,} rows of {len(counts)} tables are back")
    return counts


def anchor_directory() -> Path:
    return Path(settings.VAR_DIR) / "anchors"


def _add_table(tar: tarfile.TarFile, model: rows.Model, alias: str) -> int:
    with tempfile.TemporaryFile() as file:
        count = -1  # the first line names the columns
        with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=3, mtime=0) as packed:
            for line in rows.read(model, using=alias):
                packed.write(line)
                count += 1
        entry = tarfile.TarInfo(f"{TABLES}{model._meta.label}.jsonl.gz")
        entry.size = file.tell()
        file.seek(0)
        tar.addfile(entry, file)
    return count


def _add_bytes(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    tar.addfile(entry, BytesIO(content))


def _add_stored_file(tar: tarfile.TarFile, name: str) -> None:
    try:
        with default_storage.open(name) as file:
            entry = tarfile.TarInfo(MEDIA + name)
            entry.size = file.size
            tar.addfile(entry, file)
    except FileNotFoundError:
        return  # deleted this moment


def _stored_files(directory: str) -> Iterator[str]:
    try:
        directories, files = default_storage.listdir(directory)
    except FileNotFoundError:
        return
    for name in sorted(files):
        yield f"{directory}{name}"
    for name in sorted(directories):
        yield from _stored_files(f"{directory}{name}/")


def _migrations(alias: str) -> set[tuple[str, str]]:
    return set(MigrationRecorder(connections[alias]).applied_migrations())


def _manifest(tar: tarfile.TarFile) -> dict[str, Any]:
    try:
        file = tar.extractfile(MANIFEST)
    except KeyError:
        file = None
    if file is None:
        raise CannotRestore("This is no backup of Redaktion, or it is cut short.")
    manifest: dict[str, Any] = json.load(file)
    return manifest


def _check(manifest: dict[str, Any], *, replace: bool) -> None:
    if manifest["format"] != FORMAT:
        raise CannotRestore("The backup has a format that this version does not know.")
    theirs = {tuple(pair) for pair in manifest["migrations"]}
    ours = _migrations("default")
    if theirs != ours:
        odd = ", ".join(".".join(pair) for pair in sorted(theirs ^ ours)[:3])
        raise CannotRestore(
            "The backup is of another version. Install that one, run migrate, restore, and "
            f"upgrade then. The first difference: {odd}"
        )
    user = apps.get_model(settings.AUTH_USER_MODEL)
    if user._base_manager.exists() and not replace:
        raise CannotRestore("This database is in use. Take an empty one, or add --replace.")


def _restore_rows(tar: tarfile.TarFile, labels: Iterable[str]) -> dict[str, int]:
    connection = connections["default"]
    counts = {}
    triggers.remove(connection)
    try:
        with transaction.atomic():
            rows.empty_all(using="default")
            for model in map(apps.get_model, labels):
                file = tar.extractfile(f"{TABLES}{model._meta.label}.jsonl.gz")
                assert file is not None
                with closing(file), gzip.GzipFile(fileobj=file) as lines:
                    counts[model._meta.label] = rows.write(model, lines, using="default")
            rows.set_sequences(using="default")
    finally:
        triggers.install(connection)
    return counts


def _restore_files(tar: tarfile.TarFile) -> None:
    """Bring pictures, documents and anchors back; what is there already stays."""
    for entry in tar:
        file = tar.extractfile(entry)
        if file is None:
            continue
        if entry.name.startswith(MEDIA):
            name = entry.name.removeprefix(MEDIA)
            if not default_storage.exists(name):
                default_storage.save(name, File(file))
        elif entry.name.startswith(ANCHORS):
            target = anchor_directory() / Path(entry.name).name
            if not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(file.read())
