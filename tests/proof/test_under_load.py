"""A whole site under load while its parts are taken away: what readers see, and what is lost.

Ten minutes, or PROOF_SECONDS. Everything is real and on loopback: PostgreSQL with its usual
durability, Redis, web processes, workers and beat under the supervisor, a mail server. Readers,
commenters and editors go on all the time, at 70 % of what the same crowd got when it asked as fast
as it could. The figures are printed as the table in the README, chapter "How it behaves under
stress".
"""

import json
import os
import random
import statistics
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.proof import stepped_clock, whole_site
from tests.proof.commenters import Commenters
from tests.proof.crowd import Orders
from tests.proof.mail_sink import Sink, make_sink
from tests.proof.postgres import Server, make_server, programs
from tests.proof.redis_server import RedisServer
from tests.proof.stepped_clock import SteppedClock
from tests.proof.timeline import Fault, Timeline
from tests.proof.whole_site import Site, kill, small_disk

SECONDS = float(os.environ.get("PROOF_SECONDS", "600"))
IS_SHORT = SECONDS < 300
SHARE = 0.7
MEASURED_SECONDS = 5 if IS_SHORT else 15
KILL_EVERY_SECONDS = 12 if IS_SHORT else 20
REDIS_AWAY_SECONDS = min(60, SECONDS / 5)
DISK_FULL_SECONDS = min(20, SECONDS / 10)
CLOCK_STEP_SECONDS = 15 if IS_SHORT else 90
RECOVERY_SECONDS = 30
# Beat pokes the drains every five seconds.
COUNTING_SECONDS = 10
# A worker that was killed with a mail in its hands holds its claim for five minutes.
LEFT_OVER_SECONDS = 400

pytestmark = [
    pytest.mark.proof,
    pytest.mark.timeout(SECONDS + 1500),
    pytest.mark.xdist_group("serial"),
    pytest.mark.skipif(programs() is None, reason="Debian's postgresql is not installed."),
]


@dataclass
class World:
    site: Site
    postgres: Server
    redis: RedisServer
    sink: Sink
    clock: SteppedClock | None
    has_small_disk: bool
    dice: random.Random = field(default_factory=lambda: random.Random(7))
    faults: list[Fault] = field(default_factory=list)
    kills: Counter[str] = field(default_factory=Counter)
    killed_at: list[tuple[float, str]] = field(default_factory=list)
    megabytes: list[dict[str, float]] = field(default_factory=list)
    health: list[tuple[float, dict[str, Any]]] = field(default_factory=list)

    @contextmanager
    def broken(self, name: str) -> Iterator[None]:
        began = time.time()
        yield
        self.faults.append(Fault(name, began, time.time()))

    def look(self) -> None:
        """Note what the site itself says of its counting."""
        status, body = self.site.get("/health/", seconds=5)
        self.health.append((time.time(), json.loads(body) if status in (200, 503) else {}))

    def counted_seconds(self, fault: Fault) -> float | None:
        """Return how long after its end nothing waited any more but the last seconds' views."""
        for moment, said in self.health:
            worker = said.get("worker")
            is_counting = worker is not None and worker <= COUNTING_SECONDS
            if moment >= fault.ended_at and is_counting and said.get("spool") == 0:
                return moment - fault.ended_at
        return None

    # What is done to it

    def stop_redis(self, seconds: float) -> None:
        with self.broken(f"Redis stopped for {seconds:.0f} s"):
            self.redis.stop()
            time.sleep(seconds)
            self.redis.start()

    def restart_postgres(self) -> None:
        with self.broken("PostgreSQL restarted (immediate)"):
            self.postgres.restart()

    def fill_disk(self, seconds: float) -> None:
        """Redis away and no room for the spool: then a view cannot be kept anywhere."""
        if not self.has_small_disk:
            return
        filler = self.site.var / "spool" / "filler"
        with self.broken(f"Disk of the spool full and Redis stopped for {seconds:.0f} s"):
            self.redis.stop()
            with filler.open("wb", buffering=0) as file:
                try:
                    while True:
                        file.write(b"\0" * 4096)
                except OSError:
                    pass
            time.sleep(seconds)
            filler.unlink()
            self.redis.start()

    def step_clock(self, seconds: float) -> None:
        if self.clock is None:
            return
        with self.broken(f"Clock of the web and worker host {seconds:+.0f} s"):
            self.clock.step(seconds)
            time.sleep(SECONDS / 12)
        with self.broken(f"Clock {-seconds:+.0f} s, back again"):
            self.clock.step(0)

    def kill_somebody(self, turn: int) -> None:
        """One web process and one worker; now and then the web server's main process."""
        site = self.site
        if turn % 4 == 3:
            self._kill("web server", site.child("web"))
        elif workers := site.web_workers():
            self._kill("web process", self.dice.choice(workers))
        name = ("mail", "counting", "upkeep", "mail")[turn % 4]
        main = site.child(name)
        pool = whole_site.children(main) if main else []
        if name == "counting" and turn % 8 < 4 and pool:
            self._kill("counting process", self.dice.choice(pool))
        else:
            self._kill(f"{name} worker", main)

    def _kill(self, what: str, pid: int | None) -> None:
        if kill(pid):
            self.kills[what] += 1
            self.killed_at.append((time.time(), what))


@pytest.fixture
def world(open_path: Path) -> Iterator[World]:
    with ExitStack() as stack:
        directory = open_path
        postgres = stack.enter_context(make_server(directory / "postgres"))
        redis = RedisServer(directory)
        redis.start()
        stack.callback(redis.stop)
        sink = stack.enter_context(make_sink(pause_seconds=0.1))
        environment = {"MAIL_URL": f"smtp://127.0.0.1:{sink.port}"}
        clock = SteppedClock(directory) if stepped_clock.can_be_made() else None
        if clock:
            environment |= clock.environment
        var = directory / "var"
        has_small_disk = stack.enter_context(small_disk(var / "spool", megabytes=64))
        site = Site(var, database_url=postgres.url, redis_url=redis.url, **environment)
        stack.callback(site.close)
        yield World(site, postgres, redis, sink, clock, has_small_disk)


def test_nothing_is_lost_under_load_and_faults(world: World, capsys: Any) -> None:
    site = world.site
    site.manage("serve", "--prepare-only")
    touched = [(number, path) for number, path in site.ask("fill")]
    archive = [(number, path) for number, path in site.ask("fill_archive")]
    # Some pages are read far more often than others: the first ones of either kind.
    pages = [*touched[:3], *archive[:2], *touched[3:], *archive[2:]]
    site.start()
    ports, seen = [site.port], Counter[int]()
    rate = _maximum(site, ports, pages, seen)

    editor = site.act("edit", 2)
    commenters = Commenters(ports, [number for number, _ in touched[1:-2]], world.sink)
    commenters.start()
    orders = Orders(
        *(ports, pages, SECONDS), rate=rate * SHARE, seed=2, untouched=[p for _, p in archive]
    )
    crowd = site.crowd(orders)
    started_at = time.time()
    _break_things(world)
    lines = crowd.wait(LEFT_OVER_SECONDS)
    commenters.stop()
    acts = editor.kill()
    assert lines[-1]["open"] == 0, "views that nobody took"
    seen.update({int(page): n for page, n in lines[-1]["acknowledged"].items()})
    waits = site.act("wait").wait(LEFT_OVER_SECONDS)
    found, chain = site.ask("report"), site.manage("verify_consent")
    timeline = Timeline(lines)
    if trace := os.environ.get("PROOF_TRACE"):
        faults = [[fault.name, fault.began_at, fault.ended_at] for fault in world.faults]
        Path(trace).write_text(json.dumps([faults, world.killed_at, lines]))
    with capsys.disabled():
        _print(world, timeline, rate, started_at, commenters, acts, found, len(waits))

    assert {int(page): n for page, n in found["views"].items()} == dict(seen)
    assert found["days"] == found["views"]
    assert (found["poison"], found["drift"]) == (0, 0)
    _check_comments(commenters, found)
    assert chain.startswith("The chain holds:") and chain.endswith(" 0 waiting.\n")
    _check_mails(world, found)
    _check_pages(site, pages, acts, found)
    _check_readers(world, timeline)
    assert site.supervisor and site.supervisor.poll() is None, site.tail()


def _maximum(
    site: Site, ports: list[int], pages: list[tuple[int, str]], seen: Counter[int]
) -> float:
    """Return how many requests a second the crowd gets answered if it asks without pause."""
    for seconds in (3, MEASURED_SECONDS):
        lines = site.crowd(Orders(ports, pages, seconds)).wait(60)
        seen.update({int(page): n for page, n in lines[-1]["acknowledged"].items()})
        assert lines[-1]["open"] == 0
    return sum(span.total for span in Timeline(lines).seconds.values()) / MEASURED_SECONDS


def _break_things(world: World) -> None:
    """Take things away at their moments, and kill somebody all the while."""
    is_over = threading.Event()
    plan: list[tuple[float, Callable[[], None]]] = [
        (0.10, lambda: world.stop_redis(REDIS_AWAY_SECONDS)),
        (0.40, world.restart_postgres),
        (0.48, world.restart_postgres),
        (0.55, lambda: world.fill_disk(DISK_FULL_SECONDS)),
        (0.75, lambda: world.step_clock(CLOCK_STEP_SECONDS)),
    ]

    def kill_now_and_then() -> None:
        turn = 0
        while not is_over.wait(KILL_EVERY_SECONDS):
            world.kill_somebody(turn)
            turn += 1

    def weigh() -> None:
        while not is_over.wait(5):
            world.megabytes.append(world.site.megabytes())

    def look() -> None:
        while not is_over.wait(1):
            world.look()

    others = [threading.Thread(target=act) for act in (kill_now_and_then, weigh, look)]
    for thread in others:
        thread.start()
    started = time.monotonic()
    try:
        for share, act in plan:
            time.sleep(max(0.0, started + share * SECONDS - time.monotonic()))
            act()
        time.sleep(max(0.0, started + SECONDS - time.monotonic()))
    finally:
        is_over.set()
        for thread in others:
            thread.join()


def _check_comments(commenters: Commenters, found: dict[str, Any]) -> None:
    told, numbers = commenters.told, found["numbers"]
    assert set(found["comments"]) == told.sent, "answered, but not stored, or the reverse"
    assert set(found["comments"].values()) == {1}, "stored twice"
    assert told.confirmed == told.sent
    every = {str(number) for number in numbers.values()}
    for kind in ("given", "confirmed"):
        assert found[kind] == dict.fromkeys(every, 1), kind


def _check_mails(world: World, found: dict[str, Any]) -> None:
    assert set(found["mails"]) == {"sent"}, found["mails"]
    arrived = Counter((letter.to, letter.subject) for letter in world.sink.letters)
    written = Counter((to, subject) for to, subject in found["mailed"])
    assert not written - arrived, "lost mails"
    assert set(arrived) == set(written)
    repeated = (arrived - written).total()
    assert repeated <= world.kills.total() + len(world.faults), "more than one for a kill"


def _check_pages(site: Site, pages: Any, acts: list[Any], found: dict[str, Any]) -> None:
    """What an editor published last is what readers get."""
    last = {str(pk): title for what, pk, *title in acts if what == "published" for title in title}
    paths = {str(number): path for number, path in pages}
    for pk, title in last.items():
        # The last act of all may have been cut off between its commit and its line.
        shown = found["titles"][pk]
        assert int(shown.split()[1]) >= int(title.split()[1]), pk
        status, body = site.get(paths[pk])
        assert status == 200 and shown in body.decode(), paths[pk]


def _check_readers(world: World, timeline: Timeline) -> None:
    failed = {
        moment: second.bad("untouched page")
        for moment, second in timeline.seconds.items()
        if any(status >= 500 for status in second.bad("untouched page"))
    }
    assert not failed, f"cached pages failed: {failed}"
    # What an editor has just dropped is in no cache, and cannot be made without the database.
    without_database = {
        moment
        for fault in world.faults
        if fault.name.startswith("PostgreSQL")
        for moment in range(int(fault.began_at), int(fault.ended_at) + 2)
    }
    failed = {
        moment: second.bad("page")
        for moment, second in timeline.seconds.items()
        if moment not in without_database and any(s >= 500 for s in second.bad("page"))
    }
    assert not failed, f"pages failed: {failed}"
    late = {
        fault.name: seconds
        for fault in world.faults
        if (seconds := timeline.recovery_seconds(fault)) is None or seconds > RECOVERY_SECONDS
    }
    assert not late, late
    if not IS_SHORT:
        early, end = _memory(world.megabytes)
        assert end < early * 1.15 + 10, (early, end)


def _memory(megabytes: list[dict[str, float]]) -> tuple[float, float]:
    """Return the sum of all processes in the second fifth and in the last one."""
    sums = [
        sum(mb for name, mb in each.items() if name != "largest web worker") for each in megabytes
    ]
    fifth = max(1, len(sums) // 5)
    return statistics.median(sums[fifth : 2 * fifth] or sums), statistics.median(sums[-fifth:])


def _print(
    world: World,
    timeline: Timeline,
    rate: float,
    started_at: float,
    commenters: Commenters,
    acts: list[Any],
    found: dict[str, Any],
    waited: int,
) -> None:
    say = sys.stdout.write
    say(f"\n\nMaximum of the crowd {rate:,.0f} requests/s; then {rate * SHARE:,.0f}/s")
    say(f" for {SECONDS:.0f} s; killed: {dict(world.kills)}\n\n")
    say("| Fault | Pages | Pages no editor touches | Slowest page | Views ")
    say("| All well again after | All counted after |\n|---|---|---|---|---|---|---|\n")
    for fault in world.faults:
        after = timeline.recovery_seconds(fault)
        span = timeline.between(
            fault.began_at, fault.ended_at + (RECOVERY_SECONDS if after is None else after)
        )
        say(
            f"| {fault.name} | {_told(span, 'page')} | {_told(span, 'untouched page')} "
            f"| {span.slowest_ms:,.0f} ms "
            f"| {_told(span, 'view')} | {_seconds(after)} "
            f"| {_seconds(world.counted_seconds(fault))} |\n"
        )
    whole = timeline.between(started_at, time.time())
    say(f"\nOf the whole: {json.dumps(whole.answers)}\n")
    say(f"Slowest page {whole.slowest_ms:,.0f} ms; good seconds ")
    say(f"{sum(map(timeline.is_good, timeline.seconds))} of {len(timeline.seconds)}\n")
    told = commenters.told
    say(f"Commenters: {dict(told.answers)}; {len(told.confirmed)} confirmed\n")
    say(f"Editors: {dict(Counter(act[0] for act in acts))}\n")
    say(f"Views counted {sum(found['views'].values()):,}; mails {found['mails']}, arrived ")
    say(f"{len(world.sink.letters)}, repeated {world.sink.repeated()}\n")
    say(f"After the end nothing waited any more after {waited} s\n")
    early, end = _memory(world.megabytes)
    largest = max(each["largest web worker"] for each in world.megabytes)
    say(f"Memory of all processes {early:.0f} MB, at the end {end:.0f} MB;")
    say(f" largest web worker {largest:.0f} MB\n")


def _seconds(after: float | None) -> str:
    return "not seen" if after is None else f"{after:.1f} s"


def _told(span: Any, kind: str) -> str:
    bad = span.bad(kind)
    good = sum(span.answers.get(kind, Counter()).values()) - sum(bad.values())
    rest = ", ".join(f"{n} {status or 'unanswered'}" for status, n in bad.items())
    return f"{good:,} good" + (f", {rest}" if rest else "")
