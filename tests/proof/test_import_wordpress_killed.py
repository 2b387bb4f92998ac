"""The import in a process of its own, killed at any moment, and started again."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings

from tests.news.wordpress import wxr

POSTS = 350
SET_UP = "from tests.factories import make_home; make_home()"
FIND_PROBLEMS = "from wagtail.models import Page; print(sum(map(len, Page.find_problems())))"

pytestmark = pytest.mark.proof


def the_export(folder: Path) -> Path:
    return wxr.write(
        folder,
        wxr.writer("jana"),
        wxr.category("politik"),
        *(
            wxr.item(
                number,
                content=f'<p>Text {number} <a href="/?p={number % POSTS + 1}">weiter</a></p>',
                comments=[wxr.comment(number)],
            )
            for number in range(1, POSTS + 1)
        ),
    )


class Newspaper:
    """A database of its own and commands on it, each in a process."""

    def __init__(self, folder: Path) -> None:
        self.database = folder / "site.sqlite3"
        self.environment = {
            **os.environ,
            "DATABASE_URL": f"sqlite:///{self.database}",
            "VAR_DIR": str(folder),
            "REDIS_URL": settings.REDIS_URL,
            "KEY_PREFIX": settings.KEY_PREFIX,
            "DJANGO_SETTINGS_MODULE": "cms.settings",
        }

    def start(self, *arguments: str) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "manage.py", *arguments],
            cwd=settings.BASE_DIR,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def run(self, *arguments: str) -> str:
        process = self.start(*arguments)
        output, _ = process.communicate(timeout=300)
        assert process.returncode == 0
        return output.decode()

    def count(self, what: str) -> int:
        connection = sqlite3.connect(self.database, timeout=20)
        try:
            return int(connection.execute(f"SELECT COUNT(*) FROM {what}").fetchone()[0])
        finally:
            connection.close()


def test_killed_and_started_again_it_completes_without_duplicates(tmp_path: Path) -> None:
    site = Newspaper(tmp_path)
    site.run("migrate", "--verbosity=0")
    site.run("shell", "-c", SET_UP)
    path = the_export(tmp_path)

    for enough in (1, 150, 250):
        process = site.start("import_wordpress", str(path))
        deadline = time.monotonic() + 120
        while site.count("news_articlepage") < enough and process.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert 0 < site.count("news_articlepage") < POSTS
    site.run("import_wordpress", str(path))

    assert site.count("news_articlepage") == POSTS
    assert site.count("(SELECT DISTINCT slug FROM wagtailcore_page WHERE depth = 4)") == POSTS
    assert site.count("reader_comments_readercomment") == POSTS
    assert site.count("consent_consentevent") == POSTS
    assert site.count("news_sectionpage") == 1
    assert (
        site.count(
            "wagtailcore_revision WHERE object_id IN (SELECT page_ptr_id FROM news_articlepage)"
        )
        == POSTS
    )
    assert site.count("wagtailcore_referenceindex WHERE model_path LIKE 'body%'") == POSTS
    assert site.count("wordpress_importeditem WHERE NOT is_written") == 0
    assert site.count("wordpress_importrun WHERE state = 'running'") == 3
    assert site.count("wordpress_importrun WHERE state = 'finished'") == 1
    assert site.run("shell", "-c", FIND_PROBLEMS).split()[-1] == "0"
    rows = site.count("wagtailredirects_redirect")

    site.run("import_wordpress", str(path))

    assert site.count("wagtailredirects_redirect") == rows
    assert site.count("wagtailcore_revision") == POSTS + site.count("news_sectionpage")
