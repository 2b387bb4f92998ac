"""Credits as newspapers write them at the end of a caption: "Foto: Jane Doe / Wikipedia"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from news.models.images import LICENCE_URLS

WORDS = (
    r"(?:Fotos?|Bild(?:er|quelle|rechte)?|Photos?|Image|Picture|Quelle|Source|Credits?|Copyright)"
)
MARK = re.compile(
    rf"(?:\b{WORDS}(?:\s+(?:by|von))?\s*:|\b(?:Photo|Image) by\b|©|\(c\)(?=\s))\s*", re.I
)
LICENCE = re.compile(
    r"\(?\s*\b(?:Creative Commons\s+)?"
    r"(CC0|CC[ -]BY(?:-SA)?(?:[ -]?[1-4]\.[05])?(?:\s+DE)?)\b[^)/|,]*\)?",
    re.I,
)
# Marks stand near the end; what follows the first is searched no further than this.
LONGEST = 400


@dataclass(frozen=True, slots=True)
class Credit:
    """Who made a picture, where it came from and under which licence."""

    creator: str = ""
    source: str = ""
    licence: str = ""

    def __bool__(self) -> bool:
        return bool(self.creator or self.source or self.licence)


def split(caption: str) -> tuple[str, Credit]:
    """Return the caption without its credit, and the credit; the last mark counts."""
    text = " ".join(caption.split())
    marks = [match for match in MARK.finditer(text) if len(text) - match.end() <= LONGEST]
    if not marks:
        return text, Credit()
    start = marks[-1]
    # "© Foto: Jane Doe" has two marks in a row.
    for mark in reversed(marks[:-1]):
        if text[mark.end() : start.start()].strip(" (["):
            break
        start = mark
    credit = read(text[marks[-1].end() :].rstrip(" )]."))
    if not credit:
        return text, Credit()
    return text[: start.start()].rstrip(" ([|–—-/,;"), credit


def read(text: str) -> Credit:
    """Return the parts of a credit without its mark: `Jane Doe / Wikipedia (CC BY 2.0)`."""
    text = MARK.sub("", " ".join(text.split()), count=1)
    licence = ""
    match = LICENCE.search(text)
    if match:
        licence = _licence(match[1])
        if licence:
            text = text[: match.start()] + text[match.end() :]
    text = text.strip(" ()[].,;/|")
    creator, _slash, source = text.partition("/")
    if not _slash:
        creator, _slash, source = text.partition(" via ")
    return Credit(creator.strip(" ,;")[:150], source.strip(" ,;")[:150], licence)


def _licence(words: str) -> str:
    name = re.sub(r"\s+de$", "", words.lower()).replace(" ", "-")
    name = re.sub(r"(by|sa)(\d)", r"\1-\2", name)
    return name if name in {str(licence) for licence in LICENCE_URLS} else ""
