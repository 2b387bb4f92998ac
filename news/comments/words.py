"""Lists of words and phrases, found as whole words whatever their case and spelling.

German builds compounds and inflects: what beyond the word itself is meant, the list says. A *
stands for any letters (*hund, hund*, sch*tt), a + at the end for an ending (idiot+).
"""

import re
import unicodedata
from functools import lru_cache

# What people put between letters so that a word is not found.
_HIDING = re.compile(r"[\u00ad\u200b-\u200f\u2060\ufeff]")
# The longest first; a doubled consonant before "in" is part of the ending.
_ENDINGS = ("innen", "erin", "ens", "ern", "en", "em", "er", "es", "in", "e", "n", "s")
# Longer words than this are no words; it also bounds what a pattern may try.
_ANY = r"\w{0,40}"
REMARK = "#"


def find(listed: str, text: str) -> list[str]:
    """Return the lines of `listed` that occur in `text`."""
    return [line for line, _passage in passages(listed, text)]


def passages(listed: str, text: str) -> list[tuple[str, str]]:
    """Return the lines that occur, each with the first words it was found in."""
    folded = _fold(text)
    found = []
    for line, literal, pattern in _patterns(listed):
        # Most lines end here: looking for plain letters is much cheaper than a pattern.
        if literal in folded and (match := pattern.search(folded)):
            found.append((line, match[0]))
    return found


@lru_cache(maxsize=8)
def _patterns(listed: str) -> list[tuple[str, str, re.Pattern[str]]]:
    lines = dict.fromkeys(line.strip() for line in listed.splitlines())
    meant = (line for line in lines if line.strip("*+ ") and not line.startswith(REMARK))
    return [(line, _longest_literal(line), _pattern(line)) for line in meant]


def _pattern(line: str) -> re.Pattern[str]:
    words = r"[\W_]+".join(_word(word) for word in _fold(line).split())
    return re.compile(rf"(?<!\w){words}(?!\w)")


def _word(word: str) -> str:
    ending = f"(?:{'|'.join(_ENDINGS)})?" if word.endswith("+") else ""
    parts = re.split(r"\*+", word.rstrip("+"))
    return _ANY.join(re.escape(part) for part in parts) + ending


def _longest_literal(line: str) -> str:
    return max(re.split(r"[*+\s]+", _fold(line)), key=len)


def _fold(text: str) -> str:
    """Fold case, width and composition: two spellings of one word become equal."""
    shown = _HIDING.sub("", unicodedata.normalize("NFKC", text))
    return unicodedata.normalize("NFC", shown.casefold())
