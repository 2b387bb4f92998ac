"""A process of its own in a world of its own: takes views in, drains, feeds, or reports.

Run as `python -m tests.proof.actor VERB ...`; the environment says which database and Redis.
It tells what it does on standard output, a line at a time, so that a test can kill it there.
"""

import json
import os
import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.db.models import Sum  # noqa: E402

from analytics import buffer, drain, spool, windows  # noqa: E402
from analytics.events import Dimension, Event, Kind  # noqa: E402
from analytics.models import (  # noqa: E402
    PageBucket,
    PageDay,
    PageDayDimension,
    PoisonEntry,
    WindowTotal,
)

PAUSE_SECONDS = 0.03


def say(*words: object) -> None:
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def now() -> datetime:
    return datetime.now(UTC)


def prepare() -> None:
    """Make the tables and let the streams take events."""
    call_command("migrate", "analytics", verbosity=0)
    drain_once()


def accept(count: str, seed: str, pause_ms: str = "0") -> None:
    """Take views in: `begun` before each is handed over, `kept` once it is acknowledged."""
    dice = random.Random(seed)
    for number in range(int(count)):
        page = dice.randint(1, 20)
        event = Event(
            Kind.VIEW,
            dice.randbytes(16),
            int(time.time() * 1000),
            page,
            b"reader%02d" % dice.randint(0, 50),
            ((Dimension.CHANNEL.value, dice.choice(["direct", "search"])),),
        )
        say("begun", number, page)
        buffer.accept(event, now=now())
        say("kept", number, page)
        time.sleep(int(pause_ms) / 1000)


def drain_in_children(batch_size: str) -> None:
    """Drain for ever in a child process; when it is killed, in a new one."""
    drain.READ_COUNT = int(batch_size)
    drain.READS_PER_TRANSACTION = 1
    while True:
        child = os.fork()
        if child == 0:
            _drain_for_ever()
        os.waitpid(child, 0)


def _drain_for_ever() -> None:
    pid = os.getpid()
    say("start", pid)

    def tell(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        if sql.startswith('INSERT INTO "analytics_pagebucket"'):
            say("upsert", pid)
        if sql.startswith('INSERT INTO "analytics_') and random.random() < 0.5:
            time.sleep(PAUSE_SECONDS)
        return result

    with connection.execute_wrapper(tell):
        while True:
            for shard in drain.shards():
                try:
                    result = drain.drain_shard(shard, now=now(), transaction_limit=1)
                except Exception as error:  # noqa: BLE001  away for now: the poke comes again
                    say("failed", pid, type(error).__name__)
                    connection.close_if_unusable_or_obsolete()
                    continue
                if result.entry_count:
                    say("done", pid)
            time.sleep(0.01)


def _finish() -> None:
    """Feed and drain until nothing waits."""
    while True:
        buffer.feed_spool(now=now())
        counted = sum(drain.drain_shard(n, now=now()).entry_count for n in drain.shards())
        if not counted and not spool.waiting_bytes():
            return
        time.sleep(0.2)


def drain_once() -> None:
    for shard in drain.shards():
        drain.drain_shard(shard, now=now())


def report() -> None:
    """Finish what waits, and say what is counted by page."""
    _finish()
    windows.roll_windows(now=now())

    def by_page(rows: Any) -> dict[int, int]:
        sums = rows.values("page_id").annotate(total=Sum("views"))
        return dict(sums.values_list("page_id", "total"))

    found = {
        "buckets": by_page(PageBucket.objects),
        "days": by_page(PageDay.objects),
        "channels": by_page(PageDayDimension.objects.filter(dimension=Dimension.CHANNEL)),
        "week": by_page(WindowTotal.objects.filter(window="7d")),
        "poison": PoisonEntry.objects.count(),
        "spool": spool.waiting_bytes(),
        "drift": len(windows.rebuild_windows(now())),
    }
    say(json.dumps(found))


VERBS: dict[str, Callable[..., None]] = {
    verb.__name__: verb for verb in (prepare, accept, drain_in_children, drain_once, report)
}

if __name__ == "__main__":
    VERBS[sys.argv[1]](*sys.argv[2:])
