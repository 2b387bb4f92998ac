"""axe-core finds nothing on the public templates: light and dark, phone and desktop."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.site.conftest import LiveSite, sign_in

PUBLIC = {
    "front page": "/",
    "English front page": "/en/",
    "section": "/wirtschaft/",
    "article with comment form": "/wirtschaft/hafen-containerumschlag-waechst/",
    "author": "",
    "tag": "",
    "English article": "/en/city/transport/holzhafen-bridge-closed/",
    "search": "/suche/?q=hafen",
    "search without a find": "/suche/?q=xyzzy",
    "standard page": "/datenschutz/",
    "legal notice": "/_/comments/notice/",
    "not found": "/gibt-es-nicht/",
}
ADMIN = {
    "dashboard": "/admin/",
    "articles": "/admin/articles/",
    "rights of use": "/admin/reports/expired-pictures/",
    "report": "/admin/reports/readership/",
    "moderation queue": "/admin/reader-comments/?state=open",
    "one comment": "/admin/reader-comments/inspect/1/",
    "words": "/admin/reader-comments/words/",
    "retention": "/admin/reader-comments/retention/",
    "legal notices": "/admin/legal-notices/",
    "complaints": "/admin/complaints/",
    "texts to readers": "/admin/reader-comment-texts/",
    "text to readers": "/admin/reader-comment-texts/new/",
    "mail outbox": "/admin/mail-outbox/",
}


def violations(page: Page) -> list[str]:
    """Return what axe finds, one line each: rule, first place."""
    results = Axe().run(page)
    return [
        f"{found['id']}: {found['nodes'][0]['html'][:160]}"
        for found in results.response["violations"]
    ]


def linked(page: Page, site: LiveSite, prefix: str) -> str:
    """Return the first address under `prefix` that an article links to."""
    page.goto(site.url + PUBLIC["article with comment form"])
    return page.locator(f"main a[href^='{prefix}']").first.get_attribute("href") or ""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_public_pages(site: LiveSite, chromium: Browser, scheme: str, width: int):
    context = chromium.new_context(
        color_scheme=scheme,  # type: ignore[arg-type]
        viewport={"width": width, "height": 900},
    )
    page = context.new_page()
    places = PUBLIC | {
        "author": linked(page, site, "/autor/"),
        "tag": linked(page, site, "/thema/"),
    }

    found = {}
    for name, path in places.items():
        page.goto(site.url + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        if lines := violations(page):
            found[name] = lines
    context.close()

    assert found == {}


def test_errors_of_the_comment_form(site: LiveSite, page: Page):
    page.goto(site.url + PUBLIC["article with comment form"])
    page.locator("[data-comment-form]").evaluate("form => form.noValidate = true")
    page.click("[data-comment-form] button[type=submit]")
    page.wait_for_selector("[data-error-summary]")

    assert violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_admin_pages(site: LiveSite, chromium: Browser, scheme: str):
    context = chromium.new_context(
        color_scheme=scheme,  # type: ignore[arg-type]
        viewport={"width": 1280, "height": 900},
    )
    page = context.new_page()
    sign_in(page, site, "admin")

    found = {}
    for name, path in ADMIN.items():
        page.goto(site.url + path)
        if lines := violations(page):
            found[name] = lines
    context.close()

    assert found == {}
