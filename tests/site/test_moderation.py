"""Moderating by keyboard: a hundred decisions in a queue of a thousand, and no key lost."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.site.conftest import LiveSite, sign_in

QUEUE = "/admin/reader-comments/?state=pending"
# What readers would have sent; the consent without which nothing is published is real.
FILL = """
from datetime import timedelta
from django.db import transaction
from django.utils import timezone
from news.comments.models import ReaderComment
from news.consent import recording, subjects, texts
from news.models import ArticlePage
now = timezone.now()
text = texts.current("publish", "de", now=now)
article = ArticlePage.objects.live().filter(locale__language_code="de").first()
with transaction.atomic():
    rows = ReaderComment.objects.bulk_create(
        ReaderComment(
            article=article, name=f"Leserin {n}", email=f"leserin{n}@example.org",
            text=f"Wartender Kommentar Nummer {n}.", state="pending", language="de",
            submitted_at=now - timedelta(minutes=5000 - n), confirmed_at=now,
            ticket_digest=f"{n:064x}", subject=subjects.reference(f"leserin{n}@example.org"),
            consent_text=text,
        )
        for n in range(1000)
    )
    for row in rows:
        recording.give(
            text, address=row.email, comment_id=row.pk, surface="test form:1", evidence={},
            now=now,
        )
"""
# What became of each comment by the moderator's own decisions, in their order.
DECIDED = (
    "import json; from news.comments.models import CommentDecision as D;"
    "rows = D.objects.filter(actor__username='moderation').order_by('pk');"
    "print('DECIDED', json.dumps(list(rows.values_list('comment', 'new_state'))))"
)
CURRENT = "[data-desk-comment][data-current]"


LOSE_AN_ANSWER = """path => {
    const send = window.fetch;
    window.fetch = async (url, options) => {
        const answer = await send(url, options);
        if (!url.includes(path)) return answer;
        window.fetch = send;
        throw new TypeError("The connection broke.");
    };
}"""


@pytest.fixture(scope="module")
def queue(site: LiveSite) -> str:
    site.manage("shell", "-c", FILL)
    return site.url + QUEUE


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="de-DE")
    context.set_default_timeout(20_000)
    yield context.new_page()
    context.close()


def decided(site: LiveSite) -> list[tuple[int, str]]:
    printed = site.manage("shell", "-c", DECIDED)
    return [(int(pk), str(state)) for pk, state in json.loads(printed.split("DECIDED ")[1])]


def by_comment(decisions: list[tuple[int, str]]) -> dict[int, list[str]]:
    states: dict[int, list[str]] = {}
    for pk, state in decisions:
        states.setdefault(pk, []).append(state)
    return states


def is_ready(page: Page) -> None:
    expect(page.locator(CURRENT)).to_have_count(1)


def open_comments(page: Page) -> list[int]:
    """Return the numbers of the comments that wait on this page, from the current one on."""
    rows = page.locator("[data-desk-comment]:not([data-done], [data-busy])")
    numbers = rows.evaluate_all("rows => rows.map(row => Number(row.dataset.deskComment))")
    first = numbers.index(int(page.locator(CURRENT).get_attribute("data-desk-comment") or 0))
    return [*numbers[first:], *numbers[:first]]


def all_answered(page: Page) -> None:
    expect(page.locator("[data-desk-comment][data-busy]")).to_have_count(0)


@pytest.mark.timeout(600)
def test_a_hundred_decisions_by_keyboard(site: LiveSite, page: Page, queue: str) -> None:
    before = decided(site)
    sign_in(page, site, "moderation")
    page.goto(queue)
    is_ready(page)

    meant: dict[int, str] = {}
    for number in range(100):
        row = page.locator(CURRENT)
        pk = row.get_attribute("data-desk-comment")
        if number % 4 == 3:
            page.keyboard.press("r")
            page.keyboard.press("2")
        else:
            page.keyboard.press("a")
        meant[int(pk or 0)] = "rejected" if number % 4 == 3 else "published"
        # The next comment has the focus at once, or the next page of them is there.
        expect(row).not_to_have_attribute("data-desk-comment", str(pk))
    all_answered(page)

    after = decided(site)
    assert dict(after[len(before) :]) == meant
    assert len(meant) == 100

    page.keyboard.press("u")
    expect(page.locator(CURRENT)).to_have_attribute("data-desk-comment", str(pk))
    assert decided(site) == [*after, (int(pk or 0), "pending")]


def test_no_key_of_a_quick_moderator_is_lost(site: LiveSite, page: Page, queue: str) -> None:
    before = decided(site)
    sign_in(page, site, "moderation")
    page.goto(queue)
    is_ready(page)
    first, second, third, fourth, fifth = open_comments(page)[:5]

    # Nobody waits for an answer, nor for the dialog to say that it is closed.
    page.evaluate(
        """() => {
            for (const key of ["r", "2", "r", "3", "a", "s", "u", "a", "a"])
                document.activeElement.dispatchEvent(
                    new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
        }"""
    )
    expect(page.locator("[data-desk-status]")).to_contain_text("Veröffentlicht")
    all_answered(page)

    assert by_comment(decided(site)[len(before) :]) == {
        first: ["rejected"],
        second: ["rejected"],
        third: ["published"],
        fourth: ["spam", "pending", "published"],
        fifth: ["published"],
    }


def test_a_decision_that_fails_moves_no_key(site: LiveSite, page: Page, queue: str) -> None:
    before = decided(site)
    sign_in(page, site, "moderation")
    page.goto(queue)
    is_ready(page)
    first, second, third, fourth = open_comments(page)[:4]
    waiting: list[Route] = []
    page.route(f"**/decide/{first}/", lambda route: waiting.append(route), times=1)

    page.keyboard.press("a")
    page.keyboard.press("a")
    page.keyboard.press("r")  # about the third
    waiting[0].fulfill(status=403, content_type="text/html", body="Das darf niemand.")
    failed = page.locator(f"[data-desk-comment='{first}']")
    expect(failed.locator("[data-desk-problem]")).to_be_visible()
    page.keyboard.press("2")
    page.keyboard.press("s")  # the fourth
    expect(page.locator("[data-desk-problems]")).to_be_visible()
    # Whoever goes back to it finds it as it was.
    for _ in range(4):
        page.keyboard.press("k")
    page.keyboard.press("a")
    expect(failed).to_have_attribute("data-done", "1")
    expect(page.locator("[data-desk-problems]")).to_be_hidden()
    all_answered(page)

    assert by_comment(decided(site)[len(before) :]) == {
        first: ["published"],
        second: ["published"],
        third: ["rejected"],
        fourth: ["spam"],
    }


def test_a_stumbling_server_costs_no_decision(site: LiveSite, page: Page, queue: str) -> None:
    before = decided(site)
    sign_in(page, site, "moderation")
    page.goto(queue)
    is_ready(page)
    first, second = open_comments(page)[:2]

    page.evaluate(LOSE_AN_ANSWER, f"/decide/{first}/")
    page.route(f"**/decide/{second}/", lambda route: route.fulfill(status=502), times=1)
    page.keyboard.press("a")
    page.keyboard.press("s")
    all_answered(page)

    expect(page.locator("[data-desk-problem]:visible")).to_have_count(0)
    assert by_comment(decided(site)[len(before) :]) == {first: ["published"], second: ["spam"]}


def test_a_list_that_does_not_come_is_asked_for_again(
    site: LiveSite, page: Page, queue: str
) -> None:
    sign_in(page, site, "moderation")
    page.goto(queue.replace("state=pending", "state=pending&q=Nummer+666"))
    is_ready(page)
    page.route("**/reader-comments/results/**", lambda route: route.abort(), times=1)

    page.keyboard.press("a")

    expect(page.locator("[data-desk-status]")).to_contain_text("Das kam beim Server nicht an")
    expect(page.locator("[data-desk-status]")).to_contain_text("Hier wartet nichts mehr")
    page.keyboard.press("u")
    is_ready(page)


def test_what_was_decided_arrives_although_another_page_is_opened(
    site: LiveSite, page: Page, queue: str
) -> None:
    before = decided(site)
    sign_in(page, site, "moderation")
    page.goto(queue)
    is_ready(page)
    first, second = open_comments(page)[:2]

    page.keyboard.press("a")
    page.keyboard.press("o")
    page.wait_for_url(f"**/inspect/{second}/")

    for _ in range(5):  # the page has gone, and with it whoever would hear of the answer
        if made := decided(site)[len(before) :]:
            break
    assert by_comment(made) == {first: ["published"]}


def test_what_is_decided_outside_the_queue_stays_with_the_way_back(
    site: LiveSite, page: Page, queue: str
) -> None:
    before = decided(site)
    sign_in(page, site, "moderation")
    page.goto(queue.replace("state=pending", "q=Nummer+555"))
    is_ready(page)
    only = open_comments(page)[0]

    page.keyboard.press("a")
    expect(page.locator("[data-desk-status]")).to_contain_text("Hier wartet nichts mehr")
    page.keyboard.press("s")  # nobody has seen another comment that this could be about
    page.get_by_role("button", name="Rückgängig").click()
    expect(page.locator("[data-desk-comment]:not([data-done])")).to_have_count(1)

    assert by_comment(decided(site)[len(before) :]) == {only: ["published", "pending"]}


def test_keys_act_on_what_a_search_has_found(site: LiveSite, page: Page, queue: str) -> None:
    before = decided(site)
    sign_in(page, site, "moderation")
    page.goto(queue)
    is_ready(page)

    page.fill("#id_q", "Nummer 777")
    expect(page.locator("[data-desk-comment]")).to_have_count(1)
    is_ready(page)
    wanted = open_comments(page)[0]
    page.keyboard.press("Tab")
    page.locator(CURRENT).focus()
    page.keyboard.press("a")
    # There is nothing else that matches, and that is said.
    expect(page.locator("[data-desk-status]")).to_contain_text("Hier wartet nichts mehr")
    page.keyboard.press("a")
    all_answered(page)

    assert by_comment(decided(site)[len(before) :]) == {wanted: ["published"]}


def test_two_moderators_see_each_other(site: LiveSite, chromium: Browser) -> None:
    pages = []
    for user in ("admin", "moderation"):
        context = chromium.new_context(locale="de-DE")
        context.set_default_timeout(20_000)
        page = context.new_page()
        sign_in(page, site, user)
        with page.expect_response("**/presence/"):
            page.goto(f"{site.url}/admin/reader-comments/")
            is_ready(page)
        pages.append(page)

    # Whoever came first holds the claim, and the other one sees the name.
    pages[1].reload()
    expect(pages[1].locator("[data-desk-claim]:visible")).to_have_count(1)
    for page in pages:
        page.context.close()


def test_letters_do_nothing_where_shortcuts_are_off(site: LiveSite, page: Page) -> None:
    site.manage(
        "shell",
        "-c",
        "from django.contrib.auth import get_user_model as u;"
        "from wagtail.users.models import UserProfile as P;"
        "p = P.get_for_user(u().objects.get(username='redakteurin'));"
        "p.keyboard_shortcuts = False; p.save()",
    )
    sign_in(page, site, "redakteurin")
    page.goto(f"{site.url}/admin/reader-comments/")
    is_ready(page)
    row = page.locator("[data-desk-comment]").first
    row.focus()

    page.keyboard.press("s")

    page.wait_for_timeout(500)
    expect(row).not_to_have_attribute("data-done", "1")
