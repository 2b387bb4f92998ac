"""What an article page weighs without pictures, and what stands in the way of its first line."""

import gzip
import re

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from tests.factories import make_article, make_author, make_home, make_section

pytestmark = pytest.mark.django_db

WORDS = "Der Hafen wächst, und mit ihm die Stadt, die von ihm lebt und über ihn streitet. "


@pytest.fixture
def html(client: Client) -> str:
    make_home(language="en", title="Front page")
    for title in ("Stadt", "Wirtschaft", "Politik", "Kultur", "Wissen", "Sport", "Meinung"):
        make_section(title)
    for _ in range(6):
        make_article(tags=("Hafen",))
    body = [("text", f"<p>{WORDS * 6}</p>" * 20), ("subheading", "Was jetzt gilt")]
    article = make_article(
        "Strompreis sinkt", authors=(make_author(),), tags=("Hafen", "Energie"), body=body
    )
    return client.get(article.url).content.decode()


def compressed_bytes(text: str) -> int:
    return len(gzip.compress(text.encode(), 6))


def static_text(address: str) -> str:
    found = finders.find(address.removeprefix("/static/"))
    assert isinstance(found, str), address
    with open(found, encoding="utf-8") as file:
        return file.read()


def test_page_is_light(html: str) -> None:
    styles = re.findall(r'<link rel="stylesheet" href="([^"]+)"', html)
    scripts = re.findall(r'<script src="([^"]+)"', html)

    assert compressed_bytes(html) <= 20_000
    assert sum(compressed_bytes(static_text(style)) for style in styles) <= 15_000
    assert sum(compressed_bytes(static_text(script)) for script in scripts) <= 6_000


def test_one_request_at_most_holds_up_the_first_line(html: str) -> None:
    scripts = re.findall(r"<script src=[^>]*>", html)

    assert len(re.findall(r'<link rel="stylesheet"', html)) == 1
    assert scripts
    assert all(" defer" in script or " async" in script for script in scripts)


def test_nothing_comes_from_elsewhere(html: str) -> None:
    loaded = re.findall(
        r"<(?:script|img|iframe|source|link)\b[^>]*?(?:src|srcset)=\"([^\"]+)", html
    )
    loaded += re.findall(r'<link rel="(?:stylesheet|icon)"[^>]*href="([^"]+)"', html)

    assert loaded
    assert all(address.startswith("/") and not address.startswith("//") for address in loaded)
