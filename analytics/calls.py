"""What Redis is asked for an event: a script, the keys it works on, and its arguments."""

from __future__ import annotations

import hashlib
import zlib
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from analytics import keys, packing
from analytics.conf import IntakeConf, intake_conf
from analytics.events import DROP, READ, Event

NO_LIMIT = 2**53
NOW_SECONDS = 7 * 60
# A live view is known on a day beside its own only if it was tried at midnight, or if another
# host's clock is apart; a browser does not try for longer.
AROUND_MIDNIGHT_MS = 3 * 3_600_000


class Script(NamedTuple):
    """A script, and the digest that Redis knows it by."""

    text: str
    digest: str


# A script, and the words that follow it: how many keys, the keys, the arguments.
Call = tuple[Script, tuple[Any, ...]]


def _script(*names: str) -> Script:
    folder = Path(__file__).parent / "scripts"
    text = "\n".join((folder / f"{name}.lua").read_text(encoding="utf-8") for name in names)
    return Script(text, hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest())


STORE_VIEW = _script("common", "store_view")
STORE_READ = _script("common", "store_read")
STORE_DROP = _script("common", "store_drop")
NOTE_READERS = _script("note_readers")
BEGIN_EPOCH = _script("begin_epoch")


def call_to_store(event: Event, *, now: datetime, is_replay: bool) -> Call:
    """Return the call that stores an event; `is_replay` says it may have been stored before."""
    conf, kind, at_ms = intake_conf(), event.kind, event.at_ms
    minute = keys.of_minute(at_ms // keys.MINUTE_MS, conf.time_zone, conf.key_prefix)
    digest = _digest_of_id(event)
    id_hash = _hash_of(digest)
    # A live event happens now; one that is fed again may be of a day that is over.
    left_seconds = minute.day_end - (int(now.timestamp()) if is_replay else at_ms // 1000)
    names: tuple[str, ...] = (_stream_of(event, conf), minute.ids + id_hash)
    arguments = (
        digest[2:8],
        packing.pack(event),
        "replay" if is_replay else "live",
        conf.memory_seconds + (left_seconds if left_seconds > 0 else 0),
    )
    if kind is DROP:
        return STORE_DROP, (len(names), *names, *arguments)
    further: tuple[str, ...] = ()
    # A page may be read for long: its view is looked for on the day before at any time.
    if kind is READ or is_replay or at_ms - 1000 * minute.day_start < AROUND_MIDNIGHT_MS:
        further = (minute.ids_before + id_hash,)
    if is_replay or 1000 * minute.day_end - at_ms < AROUND_MIDNIGHT_MS:
        further += (minute.ids_after + id_hash,)
    if kind is READ:
        read = (event.seconds, event.scroll)
        return STORE_READ, (len(names) + len(further), *names, *further, *arguments, *read)
    reader_hash, reader_field, on_page = _fields_of_reader(event)
    words = (
        len(names) + len(further) + 2,
        *names,
        minute.readers + reader_hash,
        minute.counters,
        *further,
        *arguments,
        reader_field,
        on_page,
        (at_ms // 1000 - minute.day_start).to_bytes(3, "big"),
        conf.reader_limit or NO_LIMIT,
    )
    if event.network_views:
        words += event.network, event.network_views, conf.network_limit
    return STORE_VIEW, words


def _stream_of(event: Event, conf: IntakeConf) -> str:
    """Return the stream of an event's page; of a drop's reason, which has a row as well."""
    number = event.page or zlib.crc32(event.reason.encode())
    return conf.streams[number % len(conf.streams)]


def call_to_note(readers: list[bytes], *, minute: int) -> Call:
    """Return the call that adds readers to those of a minute."""
    conf = intake_conf()
    name = keys.of_minute(minute, conf.time_zone, conf.key_prefix).readers_now
    fields = (_digest(_readers, reader)[2:8] for reader in readers)
    return NOTE_READERS, (1, name, NOW_SECONDS, *fields)


def _digest_of_id(event: Event) -> bytes:
    if event.kind is DROP:
        # The same view may be dropped more than once; sent again it has the same time as well.
        return _digest(_drops, event.id + event.at_ms.to_bytes(8, "big"))
    return _digest(_views, event.id)


def _fields_of_reader(event: Event) -> tuple[str, bytes, bytes]:
    """Return the number of the reader's hash, and the fields of the reader and of the page."""
    if not event.reader:
        return "0", b"", b""
    reader = _digest(_readers, event.reader)
    on_page = _digest(_pages, event.reader + event.page.to_bytes(8, "big"))
    return _hash_of(reader), reader[2:8], on_page[2:8]


def _begun(purpose: bytes) -> hashlib.blake2b:
    return hashlib.blake2b(digest_size=12, person=purpose)


_views, _drops, _readers, _pages = map(_begun, (b"view", b"drop", b"reader", b"page"))


def _digest(begun: hashlib.blake2b, text: bytes) -> bytes:
    """Spread evenly over hashes and fields; it does not lead back to a pseudonym."""
    hasher = begun.copy()
    hasher.update(text)
    return hasher.digest()


def _hash_of(digest: bytes) -> str:
    return str((digest[0] << 8 | digest[1]) % keys.HASHES_PER_DAY)
