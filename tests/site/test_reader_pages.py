"""The reader's own pages in a real browser: axe, a phone's width, and work in busy times."""

import urllib.request

import pytest
from playwright.sync_api import Browser, expect

from tests.site.conftest import LiveSite
from tests.site.test_accessibility import PUBLIC, violations

MAKE_LINKS = """
from django.utils import timezone
from news.comments import access, links, readers, replies
from news.comments.models import LinkPurpose, ReaderComment
now = timezone.now()
comment = ReaderComment.objects.published().exclude(email="").order_by("pk")[0]
replies.of_comment(comment) or replies.subscribe(comment, now=now)
print("LINK", access.create(comment.email, "de", now=now))
for purpose in LinkPurpose:
    print("LINK", links.create(comment, purpose, now=now))
"""


def paths(site: LiveSite) -> list[str]:
    printed = site.manage("shell", "-c", MAKE_LINKS)
    links = [line.split()[1] for line in printed.splitlines() if line.startswith("LINK ")]
    found = ["/" + link.split("/", 3)[3] for link in links]
    return [*found, found[0] + "?erase", "/_/comments/mine/", "/en/_/comments/mine/"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_own_pages_are_accessible(site: LiveSite, chromium: Browser, scheme: str):
    context = chromium.new_context(
        color_scheme=scheme,  # type: ignore[arg-type]
        viewport={"width": 320, "height": 800},
    )
    page = context.new_page()

    found = {}
    for path in paths(site):
        answer = page.goto(site.url + path)
        assert answer and answer.status == 200, path
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
        if lines := violations(page):
            found[path] = lines
    context.close()

    assert found == {}


def test_browser_works_for_a_comment_in_busy_times(site: LiveSite, chromium: Browser):
    context = chromium.new_context(locale="de-DE")
    page = context.new_page()
    page.goto(site.url + PUBLIC["article with comment form"])
    form = page.locator("[data-comment-form]")
    url = site.url + str(form.get_attribute("action"))
    ticket = form.locator("[name=ticket]").get_attribute("value")
    page.wait_for_timeout(3200)
    for number in range(6):
        data = f"ticket={ticket}&consent=1&name=Viele&text=Andrang+Nummer+{number}"
        body = f"{data}&email=viele{number}%40example.org&homepage=&parent="
        urllib.request.urlopen(url, body.encode(), timeout=30).close()
    page.reload()

    with page.expect_response("**/ticket/") as answer:
        page.locator("#comment-field-text").focus()
    assert "challenge" in answer.value.json()
    page.fill("#comment-field-text", "Ein Kommentar, für den der Browser rechnet.")
    page.fill("#comment-field-name", "Rechnerin")
    page.fill("#comment-field-email", "rechnerin@example.org")
    page.check("#comment-field-consent")
    page.wait_for_function("document.querySelector('[name=proof]').value !== ''")
    page.wait_for_timeout(3200)
    form.locator("button[type=submit]").click()

    expect(page).to_have_url(url + "thanks/")
    held = site.manage(
        "shell",
        "-c",
        "from news.comments.models import CommentHold as H\n"
        "rows = H.objects.filter(kind='proof').values_list('comment__name', flat=True)\n"
        "print('HELD', sorted(set(rows)))",
    )
    context.close()
    assert "HELD ['Viele']" in held
