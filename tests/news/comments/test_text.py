import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from news.comments.text import _line, _links, clean_line, clean_text, initials, render

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    'http://x.example/"onmouseover="alert(1)',
    "http://x.example/<script>alert(1)</script>",
    "https://x.example/'><svg/onload=alert(1)>",
    "{{ 7|add:7 }} {% now 'Y' %}",
    "&lt;script&gt;",
    "data:text/html,<script>alert(1)</script> www.x.example/<b>",
]


@pytest.mark.parametrize("value", HOSTILE)
def test_nothing_hostile_becomes_markup(value: str) -> None:
    html = render(clean_text(value))

    tags = {part.split(">")[0].split()[0] for part in html.split("<")[1:]}
    assert tags <= {"p", "/p", "br", "a", "/a"}
    assert 'onmouseover="' not in html
    assert 'href="javascript' not in html
    assert 'href="data' not in html


def test_web_addresses_become_links_that_pass_nothing_on() -> None:
    assert render("Siehe https://example.org/a?b=1&c=2.") == (
        '<p>Siehe <a href="https://example.org/a?b=1&amp;c=2" '
        'rel="ugc nofollow noopener noreferrer">https://example.org/a?b=1&amp;c=2</a>.</p>'
    )


def test_mail_addresses_stay_text() -> None:
    assert render("jo@example.org") == "<p>jo@example.org</p>"


def test_paragraphs_and_lines_are_kept() -> None:
    assert render(clean_text("a\r\nb\r\n\r\n\r\n\r\n c ")) == "<p>a<br>b</p><p>c</p>"


@pytest.mark.parametrize(
    ("value", "cleaned"),
    [
        ("a\u202eb\u2066c\u200bd\ufeffe\x00f\x1bg", "abcdefg"),
        ("u\u0308ber", "über"),
        ("Z" + "\u0335" * 50 + "a", "Z" + "\u0335" * 3 + "a"),
        ("👩‍🌾", "👩‍🌾"),
        ("a\ud800b", "ab"),
    ],
)
def test_invisible_characters_are_cleaned(value: str, cleaned: str) -> None:
    assert clean_text(value) == cleaned


def test_name_is_one_line() -> None:
    assert clean_line(" Jo\r\nBcc: x\u2028y\t z ") == "Jo Bcc: x y z"


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Jo Beispiel", "JB"), ("jo", "J"), ("Anna-Lena von Au", "AA"), ("…", "?"), ("", "?")],
)
def test_initials(name: str, letters: str) -> None:
    assert initials(name) == letters


@pytest.mark.parametrize(
    "value", ["[" * 5000, "a." * 2500, "(" * 2500 + ")" * 2500, "&amp;" * 1000, "www." * 1250]
)
def test_hostile_text_is_rendered_quickly(value: str) -> None:
    start = time.perf_counter()
    render(clean_text(value))

    assert time.perf_counter() - start < 0.2


WORDS = ["https://", "HTTP://", "www.", "WWW.", "a.com", ".Net/", "x@y.org", "[", "ſ", "é.", "<"]


@given(st.lists(st.sampled_from([*WORDS, " ", "'", "b", ".", ":", "/", "&", ")"]), max_size=8))
def test_no_address_is_overlooked(parts: list[str]) -> None:
    line = "".join(parts)
    whole = _links(line, trim_url_limit=60, nofollow=False, autoescape=True)

    assert _line(line) == whole
