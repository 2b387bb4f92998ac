"""What /metrics says, to whom, and that the processes of a host count together."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone

from analytics import buffer, spool
from cms.operation import pulse
from cms.outbox.mail import KIND, put_mail
from cms.outbox.queue import put
from tests.factories import make_home

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[3]
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def figures(text: str) -> dict[str, float]:
    """Return every sample by its name and labels."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def read(client, **headers) -> dict[str, float]:
    response = client.get(reverse("metrics"), **headers)
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/plain; version=")
    return figures(response.content.decode())


def test_requests_are_counted_by_area_method_and_status(client):
    make_home()
    before = read(client)

    client.get("/")
    client.get("/gibt-es-nicht/")
    client.post("/admin/login/", {})
    after = read(client)

    def grew(labels: str) -> float:
        name = f"redaktion_requests_total{{{labels}}}"
        return after[name] - before.get(name, 0)

    assert grew('area="pages",method="GET",status="200"') == 1
    assert grew('area="pages",method="GET",status="404"') == 1
    assert grew('area="admin",method="POST",status="200"') == 1
    assert after['redaktion_request_seconds_count{area="pages"}'] >= 2


def test_what_waits_and_how_counting_fares_is_seen(client, clean_redis, settings, tmp_path):
    settings.ANALYTICS_SPOOL_DIR = tmp_path
    put_mail(to="jo@example.org", subject="Hallo", text="Text")
    put("later", {}, due_at=timezone.now() - timedelta(seconds=90))
    pulse.note("outbox.deliver", ok=True, seconds=0.5, now=timezone.now())
    pulse.note("outbox.deliver", ok=False, seconds=1.5, error="OSError", now=timezone.now())

    seen = read(client)

    assert seen["redaktion_database_up"] == seen["redaktion_redis_up"] == 1
    assert seen["redaktion_spool_bytes"] == 0
    assert seen[f'redaktion_outbox_waiting{{kind="{KIND}"}}'] == 1
    assert 90 <= seen["redaktion_outbox_late_seconds"] < 100
    assert seen['redaktion_mails{state="waiting"}'] == 1
    assert seen['redaktion_tasks_total{outcome="success",task="outbox.deliver"}'] == 1
    assert seen['redaktion_tasks_total{outcome="failure",task="outbox.deliver"}'] == 1
    assert seen['redaktion_task_seconds_total{task="outbox.deliver"}'] == 2
    assert seen['redaktion_tasks_waiting{queue="counting"}'] == 0


def test_intake_is_counted_by_outcome_and_place(client, clean_redis, settings, tmp_path):
    settings.ANALYTICS_SPOOL_DIR = tmp_path
    before = read(client)

    client.post(reverse("beacon_view"), "{", content_type="text/plain")
    after = read(client)

    # no drain has begun an epoch yet
    name = 'redaktion_intake_total{kind="view",outcome="malformed",stored="spool"}'
    assert after[name] - before.get(name, 0) == 1
    buffer.breaker.succeed()
    spool.writer.let_go()


@pytest.mark.parametrize(
    ("token", "networks", "headers", "status"),
    [
        ("", [], {}, 404),
        ("secret", [], {}, 404),
        ("secret", [], {"HTTP_AUTHORIZATION": "Bearer wrong"}, 404),
        ("secret", [], {"HTTP_AUTHORIZATION": "Bearer secret"}, 200),
        ("", [], {"HTTP_AUTHORIZATION": "Bearer "}, 404),
        ("", ["10.0.0.0/8"], {"REMOTE_ADDR": "10.1.2.3"}, 200),
        ("", ["10.0.0.0/8"], {"REMOTE_ADDR": "192.0.2.7"}, 404),
        ("", ["10.0.0.0/8"], {"REMOTE_ADDR": ""}, 404),
        ("", ["127.0.0.1"], {"HTTP_X_FORWARDED_FOR": "127.0.0.1"}, 404),
    ],
)
def test_only_whom_the_operator_names_reads_the_figures(
    client, settings, token, networks, headers, status
):
    settings.METRICS_TOKEN, settings.METRICS_NETWORKS = token, networks

    assert client.get(reverse("metrics"), **headers).status_code == status


def test_an_observer_that_fails_does_not_hide_the_others(client, settings):
    settings.BROKER_URL = "redis://127.0.0.1:1/0"

    seen = read(client)

    assert seen["redaktion_database_up"] == 1
    assert not any(name.startswith("redaktion_tasks") for name in seen)


COUNT_ONCE = """
import django
from cms.operation import sharing
sharing.share_between_processes()
django.setup()
from cms.operation import metrics
metrics.page_cache.labels("hit").inc()
print(metrics.counted().decode())
"""


COUNT_AND_FORK = """
import os
import django
from cms.operation import sharing
sharing.share_between_processes()
django.setup()
from cms.operation import metrics
hits = metrics.page_cache.labels("hit")
hits.inc()
if os.fork() == 0:
    hits.inc(10)
    os._exit(0)
os.wait()
hits.inc(100)
print(metrics.counted().decode())
"""


def told_by(program: str, var_dir: Path) -> dict[str, float]:
    """Return the counters that a process prints which counts as a web process does."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "cms.settings",
        "VAR_DIR": str(var_dir),
        "SECRET_KEY": "only-for-tests",
    }
    for name in ("DATABASE_URL", "REDIS_URL"):
        environment.pop(name, None)
    result = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return figures(result.stdout)


def test_processes_of_a_host_count_together(tmp_path):
    hits = 'redaktion_page_cache_total{outcome="hit"}'

    assert [told_by(COUNT_ONCE, tmp_path)[hits] for _ in range(2)] == [1, 2]


def test_forked_process_counts_for_itself(tmp_path):
    hits = 'redaktion_page_cache_total{outcome="hit"}'

    assert told_by(COUNT_AND_FORK, tmp_path)[hits] == 111
    assert len(list((tmp_path / "metrics").rglob("counter_*.db"))) == 2
