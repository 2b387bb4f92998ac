"""Write, publish, read, comment, moderate, rank, report, withdraw: once round in a browser."""

import json
import re
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode, urljoin

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.site import desk
from tests.site.conftest import LiveSite, sign_in

HEADLINE = "Drei Kräne für den Osthafen"
REMARK = "Endlich! Die alten quietschten bis in die Neustadt."
READER = "Kai Möwe"
READER_AGENT = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/143.0.0.0 Safari/537.36"
)


@pytest.fixture
def visitors(chromium: Browser) -> Iterator[Callable[[str], BrowserContext]]:
    """Return a function that brings a new person with a browser of their own."""
    contexts: list[BrowserContext] = []

    def arrive(agent: str = "") -> BrowserContext:
        context = chromium.new_context(
            locale="de-DE",
            viewport={"width": 1280, "height": 1000},
            **({"user_agent": agent} if agent else {}),
        )
        context.set_default_timeout(20_000)
        contexts.append(context)
        return context

    yield arrive
    for context in contexts:
        context.close()


def read_attentively(page: Page, url: str) -> None:
    """Open a page and stay until its beacon was answered."""
    with page.expect_response("**/_/view") as answer:
        page.goto(url)
    assert answer.value.status == 204


def wait_for(condition: Callable[[], bool], *, seconds: float, what: str) -> float:
    """Return after how many seconds `condition` held; fail after `seconds`."""
    started = time.monotonic()
    while time.monotonic() - started < seconds:
        if condition():
            return time.monotonic() - started
        time.sleep(0.5)
    raise AssertionError(f"not within {seconds} s: {what}")


def most_read(site: LiveSite) -> list[dict[str, object]]:
    with urllib.request.urlopen(f"{site.url}/api/most-read/?window=7d&limit=50") as answer:
        results: list[dict[str, object]] = json.load(answer)["results"]
    return results


def body_of(url: str) -> str:
    with urllib.request.urlopen(url) as answer:
        text: str = answer.read().decode()
    return text


def test_article_goes_round(site: LiveSite, visitors, tmp_path: Path):
    section_id = int(
        site.manage(
            "shell",
            "--no-imports",
            "-c",
            "from news.models import SectionPage; "
            "print(SectionPage.objects.get(slug='wirtschaft', locale__language_code='de').pk)",
        )
        .strip()
        .splitlines()[-1]
    )

    # few enough readers before us that ours can make a difference
    site.manage("seed_traffic", "--replace", "--visits-per-day", "30", "--no-input")

    # an editor writes, looks at the preview and publishes
    editor = visitors().new_page()
    sign_in(editor, site, "redakteurin")
    picture = desk.draw_picture(tmp_path / "kraene.jpg")
    desk.write_article(editor, site, section_id=section_id, headline=HEADLINE, picture=picture)
    expect(desk.open_checks(editor)).to_contain_text("Es fehlt nichts.")
    assert HEADLINE in desk.open_preview(editor)
    assert HEADLINE in desk.open_card_for_networks(editor)
    article_url = urljoin(site.url, desk.publish(editor))
    assert article_url == f"{site.url}/wirtschaft/drei-kraene-fuer-den-osthafen/"

    # readers come, each with a browser of their own; the page is the same for all
    reader = visitors(READER_AGENT)
    page = reader.new_page()
    read_attentively(page, article_url)
    counted_at = time.monotonic()
    expect(page.locator("h1")).to_contain_text(HEADLINE)
    expect(page.locator("main")).to_contain_text("Foto: Jane Doe / Wikipedia (CC BY 2.0)")
    for number in range(5):
        read_attentively(visitors(f"{READER_AGENT} Reader/{number}").new_page(), article_url)
    assert reader.cookies() == []

    # one of them leaves a comment with consent and confirms it by mail
    expect(page.locator("#comment-field-consent")).not_to_be_checked()
    shown_text = page.locator("[data-comment-form] label[for=comment-field-consent]").inner_text()
    with page.expect_response("**/ticket/"):  # its age counts, however slow the machine is
        page.fill("#comment-field-text", REMARK)
    page.fill("#comment-field-name", READER)
    page.fill("#comment-field-email", "kai.moewe@example.org")
    page.check("#comment-field-consent")
    page.wait_for_timeout(3500)  # faster than three seconds is a machine
    page.click("[data-comment-form] button[type=submit]")
    page.wait_for_url("**/thanks/")
    assert reader.cookies() == []

    admin = visitors().new_page()
    sign_in(admin, site, "admin")
    admin.goto(f"{site.url}/admin/mail-outbox/")
    admin.locator("tbody tr", has_text="kai.moewe@example.org").locator("a").first.click()
    links = admin.locator("[data-mail-text] a")
    confirm_url, manage_url = (links.nth(n).get_attribute("href") or "" for n in range(2))
    assert REMARK not in admin.locator("[data-mail-text]").inner_text()
    page.goto(confirm_url)
    page.click("[data-confirm]")
    expect(page.locator("[role=status]")).to_be_visible()
    assert REMARK not in body_of(article_url)

    # a moderator approves it
    moderator = visitors().new_page()
    sign_in(moderator, site, "moderation")
    moderator.goto(f"{site.url}/admin/reader-comments/?{urlencode({'q': READER})}")
    moderator.locator("tr", has_text=READER).locator("button[value=approve]").click()
    wait_for(lambda: REMARK in body_of(article_url), seconds=10, what="comment on the page")
    page.goto(article_url)
    expect(page.locator("#comments-title")).to_have_text("1 Kommentar")

    # the article is in the ranking within 15 seconds, in the box of a cached page within 90
    def visits() -> int:
        found = [row for row in most_read(site) if row["title"] == HEADLINE]
        return int(str(found[0]["visits"])) if found else 0

    wait_for(lambda: visits() == 6, seconds=15, what="6 visits in the API")
    for number in range(6, 120):
        request = urllib.request.Request(
            f"{site.url}/_/view",
            data=json.dumps({"id": str(uuid.uuid4()), "page": page_id_of(article_url)}).encode(),
            headers={"User-Agent": f"{READER_AGENT} Reader/{number}"},
            method="POST",
        )
        with urllib.request.urlopen(request) as answer:
            assert answer.status == 204

    def stands_in_box() -> bool:
        box = re.search(r"Meist gelesen 7 Tage.*", body_of(f"{site.url}/"), re.DOTALL)
        return bool(box and HEADLINE in box[0])

    seconds = wait_for(stands_in_box, seconds=90, what="article in the box of the front page")
    assert seconds < 90 and counted_at < time.monotonic()

    # the report shows the numbers, the consent record the exact text
    analyst = visitors().new_page()
    sign_in(analyst, site, "analyse")
    analyst.goto(f"{site.url}/admin/reports/readership/?q=Osthafen")
    row = analyst.locator("tr", has_text=HEADLINE)
    expect(row).to_contain_text("120")
    moderator.goto(f"{site.url}/admin/reader-comments/?state=published")
    moderator.locator("tr", has_text=READER).get_by_role("link").first.click()
    label = shown_text.removesuffix("*").strip()
    expect(moderator.locator("[data-consent-text]").first).to_contain_text(label)

    # the writer withdraws, and the comment is gone everywhere
    page.goto(manage_url)
    page.click("[data-withdraw]")
    expect(page.locator("[data-withdrawn]")).to_be_visible()
    for url in (article_url, f"{site.url}/", f"{site.url}/suche/?q=quietschten"):
        wait_for(
            lambda url=url: REMARK not in body_of(url) and READER not in body_of(url),
            seconds=60,
            what=f"comment gone from {url}",
        )


def page_id_of(url: str) -> int:
    found = re.search(r'data-page="(\d+)"', body_of(url))
    assert found
    return int(found[1])
