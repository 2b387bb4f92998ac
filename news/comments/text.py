"""Cleaning what readers type, and showing it."""

import re
import unicodedata

from django.utils.html import Urlizer, escape, format_html_join
from django.utils.safestring import SafeString, mark_safe

MAX_TEXT_LENGTH = 5000
MAX_NAME_LENGTH = 80
# Joiners shape emoji and several scripts; every other invisible character only hides things.
JOINERS = {"\u200c", "\u200d"}
MAX_MARKS = 3


def clean_text(value: str) -> str:
    """Return `value` in NFC, without invisible characters, with at most one empty line."""
    value = re.sub(r"\r\n|[\r\u2028\u2029]", "\n", value).replace("\t", " ")
    lines = [_visible(line).strip() for line in value.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def clean_line(value: str) -> str:
    """Return `value` as one line, cleaned likewise."""
    return " ".join(_visible(re.sub(r"[\r\n\t\v\f\u2028\u2029]", " ", value)).split())


def _visible(value: str) -> str:
    kept: list[str] = []
    marks = 0
    for char in unicodedata.normalize("NFC", value):
        category = unicodedata.category(char)
        if category[0] == "C" and char not in JOINERS:
            continue
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if marks <= MAX_MARKS:
            kept.append(char)
    return "".join(kept)


class _ReaderLinks(Urlizer):
    """Links that pass nothing on: no rank, no opener, no referrer."""

    url_template = '<a href="{href}" rel="ugc nofollow noopener noreferrer">{url}</a>'

    @staticmethod
    def is_email_simple(value: str) -> bool:
        """Addresses of people stay text."""
        return False


_links = _ReaderLinks()
# What every address has that the urlizer would link; it looks at each word, and most have none.
_MAY_LINK = re.compile(r"https?:|www\.|\.(com|edu|gov|int|mil|net|org)", re.IGNORECASE)


def render(text: str) -> SafeString:
    """Return cleaned text as HTML: escaped, addresses linked, paragraphs and lines kept."""
    paragraphs = [
        format_html_join(mark_safe("<br>"), "{}", ((_line(line),) for line in block.split("\n")))
        for block in re.split(r"\n{2,}", text)
        if block.strip()
    ]
    return format_html_join("", "<p>{}</p>", ((paragraph,) for paragraph in paragraphs))


def _line(line: str) -> SafeString:
    if not _MAY_LINK.search(line):
        return escape(line)
    # The urlizer escapes every word itself; nothing touches its result after that.
    return mark_safe(_links(line, trim_url_limit=60, nofollow=False, autoescape=True))  # noqa: S308


def initials(name: str) -> str:
    """Return up to two letters that stand for a name where others show a portrait."""
    words = [word for word in re.split(r"[\s.-]+", name) if word and word[0].isalnum()]
    chosen = words[:1] + words[1:][-1:]
    return "".join(word[0] for word in chosen).upper() or "?"
