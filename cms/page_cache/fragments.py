"""Parts that many pages share, or one page every time: made once and kept in this process.

A part names the tags of what it was made from, exactly like a page, and is made anew as soon as
one of them was dropped. What is read inside a transaction may be rolled back: there, parts are
kept for that transaction only.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import connection, connections, transaction

from cms.page_cache import hearing

Value = TypeVar("Value")

# A change that nobody announced (SQL by hand) shows after this time at the latest.
KEPT_SECONDS = 600
MOST = 1000


@dataclass(slots=True)
class Part:
    """A value, what it was made from, and the moment before it was made."""

    value: Any
    tags: frozenset[str]
    clock: int
    until: float
    # The moment at which every tag was last found unchanged.
    checked_at: int


class Transaction(dict[Hashable, Part]):
    """What was made inside one transaction (or savepoint); its end forgets it."""

    def forget(self) -> None:
        self.clear()


_parts: OrderedDict[Hashable, Part] = OrderedDict()
_lock = threading.Lock()
_thread = threading.local()


@contextmanager
def as_of_now() -> Iterator[None]:
    """Ask Redis first: inside, nothing is kept that was dropped before, for whoever writes by it.

    Readers of pages hear of changes within half a second. If Redis is away, the database is
    asked; if that is, too, everything inside is made anew.
    """
    before = getattr(_thread, "is_current", None)
    _thread.is_current = hearing.of_this_process().listen()
    try:
        yield
    finally:
        _thread.is_current = before


def kept(
    key: Hashable,
    make: Callable[[], Value],
    *,
    tags: Collection[str] | Callable[[Value], Collection[str]],
    seconds: float = KEPT_SECONDS,
) -> Value:
    """Return what `make` returned the last time, unless one of the tags was dropped since.

    The value is shared by threads and requests: nobody may change it. `tags` may be read off
    the value. If both Redis and the database are away for long, everything is made anew.
    """
    heard = hearing.of_this_process()
    parts: dict[Hashable, Part] = _parts
    if connection.in_atomic_block:
        parts = _of_transaction()
    elif not _is_current(heard):
        return make()
    part = parts.get(key)
    if part is not None and (parts is not _parts or _is_alive(part, heard)):
        return part.value  # type: ignore[no-any-return]
    clock = heard.now
    value = make()
    names = frozenset(tags(value) if callable(tags) else tags)
    made = Part(value, names, clock, time.monotonic() + seconds, clock)
    if parts is _parts:
        _keep(key, made)
    else:
        parts[key] = made
    return value


def drop_in_transaction(tags: Collection[str]) -> None:
    """Let the running transaction see its own changes; the others hear of them by its commit."""
    if connection.in_atomic_block:
        for parts in _transactions().values():
            for key in [key for key, part in parts.items() if not part.tags.isdisjoint(tags)]:
                del parts[key]


def forget_all() -> None:
    """Forget everything that this process and its transaction keep."""
    with _lock:
        _parts.clear()
    _transactions().clear()


def _is_current(heard: hearing.Hearing) -> bool:
    told: bool | None = getattr(_thread, "is_current", None)
    return heard.is_current() if told is None else told


def _is_alive(part: Part, heard: hearing.Hearing) -> bool:
    if time.monotonic() >= part.until:
        return False
    now = heard.now
    if part.checked_at != now:
        if not heard.is_unchanged(part.tags, part.clock):
            return False
        part.checked_at = now
    return True


def _keep(key: Hashable, part: Part) -> None:
    with _lock:
        _parts.pop(key, None)
        _parts[key] = part
        while len(_parts) > MOST:
            _parts.popitem(last=False)


def _transactions() -> dict[tuple[str, ...], Transaction]:
    known: dict[tuple[str, ...], Transaction]
    known = vars(connections[connection.alias]).setdefault("_kept_parts", {})
    return known


def _of_transaction() -> Transaction:
    """Return what the running transaction keeps.

    Django forgets `on_commit` functions when it rolls back: the one that is registered here
    tells whether what was read still holds.
    """
    transactions, savepoints = _transactions(), tuple(connection.savepoint_ids)
    known = transactions.get(savepoints)
    functions = [entry[1] for entry in connection.run_on_commit]
    if known is not None and known.forget in functions:
        return known
    for ended in [ids for ids, parts in transactions.items() if parts.forget not in functions]:
        del transactions[ended]
    transactions[savepoints] = begun = Transaction()
    transaction.on_commit(begun.forget)
    return begun
