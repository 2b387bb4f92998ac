"""Read, search and comment by keyboard alone on a narrow phone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.site.conftest import LiveSite


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 320, "height": 640}, locale="de-DE")
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


def tab_to(page: Page, selector: str, *, at_most: int = 80) -> None:
    """Press Tab until the focus is on `selector`; each stop on the way must be visible."""
    for _ in range(at_most):
        page.keyboard.press("Tab")
        focus = page.evaluate(
            "() => { const e = document.activeElement, b = e.getBoundingClientRect();"
            " return [b.width > 0 && b.height > 0, e.outerHTML.slice(0, 80)] }"
        )
        assert focus[0], f"focus on something invisible: {focus[1]}"
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(f"{selector} is not reached by Tab")


def test_read_search_comment(site: LiveSite, page: Page):
    page.goto(f"{site.url}/suche/")
    tab_to(page, "main input[name=q]")
    page.keyboard.type("Landstrom")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Der Strom, der vom Kai kommt")

    tab_to(page, "a[href='/wirtschaft/landstrom-kai/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/landstrom-kai/")
    page.keyboard.press("Tab")  # the skip link comes first
    page.keyboard.press("Enter")
    tab_to(page, "a[href='#comments']")
    page.keyboard.press("Enter")

    with page.expect_response("**/ticket/"):  # its age counts, however slow the machine is
        tab_to(page, "#comment-field-text")
    page.keyboard.type("Mit der Tastatur geschrieben.")
    tab_to(page, "#comment-field-name")
    page.keyboard.type("Tom Taster")
    tab_to(page, "#comment-field-email")
    page.keyboard.type("tom.taster@example.org")
    tab_to(page, "#comment-field-consent")
    page.keyboard.press("Space")
    expect(page.locator("#comment-field-consent")).to_be_checked()
    page.wait_for_timeout(3500)
    tab_to(page, "[data-comment-form] button[type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/thanks/")
