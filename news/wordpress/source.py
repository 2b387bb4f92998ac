"""The export's bytes: plain, gzip or zip, with a limit on what they may unpack to."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import gettext as _

from news.wordpress.records import ExportRefused

CHUNK_BYTES = 256 * 1024
# Text packs five to twenty times; what packs far better is no export.
LARGEST_RATIO = 150
UNSUSPICIOUS_BYTES = 32 * 1024 * 1024
LARGEST_BYTES = 20 * 1024**3


class Source:
    """One export on disk; can be read several times, never held in memory."""

    def __init__(self, path: Path) -> None:
        self.path = path
        if not path.is_file():
            raise ExportRefused(_("There is no file %(path)s.") % {"path": path})
        self.size = path.stat().st_size
        # How much of the file on disk has been read: what progress is measured by.
        self.position = 0

    def chunks(self) -> Iterator[bytes]:
        """Yield the XML in pieces; raise `ExportRefused` if it unpacks to too much."""
        unpacked = 0
        try:
            with self.path.open("rb") as raw, _unpacked(raw, self.path) as stream:
                while chunk := stream.read(CHUNK_BYTES):
                    unpacked += len(chunk)
                    self._check(unpacked)
                    self.position = min(raw.tell(), self.size)
                    yield chunk
        except (EOFError, OSError, zlib.error, zipfile.BadZipFile, RuntimeError) as error:
            raise ExportRefused(
                _("The compressed file is damaged: %(error)s.") % {"error": error}
            ) from error

    def _check(self, unpacked: int) -> None:
        too_dense = unpacked > max(self.size * LARGEST_RATIO, UNSUSPICIOUS_BYTES)
        if too_dense or unpacked > LARGEST_BYTES:
            raise ExportRefused(
                _("The file unpacks to more than %(megabytes)d MB: this is no export.")
                % {"megabytes": unpacked // 1024**2}
            )


@contextmanager
def _unpacked(raw: BinaryIO, path: Path) -> Iterator[BinaryIO]:
    magic = raw.read(4)
    raw.seek(0)
    if magic[:2] == b"\x1f\x8b":
        with gzip.GzipFile(fileobj=raw) as stream:
            yield stream  # type: ignore[misc]  # reads like a file
    elif magic == b"PK\x03\x04":
        with zipfile.ZipFile(raw) as archive:
            names = [name for name in archive.namelist() if name.lower().endswith(".xml")]
            if len(names) != 1:
                raise ExportRefused(
                    _("%(path)s holds %(count)d XML files; unpack it and import them one by one.")
                    % {"path": path.name, "count": len(names)}
                )
            with archive.open(names[0]) as member:
                yield member  # type: ignore[misc]
    else:
        yield raw
