"""The script that tells of a view: once, once more if that failed, and never on another day."""

import json

import pytest
from playwright.sync_api import Page, Route

from tests.site.conftest import LiveSite

ARTICLE = "/wirtschaft/hafen-containerumschlag-waechst/"


@pytest.fixture
def told(page: Page) -> list[str]:
    """The ids of the views that the page tells of; it is always told to come again."""
    ids: list[str] = []

    def refuse(route: Route) -> None:
        ids.append(json.loads(route.request.post_data or "{}")["id"])
        route.fulfill(status=503)

    page.route("**/_/view", refuse)
    page.clock.install()
    return ids


def pass_seconds(page: Page, count: int) -> None:
    """Let time pass second by second, and what happens in it be answered."""
    for _ in range(count):
        page.clock.run_for(1000)
        page.wait_for_timeout(50)


def test_failed_view_is_told_once_more_under_the_same_id(site: LiveSite, page: Page, told):
    page.goto(site.url + ARTICLE)
    pass_seconds(page, 20)

    assert len(told) == 2
    assert told[0] == told[1]


def test_failed_view_is_not_told_after_a_sleep(site: LiveSite, page: Page, told):
    page.goto(site.url + ARTICLE)
    pass_seconds(page, 2)
    assert len(told) == 1
    page.clock.fast_forward("08:00:00")
    pass_seconds(page, 20)

    assert len(told) == 1
