"""Moderating by keyboard: a hundred decisions in a queue of a thousand."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

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
COUNT = (
    "import json; from django.db.models import Count;"
    "from news.comments.models import CommentDecision as D;"
    "rows = D.objects.filter(actor__username='moderation').exclude(batch=None).order_by();"
    "print('COUNTED', json.dumps(list(rows.values_list('new_state').annotate(n=Count('pk')))))"
)


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="de-DE")
    context.set_default_timeout(20_000)
    yield context.new_page()
    context.close()


def counted(site: LiveSite) -> dict[str, int]:
    printed = site.manage("shell", "-c", COUNT)
    return {str(state): int(n) for state, n in json.loads(printed.split("COUNTED ")[1])}


def is_ready(page: Page) -> None:
    expect(page.locator("[data-desk-comment][data-current]")).to_have_count(1)


@pytest.mark.timeout(600)
def test_a_hundred_decisions_by_keyboard(site: LiveSite, page: Page) -> None:
    site.manage("shell", "-c", FILL)
    before = counted(site)
    sign_in(page, site, "moderation")
    page.goto(site.url + QUEUE)
    is_ready(page)

    for number in range(100):
        row = page.locator("[data-desk-comment][data-current]")
        decided = row.get_attribute("data-desk-comment")
        if number % 4 == 3:
            page.keyboard.press("r")
            page.keyboard.press("2")
        else:
            page.keyboard.press("a")
        # The next comment has the focus at once, or the next page of them is there.
        expect(row).not_to_have_attribute("data-desk-comment", str(decided))
    page.wait_for_load_state("networkidle")

    after = counted(site)
    done = {state: after.get(state, 0) - before.get(state, 0) for state in after}
    assert {state: n for state, n in done.items() if n} == {"published": 75, "rejected": 25}

    page.keyboard.press("u")
    is_ready(page)
    page.wait_for_load_state("networkidle")
    assert sum(counted(site).values()) == sum(after.values())  # undone by rule, not by batch
    last = site.manage(
        "shell",
        "-c",
        "from news.comments.models import CommentDecision as D;"
        "print(D.objects.order_by('pk').last().rule)",
    )
    assert last.strip().endswith("undo")


def test_two_moderators_see_each_other(site: LiveSite, chromium: Browser) -> None:
    pages = []
    for user in ("admin", "moderation"):
        context = chromium.new_context(locale="de-DE")
        context.set_default_timeout(20_000)
        page = context.new_page()
        sign_in(page, site, user)
        page.goto(f"{site.url}/admin/reader-comments/")
        is_ready(page)
        page.wait_for_timeout(800)  # until the claim is sent
        pages.append(page)

    # Whoever came first holds the claim, and the other one sees the name.
    pages[0].reload()
    pages[1].reload()
    claims = [page.locator("[data-desk-claim]:visible").count() for page in pages]
    assert sum(claims) >= 1
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
