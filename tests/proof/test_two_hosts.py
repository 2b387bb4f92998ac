"""Two web hosts, three workers and two beats on one PostgreSQL and one Redis.

What docs/from-one-machine-to-ten.md says of step four: pages that change are dropped on both hosts
within a second, each host's spool is fed, and who works beside whom does no harm.
"""

import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.proof.commenters import Commenters
from tests.proof.crowd import Orders
from tests.proof.mail_sink import Sink, make_sink
from tests.proof.postgres import make_server, programs
from tests.proof.redis_server import RedisServer
from tests.proof.timeline import Timeline
from tests.proof.whole_site import Lines, Site

SECONDS, RATE = 45.0, 200.0
REDIS_AWAY_SECONDS = 6
WITHIN_SECONDS = 1.0
LEFT_OVER_SECONDS = 400

pytestmark = [
    pytest.mark.proof,
    pytest.mark.timeout(1200),
    pytest.mark.xdist_group("serial"),
    pytest.mark.skipif(programs() is None, reason="Debian's postgresql is not installed."),
]


@pytest.fixture
def redis(open_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(open_path)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def sink() -> Iterator[Sink]:
    with make_sink() as sink:
        yield sink


@pytest.fixture
def hosts(open_path: Path, redis: RedisServer, sink: Sink) -> Iterator[list[Site]]:
    with ExitStack() as stack:
        postgres = stack.enter_context(make_server(open_path / "postgres"))
        media = open_path / "media"
        media.mkdir()
        hosts = []
        for name in ("one", "two"):
            site = Site(
                open_path / name,
                database_url=postgres.url,
                redis_url=redis.url,
                MAIL_URL=f"smtp://127.0.0.1:{sink.port}",
                PAGE_CACHE_FRESH_SECONDS="600",  # nothing goes away by its age
                WEB_WORKERS="1",
                WORKER_PROCESSES="1",
            )
            stack.callback(site.close)
            site.var.mkdir()
            (site.var / "media").symlink_to(media)
            hosts.append(site)
        yield hosts


def test_two_hosts_are_one_site(
    hosts: list[Site], redis: RedisServer, sink: Sink, capsys: Any
) -> None:
    one = hosts[0]
    one.manage("serve", "--prepare-only")
    pages = [(number, path) for number, path in one.ask("fill", 6)]
    for site in hosts:
        site.start()
    third = one.manage_in_background("start", "counting")
    ports = [site.port for site in hosts]
    articles = dict(pages[1:-2])

    slowest = _seconds_until_both_show(hosts, articles)
    crowd = one.crowd(Orders(ports, pages, SECONDS, rate=RATE))
    commenters = Commenters(ports, list(articles), sink, count=2)
    commenters.start()
    time.sleep(SECONDS / 3)
    redis.stop()
    time.sleep(REDIS_AWAY_SECONDS)
    spooled = [_spool_bytes(site) for site in hosts]
    redis.start()
    lines = crowd.wait(LEFT_OVER_SECONDS)
    commenters.stop()
    for site in hosts:
        site.act("wait").wait(LEFT_OVER_SECONDS)
    found = one.ask("report")
    seen = Timeline(lines).between(0, time.time())
    with capsys.disabled():
        sys.stdout.write(
            f"\nA change was seen on the other host after {slowest:.2f} s at most\n"
            f"{ {kind: dict(counted) for kind, counted in seen.answers.items()} }\n"
            f"spooled on each host: {spooled} bytes; {len(sink.letters)} mails\n"
        )

    assert third.poll() is None, "the third worker died"
    assert slowest < WITHIN_SECONDS
    assert all(spooled), "a host spooled nothing"
    assert [_spool_bytes(site) for site in hosts] == [0, 0]
    assert found["views"] == found["days"] == lines[-1]["acknowledged"]
    assert (found["poison"], found["drift"]) == (0, 0)
    assert set(found["comments"]) == commenters.told.sent == commenters.told.confirmed
    assert set(found["comments"].values()) == {1}
    arrived = Counter((letter.to, letter.subject) for letter in sink.letters)
    assert arrived == Counter((to, subject) for to, subject in found["mailed"])
    for site in hosts:
        assert site.manage("verify_consent").endswith(" 0 waiting.\n")
    assert seen.bad("page") == {}


def _seconds_until_both_show(hosts: list[Site], articles: dict[int, str]) -> float:
    """Let an editor of the first host publish; return how long the slowest page took."""
    for site in hosts:
        for path in articles.values():
            assert site.get(path)[0] == 200
    editor = hosts[0].act("edit", 1)
    slowest, seen = 0.0, 0
    try:
        while seen < 2 * len(articles):
            act = _next_act(editor, seen)
            published_at = time.monotonic()
            seen += 1
            _, pk, title = act
            for site in hosts:
                while title not in site.get(articles[pk])[1].decode():
                    assert time.monotonic() - published_at < 20, (pk, title)
                    time.sleep(0.02)
            slowest = max(slowest, time.monotonic() - published_at)
    finally:
        editor.kill()
    return slowest


def _next_act(editor: Lines, seen: int) -> Any:
    deadline = time.monotonic() + 60
    while len(editor.lines) <= seen:
        assert time.monotonic() < deadline, "The editor publishes nothing."
        time.sleep(0.005)
    return editor.lines[seen]


def _spool_bytes(site: Site) -> int:
    return sum(path.stat().st_size for path in (site.var / "spool").glob("*.spool"))
