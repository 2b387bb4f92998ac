"""What Redis is asked for an event: a script, the keys it works on, and its arguments."""

from __future__ import annotations

import hashlib
import zlib
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from analytics import keys, packing
from analytics.conf import IntakeConf, intake_conf
from analytics.events import Event, Kind

NO_LIMIT = 2**53
NOW_SECONDS = 7 * 60
# A live view is known on a day beside its own only if it was tried at midnight, or if another
# host's clock is apart; a browser does not try for longer.
AROUND_MIDNIGHT_MS = 3 * 3_600_000


class Script(NamedTuple):
    """A script, and the digest that Redis knows it by."""

    text: str
    digest: str


class Call(NamedTuple):
    """A script, and the words that follow it: how many keys, the keys, the arguments."""

    script: Script
    words: list[Any]


def _script(*names: str) -> Script:
    folder = Path(__file__).parent / "scripts"
    text = "\n".join((folder / f"{name}.lua").read_text(encoding="utf-8") for name in names)
    return Script(text, hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest())


STORE_VIEW = _script("common", "store_view")
STORE_READ = _script("common", "store_read")
STORE_DROP = _script("common", "store_drop")
NOTE_READERS = _script("note_readers")
BEGIN_EPOCH = _script("begin_epoch")


# To look a member up in its class takes longer than to compare it.
_VIEW, _READ, _DROP = Kind.VIEW, Kind.READ, Kind.DROP


def call_to_store(event: Event, *, now: datetime, is_replay: bool) -> Call:
    """Return the call that stores an event; `is_replay` says it may have been stored before."""
    conf, kind, at_ms = intake_conf(), event.kind, event.at_ms
    minute = keys.of_minute(at_ms // keys.MINUTE_MS, conf.time_zone, conf.key_prefix)
    digest = _digest_of_id(event)
    id_hash = _hash_of(digest)
    left_ms = minute.day_end_ms - int(now.timestamp() * 1000)
    names = [_stream_of(event, conf), minute.ids + id_hash]
    arguments: list[Any] = [
        digest[2:8],
        packing.pack(event),
        "replay" if is_replay else "live",
        conf.memory_seconds + (left_ms // 1000 if left_ms > 0 else 0),
    ]
    if kind is _VIEW:
        script = STORE_VIEW
        reader = event.reader or b""
        names += minute.readers + _hash_of(reader), minute.counters
        arguments += (
            reader[2:],
            reader and reader[2:] + event.page.to_bytes(4, "big"),
            ((at_ms - minute.day_start_ms) // 1000).to_bytes(3, "big"),
            conf.reader_limit or NO_LIMIT,
        )
        if event.network_views:
            arguments += event.network, event.network_views, conf.network_limit
    elif kind is _READ:
        script = STORE_READ
        arguments += event.seconds, event.scroll
    else:
        return Call(STORE_DROP, [len(names), *names, *arguments])
    # A page may be read for long: its view is looked for on the day before at any time.
    if kind is _READ or is_replay or at_ms - minute.day_start_ms < AROUND_MIDNIGHT_MS:
        names.append(minute.ids_before + id_hash)
    if is_replay or minute.day_end_ms - at_ms < AROUND_MIDNIGHT_MS:
        names.append(minute.ids_after + id_hash)
    return Call(script, [len(names), *names, *arguments])


def _stream_of(event: Event, conf: IntakeConf) -> str:
    """Return the stream of an event's page; of a drop's reason, which has a row as well."""
    number = event.page or zlib.crc32(event.reason.encode())
    return conf.streams[number % len(conf.streams)]


def call_to_note(readers: list[bytes], *, minute: int) -> Call:
    """Return the call that adds readers to those of a minute."""
    conf = intake_conf()
    name = keys.of_minute(minute, conf.time_zone, conf.key_prefix).readers_now
    return Call(NOTE_READERS, [1, name, NOW_SECONDS, *readers])


def _digest_of_id(event: Event) -> bytes:
    """Spread ids evenly, whoever makes them."""
    if event.kind is _DROP:
        hasher = _drops.copy()
        # The same view may be dropped more than once; sent again it has the same time as well.
        hasher.update(event.id + event.at_ms.to_bytes(8, "big"))
    else:
        hasher = _views.copy()
        hasher.update(event.id)
    return hasher.digest()


_views = hashlib.blake2b(digest_size=12, person=b"view")
_drops = hashlib.blake2b(digest_size=12, person=b"drop")


def _hash_of(digest: bytes) -> str:
    return str((digest[0] << 8 | digest[1]) % keys.HASHES_PER_DAY) if digest else "0"
