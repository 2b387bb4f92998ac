"""The tests of counting, run against a Redis Cluster of three masters."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cms import embedded_redis
from tests.proof.cluster import has_servers, make_cluster
from tests.proof.world import ROOT

pytestmark = [
    pytest.mark.proof,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not has_servers(), reason="Debian's redis-server is not installed."),
]


@pytest.fixture
def environment() -> Iterator[dict[str, str]]:
    """A cluster for counting; cache and broker stay on a Redis of their own."""
    with tempfile.TemporaryDirectory() as name, make_cluster(Path(name) / "nodes") as cluster_url:
        socket = Path(name) / "redis.sock"
        single = embedded_redis.start(socket, Path(name) / "redis", stdout=subprocess.DEVNULL)
        yield {
            **os.environ,
            "REDIS_URL": cluster_url,
            "CACHE_URL": f"unix://{socket}",
            "BROKER_URL": f"unix://{socket}",
            # The first question to a node is slow on a busy machine.
            "ANALYTICS_REDIS_TIMEOUT_MS": "400",
        }
        single.terminate()
        single.wait(10)


def test_counting_passes_its_tests_on_a_cluster(environment):
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/analytics"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stdout[-6000:]
