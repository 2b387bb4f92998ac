"""A log of real requests through the whole site: counted as an independent count says.

The file is the one REPLAY_LOG names, else one made here. Workers are killed meanwhile.
"""

import csv
import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.analytics.independent_count import count_log, fields_of
from tests.analytics.test_replay import make_log
from tests.site.conftest import ROOT, LiveSite

READ_COUNTS = """
import json
from django.db.models import Sum
from analytics.models import DropCount, PageDay
rows = PageDay.objects.filter({period}).values_list("page_id").annotate(
    Sum("views"), Sum("visits"), Sum("readers"))
drops = DropCount.objects.filter({hours}).values_list("reason").annotate(Sum("count"))
print("JSON" + json.dumps({{"pages": sorted(rows), "drops": dict(drops)}}))
"""
ARTICLE_IDS = """
from news.models import ArticlePage
ids = ArticlePage.objects.published().order_by("pk").values_list("pk", flat=True)
print("JSON" + str(list(ids)))
"""
ASSETS = (".css", ".js", ".png", ".jpg", ".gif", ".ico", ".xml", ".txt", ".svg", ".pdf", ".gz")


def ask(site: LiveSite, code: str) -> object:
    return json.loads(site.manage("shell", "--no-imports", "-c", code).rpartition("JSON")[2])


def wait_until_drained(site: LiveSite, *, seconds: float = 60) -> None:
    """Return once nothing waits in streams or spool."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{site.url}/health/", timeout=5) as answer:
                health = json.load(answer)
        except OSError:
            health = {}
        if health.get("backlog") == 0 and health.get("spool") == 0:
            return
        time.sleep(0.5)
    pytest.fail(f"not drained within {seconds} s: {health}")


def worker_pids(site: LiveSite) -> Iterator[int]:
    """Yield the processes of this site's Celery worker."""
    own = f"VAR_DIR={site.var_dir}".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().split(b"\0")
            if (
                b"worker" in command
                and b"media" not in command
                and own in (folder / "environ").read_bytes().split(b"\0")
            ):
                yield int(folder.name)
        except OSError:
            continue


@pytest.fixture
def log_file(tmp_path: Path) -> Path:
    path = os.environ.get("REPLAY_LOG", "")
    if path and Path(path).is_file():
        return Path(path)
    made = tmp_path / "access.log"
    made.write_text(make_log(line_count=3000))
    return made


def pages_of(text: str, article_ids: list[int]) -> dict[str, int]:
    """Return the log's most requested page paths, each with the article it stands for."""
    asked: Counter[str] = Counter()
    for raw in text.splitlines():
        line = fields_of(raw)
        if line and line["method"] == "GET" and not line["path"].endswith(ASSETS):
            asked[line["path"]] += 1
    paths = [path for path, _ in asked.most_common(3 * len(article_ids))]
    return {path: article_ids[place % len(article_ids)] for place, path in enumerate(paths)}


@pytest.mark.timeout(600)
def test_replayed_log_is_counted_exactly(site: LiveSite, log_file: Path, tmp_path: Path):
    text = log_file.read_text(encoding="utf-8", errors="replace")
    article_ids: list[int] = ask(site, ARTICLE_IDS)  # type: ignore[assignment]
    pages = pages_of(text, article_ids)
    map_file = tmp_path / "map.csv"
    with map_file.open("w", newline="") as file:
        csv.writer(file).writerows([("path", "target"), *pages.items()])
    command = ["replay_access_log", str(log_file), "--map", str(map_file), "--host", "old.example"]
    wanted = count_log(text, pages, public=set(article_ids))
    days = {line["at"].date() for raw in text.splitlines() if (line := fields_of(raw))}
    # seeded traffic of the demo stands on other days
    period = f"day__gte='{min(days)}', day__lte='{max(days)}'"
    hours = f"hour__lte={int(time.mktime(max(days).timetuple())) // 3600 + 48}"
    read_counts = READ_COUNTS.format(period=period, hours=hours)

    feeding = subprocess.Popen(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env=site.environment,
        stdout=subprocess.DEVNULL,
    )
    kills = 0
    while feeding.poll() is None:
        time.sleep(1.2)
        for pid in list(worker_pids(site)):
            try:
                os.kill(pid, signal.SIGKILL)
                kills += 1
            except ProcessLookupError:
                continue
        # the supervisor gives up on a process that dies too often
        time.sleep(14)
    wait_until_drained(site)
    counted: dict[str, object] = ask(site, read_counts)  # type: ignore[assignment]
    site.manage(*command)
    wait_until_drained(site)

    assert feeding.returncode == 0
    assert kills > 0
    assert counted == {
        "pages": [[page, *figures] for page, figures in wanted["pages"].items()],
        "drops": wanted["drops"],
    }
    assert ask(site, read_counts) == counted


@pytest.mark.timeout(600)
def test_full_speed_over_http_loses_nothing(site: LiveSite, log_file: Path):
    text = log_file.read_text(encoding="utf-8", errors="replace")
    article_ids: list[int] = ask(site, ARTICLE_IDS)  # type: ignore[assignment]
    pages = pages_of(text, article_ids)
    lines = [line for raw in text.splitlines() if (line := fields_of(raw))]
    requests = [
        (json.dumps({"id": str(uuid.uuid4()), "page": pages[line["path"]]}), line["agent"])
        for line in lines
        if line["path"] in pages
    ]
    everything = READ_COUNTS.format(period="", hours="")
    wait_until_drained(site)
    before: dict[str, object] = ask(site, everything)  # type: ignore[assignment]
    statuses: Counter[int] = Counter()

    def send(share: list[tuple[str, str]]) -> None:
        connection = http.client.HTTPConnection(urlsplit(site.url).netloc, timeout=30)
        for body, agent in share:
            connection.request(
                "POST", "/_/view", body, {"User-Agent": agent.encode("latin-1", "replace")}
            )
            answer = connection.getresponse()
            answer.read()
            statuses[answer.status] += 1
        connection.close()

    threads = [threading.Thread(target=send, args=(requests[place::8],)) for place in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wait_until_drained(site)
    after: dict[str, object] = ask(site, everything)  # type: ignore[assignment]

    assert statuses == {204: len(requests)}
    assert outcome_count(after) - outcome_count(before) == len(requests)
    robots = sum(is_robot(agent) for _, agent in requests)
    assert views_of(after) - views_of(before) == len(requests) - robots


def views_of(counts: dict[str, object]) -> int:
    return sum(row[1] for row in counts["pages"])  # type: ignore[attr-defined]


def outcome_count(counts: dict[str, object]) -> int:
    return views_of(counts) + sum(counts["drops"].values())  # type: ignore[attr-defined]


def is_robot(agent: str) -> bool:
    from is_bot import Bots

    return agent in {"", "-"} or Bots().is_bot(agent.replace("WebAppManager", ""))
