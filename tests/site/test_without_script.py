"""Reading, searching, being counted and commenting without JavaScript."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.site.conftest import LiveSite

ARTICLE = "/wirtschaft/hafen-containerumschlag-waechst/"


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(java_script_enabled=False, locale="de-DE")
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


def test_view_is_counted_by_picture(site: LiveSite, page: Page):
    with page.expect_response("**/_/view.gif?page=*") as answer:
        page.goto(site.url + ARTICLE)

    assert answer.value.status == 200
    assert answer.value.headers["content-type"] == "image/gif"
    assert "no-store" in answer.value.headers["cache-control"]


def test_search(site: LiveSite, page: Page):
    page.goto(f"{site.url}/")
    page.get_by_role("link", name="Suche").first.click()
    page.locator("input[name=q]").last.fill("Landstrom")
    page.keyboard.press("Enter")

    expect(page.locator("main")).to_contain_text("Der Strom, der vom Kai kommt")


def test_comment_keeps_what_was_typed_and_is_taken(site: LiveSite, page: Page):
    page.goto(site.url + ARTICLE)
    page.fill("#comment-field-text", "Ganz ohne Skript geschrieben.")
    page.fill("#comment-field-name", "Ada Strand")
    page.fill("#comment-field-email", "ada.strand@example.org")
    page.wait_for_timeout(3500)
    form = page.locator("[data-comment-form]")
    form.locator("button[type=submit]").click()

    # without the consent box nothing is stored, and nothing typed is lost
    expect(page.locator("[data-error-summary]")).to_be_visible()
    expect(page.locator("#comment-field-text")).to_have_value("Ganz ohne Skript geschrieben.")
    expect(page.locator("#comment-field-name")).to_have_value("Ada Strand")
    page.check("#comment-field-consent")
    page.wait_for_timeout(3500)
    form.locator("button[type=submit]").click()
    page.wait_for_url("**/thanks/")
    expect(page.locator("main")).to_contain_text("Wir haben Ihnen eine E-Mail geschickt")
    assert page.context.cookies() == []
