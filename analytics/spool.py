"""Events that Redis did not take, in append-only files on this host until it does.

Each process writes files of its own and holds a lock on the one it writes to, so that a feeder
knows when the writer is gone. A line is a checksum and an event: with its reader's pseudonym of
the day, never with an address or a user agent. One feeder per host works at a time; feeding an
entry twice does no harm, because Redis remembers its id for as long as it may wait here.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import secrets
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from django.conf import settings

from analytics.breaker import CircuitBreaker
from analytics.events import Dimension, Event, Kind

logger = logging.getLogger(__name__)

FILE_LIMIT_BYTES = 8_000_000
WARNING_SHARE = 0.8
WARNING_PAUSE_SECONDS = 10
MEASURE_SECONDS = 1
OFFSET_EVERY_ENTRIES = 200
# Entries once named their shard. A feeder of that version finds no stream of this number and
# leaves the entry to one that is new.
_NO_SHARD = 100


class SpoolFailed(Exception):
    """The spool is full, or the disk did not take the entry."""


@dataclass(frozen=True, slots=True)
class SpoolEntry:
    """An event that waits; `may_have_arrived` says that Redis was asked and did not answer."""

    event: Event
    may_have_arrived: bool
    spooled_at_ms: int


def encode(entry: SpoolEntry) -> bytes:
    """Return the entry as one line."""
    event = entry.event
    columns = [
        event.kind.value,
        event.id.hex(),
        event.at_ms,
        event.page,
        event.reader.hex() if event.reader else "",
        {str(dimension): value for dimension, value in event.dimensions},
        event.seconds,
        event.scroll,
        event.reason,
        event.detail,
        _NO_SHARD,
        int(entry.may_have_arrived),
        entry.spooled_at_ms,
    ]
    text = json.dumps(columns, separators=(",", ":")).encode()
    return b"%08x %s\n" % (zlib.crc32(text), text)


def decode(line: bytes) -> SpoolEntry:
    """Return the entry of a line; ValueError if the line is torn or changed."""
    checksum, _, text = line.rstrip(b"\n").partition(b" ")
    if not text or checksum != b"%08x" % zlib.crc32(text):
        raise ValueError("The checksum does not fit.")
    kind, id, at_ms, page, reader, dimensions, *rest = json.loads(text)
    seconds, scroll, reason, detail, _, may_have_arrived, spooled_at_ms = rest
    event = Event(
        kind=Kind(kind),
        id=bytes.fromhex(id),
        at_ms=at_ms,
        page=page,
        reader=bytes.fromhex(reader) or None,
        dimensions=tuple(
            (Dimension(int(name)).value, value) for name, value in dimensions.items()
        ),
        seconds=seconds,
        scroll=scroll,
        reason=reason,
        detail=detail,
    )
    return SpoolEntry(event, bool(may_have_arrived), spooled_at_ms)


@dataclass(slots=True)
class _Batch:
    """Lines that go to the disk together, and what became of them."""

    lines: list[bytes] = field(default_factory=list)
    is_done: threading.Event = field(default_factory=threading.Event)
    error: str = ""


class Writer:
    """The file this process appends to; a new one after a fork, a failure or 8 MB.

    Threads share their waits for the disk: while one writes and waits, the lines of the others
    gather, and the first of them writes them all.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._gathering = threading.Lock()
        self._next = _Batch()
        self._file: IO[bytes] | None = None
        self._process = 0
        self._used_bytes = 0
        self._measured_at = -float(MEASURE_SECONDS)
        # A disk that refuses would keep every thread waiting that readers need.
        self._breaker = CircuitBreaker(time.monotonic)
        self._warned_at = -float(WARNING_PAUSE_SECONDS)

    def append(self, entry: SpoolEntry) -> None:
        """Put the entry on disk; SpoolFailed if that cannot be had."""
        line = encode(entry)
        with self._gathering:
            batch = self._next
            batch.lines.append(line)
            is_first = len(batch.lines) == 1
        if is_first:
            self._write(batch)
        else:
            batch.is_done.wait()
        if batch.error:
            raise SpoolFailed(batch.error)

    def _write(self, batch: _Batch) -> None:
        """Write and synchronise a batch as soon as the one before is on the disk."""
        batch.error = "The spool was interrupted."
        try:
            with self._lock:
                with self._gathering:
                    self._next = _Batch()
                batch.error = self._put_on_disk(b"".join(batch.lines))
        finally:
            batch.is_done.set()

    def _put_on_disk(self, lines: bytes) -> str:
        """Return why it failed, or nothing."""
        if not self._breaker.allows():
            return "The disk refused a moment ago."
        try:
            self._check_room(len(lines))
            descriptor = self._descriptor()
            if os.write(descriptor, lines) != len(lines):
                raise OSError("The lines were cut short.")
            os.fdatasync(descriptor)
            self._used_bytes += len(lines)
            if os.fstat(descriptor).st_size >= FILE_LIMIT_BYTES:
                self._close()
        except OSError as error:
            self._breaker.fail()
            self._give_up_file()
            return str(error) or type(error).__name__
        except SpoolFailed as error:
            return str(error)
        self._breaker.succeed()
        return ""

    def let_go(self) -> None:
        """Close the file, so that it can be deleted once it is fed."""
        with self._lock:
            self._close()
            self._measured_at = -float(MEASURE_SECONDS)

    def _descriptor(self) -> int:
        if self._file is None or self._process != os.getpid():
            self._close()
            directory().mkdir(parents=True, exist_ok=True)
            name = f"{time.time_ns():020d}-{os.getpid()}-{secrets.token_hex(3)}.spool"
            self._file = (directory() / name).open("xb", buffering=0)
            self._process = os.getpid()
            fcntl.flock(self._file, fcntl.LOCK_EX)
            _sync_directory()
        return self._file.fileno()

    def _give_up_file(self) -> None:
        """Close it, as what follows must not stand behind a torn line; none stays empty.

        A full disk takes no line, but a name for each try: they would be a heap in no time.
        """
        if self._file is not None and os.fstat(self._file.fileno()).st_size == 0:
            Path(self._file.name).unlink(missing_ok=True)
        self._close()

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _check_room(self, size: int) -> None:
        """Refuse what is too much; what other processes wrote is looked at once a second."""
        limit = settings.ANALYTICS_SPOOL_LIMIT_MB * 1_000_000
        now = time.monotonic()
        is_old = now - self._measured_at >= MEASURE_SECONDS
        if is_old or self._used_bytes + size > WARNING_SHARE * limit:
            self._used_bytes, self._measured_at = used_bytes(), now
        used = self._used_bytes
        if used + size > limit:
            raise SpoolFailed(f"The spool is full: {used} of {limit} bytes.")
        is_nearly_full = used + size > WARNING_SHARE * limit
        if is_nearly_full and now - self._warned_at >= WARNING_PAUSE_SECONDS:
            self._warned_at = now
            logger.error(
                "The spool is nearly full; views will be lost when it is. Redis must be brought "
                "back.",
                extra={"event": "spool_nearly_full", "used_bytes": used, "limit": limit},
            )


writer = Writer()


def directory() -> Path:
    return Path(settings.ANALYTICS_SPOOL_DIR)


def used_bytes() -> int:
    """Return how much disk the spool of this host takes."""
    total = 0
    with suppress(FileNotFoundError), os.scandir(directory()) as files:
        for file in files:
            with suppress(FileNotFoundError):
                total += file.stat().st_size
    return total


def waiting_bytes() -> int:
    """Return how much of it has not been fed yet."""
    total = 0
    for path in _files():
        with suppress(FileNotFoundError):
            total += max(0, path.stat().st_size - _offset_of(path))
    return total


def feed(store: Callable[[SpoolEntry], bool]) -> int:
    """Hand waiting entries to `store`, oldest file first, until it says no.

    Returns how many it took; 0 at once if another feeder of this host is at work.
    """
    if not _files():
        return 0
    with _only_feeder() as is_alone:
        if not is_alone:
            return 0
        count, is_done = _feed_files(store)
        if is_done:
            # Not before: a file left at each try would make a heap of them in a long outage.
            writer.let_go()
            count += _feed_files(store)[0]
        return count


def _feed_files(store: Callable[[SpoolEntry], bool]) -> tuple[int, bool]:
    count = 0
    for path in _files():
        fed_count, is_done = _feed_file(path, store)
        count += fed_count
        if not is_done:
            return count, False
    return count, True


def _feed_file(path: Path, store: Callable[[SpoolEntry], bool]) -> tuple[int, bool]:
    count = 0
    try:
        opened = path.open("rb")
    except FileNotFoundError:
        return 0, True  # its writer found no room for a single line
    with opened as file:
        # Asked before reading: what a writer that is gone has written is all there.
        is_left = _is_left(file)
        offset = _offset_of(path)
        file.seek(offset)
        for line in file:
            if not line.endswith(b"\n") and not is_left:
                break  # still being written
            entry = _decode_or_report(line, path)
            if entry is not None:
                if not store(entry):
                    _remember_offset(path, offset)
                    return count, False
                count += 1
            offset += len(line)
            if count % OFFSET_EVERY_ENTRIES == 0:
                _remember_offset(path, offset)
        if is_left:
            path.unlink(missing_ok=True)
            _offset_path(path).unlink(missing_ok=True)
        else:
            _remember_offset(path, offset)
    return count, True


def _decode_or_report(line: bytes, path: Path) -> SpoolEntry | None:
    try:
        return decode(line)
    except (ValueError, TypeError) as error:
        # The last line of a process that was killed: its sender was never told 204.
        logger.warning(
            "A line of the spool cannot be read.",
            extra={"event": "spool_line_unreadable", "file": path.name, "error": str(error)},
        )
        return None


@contextmanager
def _only_feeder() -> Iterator[bool]:
    with (directory() / "feed.lock").open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _is_left(file: IO[bytes]) -> bool:
    """Whether nobody writes to the file any more; its lock is then ours until it is closed."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _files() -> list[Path]:
    return sorted(directory().glob("*.spool"))


def _offset_path(path: Path) -> Path:
    return path.with_suffix(".offset")


def _offset_of(path: Path) -> int:
    try:
        return int(_offset_path(path).read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        return 0


def _remember_offset(path: Path, offset: int) -> None:
    draft = path.with_suffix(".draft")
    draft.write_text(str(offset), encoding="ascii")
    draft.replace(_offset_path(path))


def _sync_directory() -> None:
    descriptor = os.open(directory(), os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
