"""What readers write, at its worst, on every surface that shows it: nothing runs, nothing fails.

Each way in (sent, changed, imported) fills one article; every surface is then parsed as a browser
would and looked at for what could run or lead astray.
"""

import json
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse

from cms.outbox import delivery
from cms.outbox.models import Mail
from cms.page_cache import fragments
from news.comments import access, links, mails, moderation, text
from news.comments.discussion import Node
from news.comments.models import CommentState, LinkPurpose, ReaderComment
from news.comments.moderation import By
from news.comments.structured_data import _comment
from news.consent import recording
from news.models import ArticlePage
from tests.factories import make_admin
from tests.news.comments.conftest import MakeComment

pytestmark = pytest.mark.django_db
Data = dict[str, Any]
MARK = "xqzmark"
HOSTILE = [
    f"<script>{MARK}()</script>",
    f"</script><script>{MARK}()</script>",
    f"<img src=x onerror={MARK}()>",
    f'"><svg/onload={MARK}()>',
    f"' onmouseover='{MARK}()' x='",
    f'" autofocus onfocus="{MARK}()',
    f"javascript:{MARK}()",
    f'http://example.org/" onclick="{MARK}()',
    f"https://example.org/'onclick='{MARK}()'",
    f"data:text/html,<script>{MARK}()</script>",
    f"]]><script>{MARK}()</script>",
    f"<!--{MARK}--><!ENTITY x SYSTEM 'file:///etc/passwd'>&x;",
    f"<style>@import '//{MARK}.example';</style>",
    f"<iframe srcdoc='<script>{MARK}()</script>'>",
    f"<math><mi//xlink:href='javascript:{MARK}()'>",
    "{{ request }}{% load static %}{% debug %}${7*7}#{7*7}",
    f'=HYPERLINK("http://{MARK}.example";"x")',
    "+1+cmd|' /C calc'!A0",
    f"\u202e{MARK}\u2066\u2069\u200b\u00ad",
    "Z" + "\u0336\u0310" * 200,
    "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 50,
    "\x00\x08\x1b[31m" + MARK,
    "&lt;script&gt; &amp;amp; &#60;b&#62; &#x0;",
    "(" * 2500 + ")" * 2500,
    "a." * 2500,
    "http://a" * 600,
    "<" * 5000,
    "&" * 5000,
    "@" * 2500 + ".com",
    "\n" * 4000 + "x",
    "www." * 1200,
    f"<a href=//{MARK}.example>x</a> mailto:x@{MARK}.example",
    "ﷺ" * 1500,
    "İıſK" * 1000,
]


class Look(HTMLParser):
    """Collects what could run or lead away, as a browser would see it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.bad: list[str] = []
        self.data_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        for name, value in values.items():
            if name.startswith("on") and not name.startswith("one"):
                self.bad.append(f"{tag} {name}")
            if name in {"href", "src", "action", "formaction"}:
                scheme = urlsplit(value.strip()).scheme
                if scheme not in {"", "http", "https", "mailto"}:
                    self.bad.append(f"{tag} {name}={value[:60]}")
            if MARK in name:
                self.bad.append(f"{tag} {name}")
        if tag == "script" and MARK in str(values):
            self.bad.append(tag)
        self.data_script = tag == "script"
        if tag in {"math", "iframe", "base", "embed", "object"}:
            self.bad.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self.data_script = False

    def handle_data(self, data: str) -> None:
        if self.data_script and f"{MARK}()" in data:
            # Structured data are JSON, not script: it must still parse as such.
            json.loads(data)


def bad_in(html: str) -> list[str]:
    look = Look()
    look.feed(html)
    return look.bad


@pytest.fixture
def limitless(settings: Any) -> None:
    settings.COMMENTS_PER_NETWORK = settings.COMMENTS_PER_ADDRESS = 0
    settings.COMMENTS_PROOF_PER_NETWORK = 0


def publish_all() -> None:
    for comment in ReaderComment.objects.exclude(state=CommentState.PUBLISHED):
        ReaderComment.objects.filter(pk=comment.pk).update(confirmed_at=datetime.now(UTC))
        if comment.state == CommentState.UNCONFIRMED:
            ReaderComment.objects.filter(pk=comment.pk).update(state=CommentState.PENDING)
            comment.refresh_from_db()
        moderation.approve(comment, By(rule="test"), now=datetime.now(UTC))


def by_form(client: Client, article: ArticlePage, form_data: Data) -> None:
    url = reverse("reader_comments:comment", args=[article.pk])
    for number, words in enumerate(HOSTILE):
        answer = client.post(
            url,
            form_data | {"text": words, "name": words[:80], "email": f"jo{number}@example.org"},
        )
        # What is left of it is taken or named as missing; never an error.
        assert answer.status_code in {303, 422}, words[:40]
        assert bad_in(answer.content.decode()) == [], words[:40]
        if answer.status_code == 422:
            client.post(
                url,
                form_data | {"text": words, "name": "Jo", "email": f"jo{number}@example.org"},
            )


def by_edit(make_comment: MakeComment, client: Client) -> None:
    for words in HOSTILE:
        comment = make_comment("pending", now=datetime.now(UTC) - timedelta(minutes=1))
        manage = links.create(comment, LinkPurpose.MANAGE, now=datetime.now(UTC))
        url = manage.removeprefix("http://testserver") + "edit/"
        answer = client.post(url, {"text": words})
        assert answer.status_code in {303, 422}
        assert bad_in(answer.content.decode()) == []


def by_import(article: ArticlePage) -> None:
    """As the import writes them: from a database of somebody else's, cleaned likewise."""
    now = datetime.now(UTC)
    for number, words in enumerate(HOSTILE):
        ReaderComment.objects.create(
            article=article,
            name=text.clean_line(words)[:80] or "Anonym",
            text=text.clean_text(words)[:5000] or "x",
            state=CommentState.PENDING,
            language="de",
            submitted_at=now,
            confirmed_at=now,
            ticket_digest=f"import{number:058d}",
            subject="",
        )
        comment = ReaderComment.objects.order_by("-pk")[0]
        recording.import_without_evidence(
            address="", comment_id=comment.pk, surface="import", now=now
        )


@pytest.fixture(params=["sent", "changed", "imported"])
def filled(
    request: pytest.FixtureRequest,
    client: Client,
    article: ArticlePage,
    form_data: Data,
    make_comment: MakeComment,
    limitless: None,
) -> ArticlePage:
    match request.param:
        case "sent":
            by_form(client, article, form_data)
        case "changed":
            by_edit(make_comment, client)
        case _:
            by_import(article)
    publish_all()
    return article


def test_nothing_runs_on_any_page(client: Client, filled: ArticlePage) -> None:
    comments = list(ReaderComment.objects.published())
    assert len(comments) >= len(HOSTILE) - 4
    base = f"/_/comments/{filled.pk}/"
    pages = [filled.url, f"{base}newest/", f"/suche/?q={MARK}", "/"]
    pages += [f"{base}thread/?page={number}" for number in range(1, 3)]
    for comment in comments[:12]:
        pages += [f"/_/comments/report/{comment.pk}/", f"{base}?parent={comment.pk}"]
        manage = links.create(comment, LinkPurpose.MANAGE, now=datetime.now(UTC))
        pages.append(manage.removeprefix("http://testserver"))
    address = comments[0].email
    if address:
        mine = access.create(address, "de", now=datetime.now(UTC))
        pages += [mine.removeprefix("http://testserver") + end for end in ("", "html/")]

    for page in pages:
        answer = client.get(page)
        assert answer.status_code == 200, page
        assert bad_in(answer.content.decode()) == [], page


def test_feed_and_structured_data_stay_well_formed(client: Client, filled: ArticlePage) -> None:
    feed = client.get(f"/_/comments/{filled.pk}/feed/").content.decode()
    root = ElementTree.fromstring(feed)
    entries = root.findall("{http://www.w3.org/2005/Atom}entry")
    assert len(entries) >= len(HOSTILE) - 4
    for entry in entries:
        summary = entry.find("{http://www.w3.org/2005/Atom}summary")
        assert summary is not None and bad_in(summary.text or "") == []

    page = client.get(filled.url).content.decode()
    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    data = [json.loads(block) for block in blocks]
    assert MARK in str(data)
    assert client.get("/api/v2/pages/?type=news.ArticlePage&fields=*").status_code == 200


def test_admin_pages_show_words_as_words(client: Client, filled: ArticlePage) -> None:
    admin = Client()
    admin.force_login(make_admin())
    queue = reverse("reader_comments_admin:list")

    pages = [queue, f"{queue}?state=published", f"{queue}?q={MARK}"]
    for comment in ReaderComment.objects.all()[:10]:
        pages.append(reverse("reader_comments_admin:inspect", args=[comment.pk]))
    for page in pages:
        html = admin.get(page, follow=True).content.decode()
        assert [found for found in bad_in(html) if MARK in found] == [], page
        assert f"<script>{MARK}" not in html


def test_mails_hold_nothing_that_a_reader_wrote(filled: ArticlePage) -> None:
    while delivery.deliver_due(datetime.now(UTC) + timedelta(minutes=1)):
        pass
    for mail in Mail.objects.all():
        assert MARK not in f"{mail.subject}{mail.text}{mail.html}{mail.headers}{mail.to}"
        assert "\n" not in mail.subject


SURFACES: dict[str, Callable[[ReaderComment], object]] = {
    "cleaning": lambda comment: (text.clean_text(comment.text), text.clean_line(comment.name)),
    "page": lambda comment: text.render(text.clean_text(comment.text)),
    "initials": lambda comment: text.initials(text.clean_line(comment.name)),
    "structured data": lambda comment: json.dumps(_comment(Node(comment), "https://example.org")),
}


@pytest.mark.parametrize("surface", SURFACES)
def test_no_words_take_long(surface: str) -> None:
    show = SURFACES[surface]
    slow = {}
    for words in HOSTILE:
        comment = ReaderComment(pk=1, name=words[:80], text=words, submitted_at=datetime.now(UTC))
        took = []
        for _ in range(3):
            started = time.process_time()
            show(comment)
            took.append(time.process_time() - started)
        if min(took) > 0.05:
            slow[words[:30]] = min(took)
    assert slow == {}


Show = Callable[[], Any]


@pytest.fixture
def surfaces(client: Client, article: ArticlePage, make_comment: MakeComment) -> dict[str, Show]:
    """What shows one published comment, whatever it says by then; and what searches for it."""
    pk = make_comment(email="jo@example.org").pk
    admin = Client()
    admin.force_login(make_admin())
    queue = reverse("reader_comments_admin:list") + "?state=published"
    feed = reverse("reader_comments:feed", args=[article.pk])

    def get(client: Client, url: str, **data: str) -> None:
        answer = client.get(url, data) if data else client.get(url)
        assert answer.status_code == 200, url
        if answer.streaming:
            b"".join(answer)

    def words() -> str:
        return ReaderComment.objects.values_list("text", flat=True).get(pk=pk)[:500]

    def mail() -> None:
        mails.ask_for_confirmation(ReaderComment.objects.get(pk=pk), now=datetime.now(UTC))
        sent = Mail.objects.order_by("-pk")[0]
        EmailMessage(sent.subject, sent.text, to=[sent.to]).message().as_bytes()

    return {
        "page with structured data": lambda: get(client, article.url),
        "admin list": lambda: get(admin, queue),
        "admin page": lambda: get(admin, reverse("reader_comments_admin:inspect", args=[pk])),
        "mail": mail,
        "feed": lambda: get(client, feed),
        "CSV": lambda: get(admin, f"{queue}&export=csv"),
        "API": lambda: get(client, f"/api/v2/pages/{article.pk}/"),
        "search": lambda: get(client, "/suche/", q=words()),
        "search in the queue": lambda: get(admin, queue.partition("?")[0], q=words()),
    }


# The name is also the place of the words among the surfaces.
NAMES = [
    "page with structured data",
    "admin list",
    "admin page",
    "mail",
    "feed",
    "CSV",
    "API",
    "search",
    "search in the queue",
]


@pytest.mark.parametrize("surface", NAMES)
def test_no_words_hold_up_a_surface(surfaces: dict[str, Show], surface: str) -> None:
    """What any words add to the plain ones: less than 50 ms of this thread's processor time."""
    show = surfaces[surface]

    def cost(words: str) -> float:
        fields = {
            "name": text.clean_line(words)[:80] or "x",
            "text": text.clean_text(words)[:5000],
        }
        ReaderComment.objects.update(**fields)
        fragments.forget_all()
        started = time.thread_time()
        show()
        return time.thread_time() - started

    plain = min(cost("Guter Text.") for _ in range(3))
    slow = [
        words[:30]
        for words in HOSTILE
        # Once is enough for what is quick; whatever was not is asked twice more.
        if all(cost(words) - plain > 0.05 for _ in range(3))
    ]
    assert slow == []


def test_every_surface_is_measured(surfaces: dict[str, Show]) -> None:
    assert list(surfaces) == NAMES
