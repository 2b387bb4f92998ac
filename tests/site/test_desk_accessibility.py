"""axe-core finds nothing where moderators decide: comments in every state, cases, proof."""

import pytest
from playwright.sync_api import Browser, Page

from tests.site.conftest import LiveSite, sign_in
from tests.site.test_accessibility import violations

# A comment with everything that can be said about one, and cases open and decided.
MAKE_CASES = """
from datetime import timedelta
from django.contrib.auth import get_user_model
from django.utils import timezone, translation
from news.comments import cuts, moderation, notices, statements
from news.comments.models import *
from news.comments.models import CommentNote, StandingDecision
from news.comments.moderation import By
from news.comments.notices import Received
now = timezone.now()
actor = get_user_model().objects.get(username="moderation")
full, hidden, plain = ReaderComment.objects.published().exclude(email="").order_by("pk")[:3]
words = full.text.split(".")[0] + "."
start, end = cuts.brackets(full.text)
marked = full.text.replace(words, start + words + end)
moderation.cut(full, marked, By(actor=actor, reason="doxing", tells=True), now=now)
CommentReport.objects.create(comment=full, reason="insult", text="Bitte ansehen.", at=now)
CommentNote.objects.create(comment=full, actor=actor, text="Siehe Mail.", at=now)
StandingDecision.objects.create(
    subject=full.subject, kind="trusted", note="Fachfrau.", actor=actor, at=now)
received = Received(comment=full, url="https://example.org/", ground="privacy",
    explanation="Das bin ich.", name="Eva Kern", email="eva@example.org", language="de")
open_notice, notice = notices.receive(received, now=now), notices.receive(received, now=now)
notices.decide_notice(notice, "refused", answer="Zulässig.", actor=actor, now=now)
until = (now + timedelta(days=9)).date()
moderation.put_on_hold(full, By(actor=actor, note="Az. 1"), until=until, now=now)
moderation.hide(hidden, By(actor=actor, reason="insult", tells=True), now=now)
decision = hidden.decisions.order_by("pk").last()
complaint = notices.complain(decision, "Das war höflich.", now=now)
with translation.override("de"):
    answered = statements.complaint_url("decision", decision.pk)
    fresh = statements.complaint_url("decision", full.decisions.get(rule="cut").pk)
answered, fresh = ("/" + url.split("/", 3)[3] for url in (answered, fresh))
for path in (f"/admin/reader-comments/inspect/{full.pk}/",
             f"/admin/reader-comments/inspect/{hidden.pk}/",
             f"/admin/legal-notices/inspect/{open_notice.pk}/",
             f"/admin/legal-notices/inspect/{notice.pk}/",
             f"/admin/complaints/inspect/{complaint.pk}/",
             f"/admin/bulk/reader_comments/readercomment/reject/?id={plain.pk}",
             "/admin/reader-comments/?state=published", "/admin/consent/texts/",
             "/admin/consent/texts/new/", "/admin/consent/events/", "/admin/consent/person/",
             "/admin/account/", answered, fresh, f"/_/comments/report/{plain.pk}/",
             f"/_/comments/{plain.article_id}/", f"/_/comments/{plain.article_id}/thanks/",
             "/_/comments/complain/nothing/", "/_/comments/confirm/nothing/"):
    print("PATH", path)
"""


@pytest.fixture(scope="module")
def paths(site: LiveSite) -> list[str]:
    printed = site.manage("shell", "-c", MAKE_CASES)
    return [line.split()[1] for line in printed.splitlines() if line.startswith("PATH ")]


def look(page: Page, site: LiveSite, path: str, width: int) -> list[str]:
    page.goto(site.url + path)
    found = violations(page)
    wide = page.evaluate("document.documentElement.scrollWidth")
    return found if wide <= width else [*found, f"{wide} pixels wide"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_every_view_of_moderation(
    site: LiveSite, chromium: Browser, paths: list[str], scheme: str, width: int
) -> None:
    context = chromium.new_context(
        color_scheme=scheme,  # type: ignore[arg-type]
        viewport={"width": width, "height": 900},
    )
    page = context.new_page()
    sign_in(page, site, "admin")

    found = {path: lines for path in paths if (lines := look(page, site, path, width))}
    page.goto(f"{site.url}/admin/reader-comments/?state=open")
    page.keyboard.press("r")
    page.wait_for_selector("dialog[open]")
    if lines := violations(page):
        found["reason"] = lines
    page.keyboard.press("Escape")
    page.goto(f"{site.url}/admin/consent/person/")
    page.fill("[name=email]", "sand@leser.demo.example")
    page.fill("[name=reason]", "Auskunft vom 3. November")
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_load_state()
    if lines := violations(page):
        found["proof"] = lines
    context.close()

    assert found == {}
