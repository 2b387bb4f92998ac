"""The native set-up of `deploy/`, started without systemd: nginx, PostgreSQL, Redis, the units.

The units' own ExecStart lines are run, with other directories and ports; the database is the
server of DATABASE_URL, Redis and nginx are Debian's.
"""

import concurrent.futures
import gzip
import json
import os
import re
import secrets
import shutil
import signal
import ssl
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections import Counter
from collections.abc import Iterator
from email.message import Message
from pathlib import Path
from urllib.parse import urlencode

import psycopg
import pytest

from cms.processes import PROCESSES
from tests.deploy.test_files import unit
from tests.proof.world import make_database
from tests.site.conftest import free_port

pytestmark = [
    pytest.mark.proof,
    pytest.mark.timeout(600),
    pytest.mark.skipif(
        not os.environ.get("DATABASE_URL", "").startswith("postgres")
        or not shutil.which("nginx")
        or not shutil.which("redis-server"),
        reason="needs PostgreSQL in DATABASE_URL, nginx and redis-server",
    ),
]
ROOT = Path(__file__).resolve().parents[2]
CLIENT = "203.0.113.77"
AGENT = "Mozilla/5.0 (Erkennbar) Firefox/140.0"
# Parts too: a cut or changed copy would betray as much.
MARKS = (b"203.0.113", b"Erkennbar", b"Mozilla/5.0")


class Machine:
    """One machine with the site on it."""

    def __init__(self, directory: Path, database_url: str) -> None:
        self.directory = directory
        self.https, self.http, self.redis, *self.webs = (free_port() for _ in range(5))
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.var = directory / "var"
        self.environment = {
            "PATH": os.environ["PATH"],
            "PRODUCTION": "1",
            "SECRET_KEY": secrets.token_urlsafe(50),
            "CONSENT_KEY": secrets.token_urlsafe(50),
            "ALLOWED_HOSTS": "localhost",
            "SITE_URL": f"https://localhost:{self.https}",
            "TRUSTED_PROXIES": "127.0.0.1",
            "MAIL_URL": "smtp://127.0.0.1:9",
            "MAIL_FROM": "Zeitung <post@zeitung.example>",
            "VAR_DIR": str(self.var),
            "WEB_WORKERS": "1",
            "DATABASE_URL": database_url,
            "REDIS_URL": f"redis://127.0.0.1:{self.redis}/0",
            "METRICS_TOKEN": "geheim",
            "ANALYTICS_READER_LIMIT": "0",  # one reader, in a hurry
        }

    def run(self, name: str, command: list[str]) -> subprocess.Popen[bytes]:
        log = (self.directory / f"{name}.log").open("ab")
        process = subprocess.Popen(
            command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
        )
        log.close()
        self.processes[name] = process
        return process

    def log(self, name: str) -> str:
        return (self.directory / f"{name}.log").read_text(errors="replace")

    def exec_start(self, unit_name: str, instance: str = "") -> list[str]:
        line = unit(unit_name)["Service"]["ExecStart"].replace("%i", instance)
        return line.replace("/srv/redaktion/.venv/bin/python", sys.executable).split()

    def start(self) -> None:
        self.var.mkdir()
        conf = ROOT / "deploy/redis/redis.conf"
        self.run(
            "redis",
            [
                *("redis-server", str(conf), "--port", str(self.redis)),
                *("--dir", str(self.directory), "--bind", "127.0.0.1"),
            ],
        )
        time.sleep(0.5)
        prepared = self.run("prepare", self.exec_start("redaktion-prepare.service"))
        assert prepared.wait(200) == 0, self.log("prepare")
        for port in self.webs:
            self.start_web(port)
        for name in PROCESSES:
            if name != "web":
                self.run(name, self.exec_start("redaktion@.service", name))
        self.start_nginx()
        self.wait_for("/health/live")

    def start_web(self, port: int) -> None:
        self.run(f"web@{port}", self.exec_start("redaktion-web@.service", str(port)))
        self.wait_until_alive(port)

    def wait_until_alive(self, port: int) -> None:
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live", timeout=3):
                    return
            except urllib.error.HTTPError as error:
                error.close()
                return  # it answers, if not to this host's name
            except OSError:
                time.sleep(0.2)
        pytest.fail(self.log(f"web@{port}")[-3000:])

    def start_nginx(self) -> None:
        key, certificate = self.directory / "key.pem", self.directory / "certificate.pem"
        subprocess.run(
            [
                *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
                *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
                *("-keyout", str(key), "-out", str(certificate)),
            ],
            check=True,
            capture_output=True,
        )
        ours = (ROOT / "deploy/nginx/redaktion.conf").read_text()
        for old, new in {
            "zeitung.example;": "localhost;",
            "/etc/letsencrypt/live/zeitung.example/fullchain.pem": str(certificate),
            "/etc/letsencrypt/live/zeitung.example/privkey.pem": str(key),
            "/var/lib/redaktion/": f"{self.var}/",
            "/var/log/nginx/": f"{self.directory}/",
            "127.0.0.1:8000": f"127.0.0.1:{self.webs[0]}",
            "127.0.0.1:8001": f"127.0.0.1:{self.webs[1]}",
            "listen 80;": f"listen 127.0.0.1:{self.http};",
            "listen 443 ssl;": f"listen 127.0.0.1:{self.https} ssl;",
            "    listen [::]:80;\n": "",
            "    listen [::]:443 ssl;\n": "",
            # Debian 12's nginx has the older spelling
            "    http2 on;\n": "",
        }.items():
            assert old in ours, old
            ours = ours.replace(old, new)
        # A reader from afar: what stands here is what the proxy would see.
        ours = ours.replace("$remote_addr;", f"{CLIENT};")
        whole = self.directory / "nginx.conf"
        whole.write_text(
            f"user root;\nworker_processes 1;\ndaemon off;\npid {self.directory}/nginx.pid;\n"
            f"error_log {self.directory}/nginx.error.log emerg;\n"
            "events { worker_connections 256; }\n"
            f"http {{\ninclude /etc/nginx/mime.types;\n{ours}\n}}\n"
        )
        self.run("nginx", ["nginx", "-c", str(whole), "-p", str(self.directory)])

    def get(self, path: str, **options: object) -> tuple[int, bytes, dict[str, str]]:
        trust = ssl.create_default_context(cafile=str(self.directory / "certificate.pem"))
        request = urllib.request.Request(
            f"https://localhost:{self.https}{path}",
            headers={"User-Agent": AGENT},
            **options,  # type: ignore[arg-type]
        )
        try:
            with urllib.request.urlopen(request, timeout=20, context=trust) as answer:
                return answer.status, answer.read(), _lower(answer.headers)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read(), _lower(error.headers)

    def wait_for(self, path: str, status: int = 200, seconds: float = 90) -> None:
        deadline = time.monotonic() + seconds
        seen: object = None
        while time.monotonic() < deadline:
            try:
                seen = self.get(path)[0]
                if seen == status:
                    return
            except (OSError, urllib.error.URLError) as error:
                seen = error
            time.sleep(0.3)
        pytest.fail(
            f"{path} answered {seen}\n"
            + self.log(f"web@{self.webs[0]}")[-2000:]
            + self.log("nginx")
        )

    def manage(self, *command: str) -> str:
        result = subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == 0, result.stderr
        return result.stdout

    def stop(self, name: str, seconds: float = 30) -> int:
        process = self.processes.pop(name)
        process.send_signal(signal.SIGTERM)
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return -9

    def close(self) -> None:
        for name in sorted(self.processes, key=lambda name: name == "redis"):
            self.stop(name, 10)


def _lower(headers: Message) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    with (
        tempfile.TemporaryDirectory() as directory,
        make_database(Path(directory)) as database_url,
    ):
        os.chmod(directory, 0o755)  # nginx' workers look in
        machine = Machine(Path(directory), database_url)
        try:
            machine.start()
            yield machine
        finally:
            machine.close()


def test_readers_get_the_site_by_https_with_its_headers(machine):
    status, body, headers = machine.get("/")

    assert status == 200
    assert headers["strict-transport-security"].startswith("max-age=")
    assert "unsafe" not in headers["content-security-policy"]
    assert "set-cookie" not in headers
    [style] = re.findall(rb'href="(/static/[^"]+\.css)"', body)[:1]
    status, _, headers = machine.get(style.decode())
    assert (status, headers["x-content-type-options"]) == (200, "nosniff")
    plain = urllib.request.Request(f"http://localhost:{machine.http}/", method="HEAD")
    opener = urllib.request.build_opener(_NoRedirect)
    with pytest.raises(urllib.error.HTTPError) as moved:
        opener.open(plain, timeout=5)
    with moved.value as answer:
        assert answer.code == 301
        assert answer.headers["Location"].startswith("https://localhost")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments: object) -> None:  # type: ignore[override]
        return None


def page_id(machine: Machine) -> int:
    with psycopg.connect(machine.environment["DATABASE_URL"]) as database:
        [row] = database.execute("SELECT page_ptr_id FROM home_homepage ORDER BY 1 LIMIT 1")
    return int(row[0])


def views(machine: Machine) -> int:
    with psycopg.connect(machine.environment["DATABASE_URL"]) as database:
        [row] = database.execute("SELECT coalesce(sum(views), 0) FROM analytics_pagebucket")
    return int(row[0])


def send_view(machine: Machine, page: int) -> int:
    body = json.dumps({"id": str(uuid.uuid4()), "page": page}).encode()
    return machine.get("/_/view", data=body, method="POST")[0]


def test_a_view_is_counted_and_health_and_metrics_say_so(machine):
    machine.wait_for("/health/")
    before = views(machine)

    assert send_view(machine, page_id(machine)) == 204

    deadline = time.monotonic() + 30
    while views(machine) == before and time.monotonic() < deadline:
        time.sleep(0.3)
    assert views(machine) == before + 1
    assert machine.get("/metrics")[0] == 404
    trust = ssl.create_default_context(cafile=str(machine.directory / "certificate.pem"))
    asked = urllib.request.Request(
        f"https://localhost:{machine.https}/metrics", headers={"Authorization": "Bearer geheim"}
    )
    with urllib.request.urlopen(asked, timeout=10, context=trust) as answer:
        told = answer.read().decode()
    assert 'redaktion_intake_total{kind="view",outcome="accepted",stored="redis"}' in told
    assert "redaktion_database_up 1.0" in told


def test_replacing_the_web_servers_loses_no_request_and_no_view(machine):
    """One after the other, as the chapter says; nginx goes to the one that answers."""
    page, before = page_id(machine), views(machine)
    machine.wait_for("/health/")
    is_over = threading.Event()

    def readers() -> list[int]:
        seen = []
        while not is_over.is_set():
            seen += [machine.get("/")[0], send_view(machine, page)]
        return seen

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        running = [pool.submit(readers) for _ in range(4)]
        try:
            for port in machine.webs:
                time.sleep(2)
                assert machine.stop(f"web@{port}") == 0
                machine.start_web(port)
        finally:
            is_over.set()
        answers = [status for each in running for status in each.result()]

    assert Counter(answers).keys() == {200, 204}, Counter(answers)
    deadline = time.monotonic() + 30
    while views(machine) != before + answers.count(204) and time.monotonic() < deadline:
        time.sleep(0.5)
    assert views(machine) == before + answers.count(204)


ARTICLE = """
from datetime import UTC, datetime, timedelta
import json
from news.comments import tickets
from news.consent.models import ConsentText
from tests.factories import make_article
article = make_article("Krane am Osthafen")
text = ConsentText.objects.get(purpose="publish", language="de")
issued = datetime.now(UTC) - timedelta(minutes=1)
ticket = tickets.issue(article_id=article.pk, text_id=text.pk, language="de", now=issued)
print("FOUND" + json.dumps({"pk": article.pk, "url": article.get_url(), "ticket": ticket}))
"""


def visit(machine: Machine) -> None:
    """Do what readers and staff do, well and badly; half of it while Redis is silent."""
    found = machine.manage("shell", "--no-imports", "-c", ARTICLE)
    article = json.loads(found.partition("FOUND")[2])
    comment = {
        "text": "Guter Text.",
        "name": "Jo Beispiel",
        "email": "jo@example.org",
        "consent": "1",
        "homepage": "",
        "parent": "",
        "ticket": article["ticket"],
    }
    address = f"/_/comments/{article['pk']}/"
    for path in (article["url"], "/gibt-es-nicht/", "/suche/?q=krane", "/admin/", "/health/"):
        machine.get(path)
    posted = machine.get(address, data=urlencode(comment).encode(), method="POST")
    assert posted[0] in (200, 302), posted
    machine.processes["redis"].send_signal(signal.SIGSTOP)
    try:
        for _ in range(3):
            assert send_view(machine, article["pk"]) == 204
            machine.get(f"/_/view.gif?page={article['pk']}")
            machine.get("/_/view", data=b"kaputt", method="POST")
            machine.get(article["url"])
    finally:
        machine.processes["redis"].send_signal(signal.SIGCONT)
    for name in ("jo", "chefin"):
        machine.get("/admin/login/", data=f"username={name}&password=x".encode(), method="POST")


def test_nothing_that_is_kept_knows_who_was_here(machine):
    """Neither database, Redis, spool nor backup, down to the bytes of their files."""
    visit(machine)
    machine.wait_for("/health/")

    machine.manage("backup", str(machine.directory / "site.tar"))
    dump = subprocess.run(
        ["pg_dump", "--inserts", machine.environment["DATABASE_URL"]],
        capture_output=True,
        check=True,
    ).stdout
    places = {"database": dump}
    with tarfile.open(machine.directory / "site.tar") as tar:
        for entry in filter(tarfile.TarInfo.isfile, tar):
            content = tar.extractfile(entry).read()  # type: ignore[union-attr]
            places[entry.name] = gzip.decompress(content) if entry.name[-2:] == "gz" else content
    places |= {
        str(path.relative_to(machine.directory)): path.read_bytes()
        for path in machine.directory.rglob("*")
        # the proxy's own configuration here says who the client is
        if path.is_file() and path.name != "nginx.conf"
    }

    assert b"jo@example.org" in places["database"]
    assert any("appendonly" in name for name in places)
    assert any("spool" in name for name in places)
    assert [(name, mark) for name, text in places.items() for mark in MARKS if mark in text] == []


def test_stopping_is_clean_and_no_log_knows_who_was_here(machine):
    machine.get("/gibt-es-nicht/")
    machine.get("/admin/login/", data=b"username=jo&password=x", method="POST")
    ours = [name for name in machine.processes if name.partition("@")[0] in PROCESSES]

    statuses = {name: machine.stop(name) for name in ours}

    assert set(statuses.values()) == {0}, statuses
    logs = {
        path.name: path.read_text(errors="replace") for path in machine.directory.glob("*.log")
    }
    assert "redaktion.access.log" in logs
    for name, text in logs.items():
        assert CLIENT not in text, name
        assert "Erkennbar" not in text, name
