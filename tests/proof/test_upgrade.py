"""From the first version whose whole loop ran to this one, one web server at a time, under load.

The old version comes out of the history. It is started with articles, comments, sealed consent
and events that nobody has counted; readers and commenters go on all the while.
"""

import io
import json
import subprocess
import sys
import tarfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest

from cms.processes import PROCESSES
from tests.proof.commenters import Commenters
from tests.proof.crowd import Orders
from tests.proof.mail_sink import Sink, make_sink
from tests.proof.postgres import make_server, programs
from tests.proof.redis_server import RedisServer
from tests.proof.timeline import Timeline
from tests.proof.whole_site import ROOT, Site
from tests.site.conftest import free_port

# "Go once round in a real browser": from here on the whole loop runs with one command.
FIRST_VERSION = "6bfdc7f"
SECONDS, RATE = 75.0, 150.0
LEFT_OVER_SECONDS = 400
FILL_OLD = """
import json
from tests.factories import make_admin, make_article, make_author, make_home, make_section
from news.consent import defaults
from news.consent.models import ConsentText
make_home(); make_admin("chefin"); defaults.create_missing(ConsentText)
section, author = make_section("Wirtschaft"), make_author("Jana Beispiel")
pages = [make_article(f"Meldung {n}", section=section, authors=(author,), tags=("Hafen",),
                      body=json.dumps([{"type": "text", "value": "<p>Ein Satz.</p>"}]))
         for n in range(6)]
for page in pages: page.save_revision().publish()
print(json.dumps([[page.pk, page.url] for page in pages]))
"""

pytestmark = [
    pytest.mark.proof,
    pytest.mark.timeout(1200),
    pytest.mark.xdist_group("serial"),
    pytest.mark.skipif(programs() is None, reason="Debian's postgresql is not installed."),
]


def old_version(folder: Path) -> Path:
    """Unpack the old version; skip if the history is not there."""
    found = subprocess.run(
        ["git", "archive", FIRST_VERSION], cwd=ROOT, capture_output=True, check=False
    )
    if found.returncode:
        pytest.skip(f"The history does not reach back to {FIRST_VERSION}.")
    with tarfile.open(fileobj=io.BytesIO(found.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return folder


class Host:
    """Two web servers, and whatever else runs beside them, each of whichever version."""

    def __init__(self, site: Site, old: Path, ports: list[int]) -> None:
        self.site, self.old, self.ports = site, old, ports
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, command: list[str], *, root: Path, port: int = 0) -> None:
        with self.site.log.open("ab") as log:
            self.running[name] = subprocess.Popen(
                command,
                cwd=root,
                env=self.site.environment | ({"PORT": str(port)} if port else {}),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def start_old_web(self, port: int) -> None:
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--http", "1"]
        command += ["--host", "127.0.0.1", "--port", str(port), "--workers", "1", "--no-ws"]
        command += ["--blocking-threads", "4", "--log-level", "warning", "cms.wsgi:application"]
        self.start(f"web {port}", command, root=self.old)
        self.wait_until_alive(port)

    def start_new_web(self, port: int) -> None:
        self.start_new("web", name=f"web {port}", port=port)
        self.wait_until_alive(port)

    def start_new(self, process: str, *, name: str = "", port: int = 0) -> None:
        command = [sys.executable, "manage.py", "start", process]
        self.start(name or process, command, root=ROOT, port=port)

    def start_old_workers(self) -> None:
        celery = [sys.executable, "-m", "celery", "--quiet", "-A", "cms"]
        quietly = ["--loglevel", "warning"]
        queues = ["--queues", "upkeep,counting,mail,media", "--concurrency", "2"]
        self.start("old worker", [*celery, "worker", *queues, *quietly], root=self.old)
        schedule = ["--pidfile=", "--schedule", str(self.site.var / "beat-schedule")]
        self.start("old beat", [*celery, "beat", *schedule, *quietly], root=self.old)

    def stop(self, name: str) -> int:
        process = self.running.pop(name)
        process.terminate()
        return process.wait(60)

    def wait_until_alive(self, port: int) -> None:
        self.site.port = port
        self.site.wait_until(lambda: self.site.get("/health/live")[0] == 200, 90)

    def close(self) -> None:
        for name in list(self.running):
            self.stop(name)


@pytest.fixture
def sink() -> Iterator[Sink]:
    with make_sink() as sink:
        yield sink


@pytest.fixture
def host(open_path: Path, sink: Sink) -> Iterator[Host]:
    with ExitStack() as stack:
        postgres = stack.enter_context(make_server(open_path / "postgres"))
        redis = RedisServer(open_path)
        redis.start()
        stack.callback(redis.stop)
        site = Site(
            open_path / "var",
            database_url=postgres.url,
            redis_url=redis.url,
            MAIL_URL=f"smtp://127.0.0.1:{sink.port}",
            WEB_WORKERS="1",
        )
        site.var.mkdir()
        stack.callback(site.close)
        host = Host(site, old_version(open_path / "old"), [free_port(), free_port()])
        stack.callback(host.close)
        yield host


def rows(site: Site, what: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(site.environment["DATABASE_URL"]) as database:
        return database.execute(what).fetchall()  # type: ignore[call-overload,no-any-return]


def run(host: Host, root: Path, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, *words],
        cwd=root,
        env=host.site.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


TOLD = {
    "articles": "SELECT page_ptr_id, standfirst FROM news_articlepage ORDER BY 1",
    "comments": "SELECT id, text, email FROM reader_comments_readercomment ORDER BY 1",
    "events": "SELECT id::text, kind, person_digest FROM consent_consentevent ORDER BY 1",
    "chain": "SELECT position, digest FROM consent_consentseal ORDER BY 1",
}


def test_the_upgrade_loses_nothing_and_no_cached_page_fails(
    host: Host, sink: Sink, capsys: Any
) -> None:
    site, ports = host.site, host.ports
    run(host, host.old, "manage.py", "serve", "--prepare-only")
    shell = run(host, host.old, "manage.py", "shell", "-c", FILL_OLD).splitlines()[-1]
    pages = [(int(number), str(path)) for number, path in json.loads(shell)]
    for port in ports:
        host.start_old_web(port)
    host.start_old_workers()
    site.wait_until(lambda: site.get("/health/")[0] == 200, 60)

    commenters = Commenters(ports, [number for number, _ in pages], sink, count=2)
    crowd = site.crowd(Orders(ports, pages, SECONDS, rate=RATE, connections=12))
    commenters.start()
    time.sleep(15)
    steps = [("old version", time.time())]
    assert host.stop("old beat") == 0
    assert host.stop("old worker") == 0
    before = {name: rows(site, query) for name, query in TOLD.items()}
    chain_before = run(host, host.old, "manage.py", "verify_consent")
    assert before["comments"] and before["chain"]
    time.sleep(3)  # views that the old version took and will not count
    run(host, ROOT, "manage.py", "prepare")
    steps.append(("migrated", time.time()))
    for port in ports:
        assert host.stop(f"web {port}") == 0
        host.start_new_web(port)
        steps.append((f"web server {port}", time.time()))
    for name in PROCESSES:
        if name != "web":
            host.start_new(name)
    steps.append(("workers", time.time()))
    lines = crowd.wait(LEFT_OVER_SECONDS)
    commenters.stop()
    waits = site.act("wait").wait(LEFT_OVER_SECONDS)
    found = site.ask("report")
    seen = Timeline(lines).between(0, time.time())
    with capsys.disabled():
        sys.stdout.write(
            f"\n{ {kind: dict(counted) for kind, counted in seen.answers.items()} }\n"
            f"slowest page {seen.slowest_ms:.0f} ms; commenters {dict(commenters.told.answers)}\n"
            f"{[(name, round(at - steps[0][1], 1)) for name, at in steps]}; "
            f"nothing waited any more after {len(waits)} s\n"
        )

    after = {name: rows(site, query) for name, query in TOLD.items()}
    for name in TOLD:
        assert set(before[name]) <= set(after[name]), name
    assert after["articles"] == before["articles"]
    assert after["chain"][: len(before["chain"])] == before["chain"]
    assert chain_before.startswith("The chain holds:")
    whole = run(host, ROOT, "manage.py", "verify_consent")
    assert whole == f"The chain holds: {len(after['events'])} sealed, 0 waiting.\n"
    assert lines[-1]["open"] == 0
    assert found["views"] == found["days"] == lines[-1]["acknowledged"]
    assert (found["poison"], found["drift"]) == (0, 0)
    assert set(found["comments"]) == commenters.told.sent == commenters.told.confirmed
    assert set(found["comments"].values()) == {1}
    assert set(found["mails"]) == {"sent"}
    arrived = Counter((letter.to, letter.subject) for letter in sink.letters)
    assert arrived == Counter((to, subject) for to, subject in found["mailed"])
    assert not [status for status in seen.bad("page") if status >= 500], seen.bad("page")
