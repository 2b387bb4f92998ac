"""An embedded site moves to PostgreSQL with one command, and everything is there."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.proof.embedded_site import EARLY, LATE
from tests.proof.world import make_database

pytestmark = [
    pytest.mark.proof,
    pytest.mark.skipif(
        not os.environ.get("DATABASE_URL", "").startswith("postgres"),
        reason="DATABASE_URL names no PostgreSQL",
    ),
]
NOT_OURS = ("DATABASE_URL", "REDIS_URL", "CACHE_URL", "BROKER_URL", "KEY_PREFIX")
INSIDE = "from tests.proof import embedded_site as site; site."


class Site:
    """Nothing configured but where its files are."""

    def __init__(self, folder: Path) -> None:
        kept = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
        self.environment = kept | {
            "VAR_DIR": str(folder),
            "DJANGO_SETTINGS_MODULE": "cms.settings",
            "DEMO": "0",
        }

    def manage(self, *command: str, at: str = "") -> "subprocess.CompletedProcess[str]":
        """Run a command, in the site's own database or in that at an address."""
        return subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=settings.BASE_DIR,
            env=self.environment | ({"DATABASE_URL": at} if at else {}),
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )

    def run(self, *command: str, at: str = "") -> str:
        result = self.manage(*command, at=at)
        assert result.returncode == 0, result.stderr
        return result.stdout

    def ask(self, what: str, *, at: str = "") -> Any:
        output = self.run("shell", "--no-imports", "-c", f"{INSIDE}{what}()", at=at)
        return json.loads(output)


@pytest.fixture
def target(tmp_path: Path) -> Iterator[str]:
    with make_database(tmp_path) as url:
        yield url


def test_everything_is_there_after_the_move(tmp_path: Path, target: str) -> None:
    site = Site(tmp_path / "var")
    unmigrated = site.manage("move_database", target)
    assert unmigrated.returncode == 1 and "manage.py prepare" in unmigrated.stderr
    site.run("migrate", "--verbosity=0")
    site.run("shell", "--no-imports", "-c", f"{INSIDE}fill()")

    moved = site.run("move_database", target)

    assert moved.splitlines()[0] == "The views that waited are counted"
    here, there = site.ask("report"), site.ask("report", at=target)
    for name, rows in here["tables"].items():
        assert there["tables"][name] == rows, name
    assert there == here
    assert there["views"] == dict.fromkeys(("PageBucket", "PageDay", "WindowTotal"), EARLY + LATE)
    assert there["found"] == len(there["tables"]["news.ArticlePage"]) == 3
    assert "a.txt" in there["media"] and there["anchors"]
    assert there["tables"]["analytics.DaySalt"]
    chain = site.run("verify_consent", at=target)
    assert chain == site.run("verify_consent")
    sealed = len(there["tables"]["consent.ConsentEvent"])
    assert sealed >= 3 and chain == f"The chain holds: {sealed} sealed, 0 waiting.\n"
    assert site.ask("report_rules", at=target) == {"allowed": [], "taken": []}

    again = site.manage("move_database", target)

    assert again.returncode == 1 and "not empty" in again.stderr
    assert site.ask("report", at=target) == there
