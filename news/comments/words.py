"""Lists of words and phrases, found as whole words whatever their case and spelling."""

import re
import unicodedata
from functools import lru_cache

# What people put between letters so that a word is not found.
_HIDING = re.compile(r"[\u00ad\u200b-\u200f\u2060\ufeff]")


def find(listed: str, text: str) -> list[str]:
    """Return the lines of `listed` that occur in `text`."""
    folded = _fold(text)
    return [line for line, pattern in _patterns(listed) if pattern.search(folded)]


@lru_cache(maxsize=8)
def _patterns(listed: str) -> list[tuple[str, re.Pattern[str]]]:
    lines = dict.fromkeys(line.strip() for line in listed.splitlines())
    return [(line, _pattern(line)) for line in lines if line.strip("* ")]


def _pattern(line: str) -> re.Pattern[str]:
    words = r"[\W_]+".join(re.escape(word) for word in _fold(line.strip("*")).split())
    start = "" if line.startswith("*") else r"(?<!\w)"
    end = "" if line.endswith("*") else r"(?!\w)"
    return re.compile(f"{start}{words}{end}")


def _fold(text: str) -> str:
    """Fold case, width and composition: two spellings of one word become equal."""
    shown = _HIDING.sub("", unicodedata.normalize("NFKC", text))
    return unicodedata.normalize("NFC", shown.casefold())
