"""The import in a process of its own, killed at any moment, and started again."""

import signal
import time
from pathlib import Path

import pytest

from tests.news.wordpress import wxr
from tests.proof.newspaper import Newspaper

POSTS = 350
SLUGS = "(SELECT DISTINCT slug FROM wagtailcore_page WHERE depth = 4) AS slugs"
ARTICLE_REVISIONS = (
    "wagtailcore_revision WHERE object_id IN"
    " (SELECT CAST(page_ptr_id AS varchar) FROM news_articlepage)"
)
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


def test_killed_and_started_again_it_completes_without_duplicates(
    site: Newspaper, tmp_path: Path
) -> None:
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
    assert site.count(SLUGS) == POSTS
    assert site.count("reader_comments_readercomment") == POSTS
    assert site.count("consent_consentevent") == POSTS
    assert site.count("news_sectionpage") == 1
    assert site.count(ARTICLE_REVISIONS) == POSTS
    assert site.count("wagtailcore_referenceindex WHERE model_path LIKE 'body%'") == POSTS
    assert site.count("wordpress_importeditem WHERE NOT is_written") == 0
    assert site.count("wordpress_importrun WHERE state = 'running'") == 3
    assert site.count("wordpress_importrun WHERE state = 'finished'") == 1
    assert site.run("shell", "-c", FIND_PROBLEMS).split()[-1] == "0"
    rows = site.count("wagtailredirects_redirect")

    site.run("import_wordpress", str(path))

    assert site.count("wagtailredirects_redirect") == rows
    assert site.count("wagtailcore_revision") == POSTS + site.count("news_sectionpage")
