"""Cutting passages out of a comment: what is left was written by its writer, every word of it."""

import re

MARK = "[…]"
# Brackets around what goes; the first pair that the comment itself does not contain.
PAIRS = (("[[", "]]"), ("{{", "}}"), ("<<", ">>"), ("⟦", "⟧"))


class Reworded(ValueError):
    """Something else than the brackets was changed."""


class NothingCut(ValueError):
    """No passage stands between brackets, or nothing would be left."""


def brackets(text: str) -> tuple[str, str]:
    """Return the pair by which passages of `text` are marked."""
    for pair in PAIRS:
        if not any(bracket in text for bracket in pair):
            return pair
    return PAIRS[-1]


def cut(text: str, marked: str) -> str:
    """Return `text` with every passage that `marked` brackets replaced by a visible mark.

    Raises:
        Reworded: without its brackets `marked` is not `text`.
        NothingCut: nothing is bracketed, or everything is.
    """
    start, end = brackets(text)
    marked = marked.replace("\r\n", "\n")
    if marked.replace(start, "").replace(end, "") != text:
        raise Reworded
    passage = re.compile(rf"{re.escape(start)}(.*?){re.escape(end)}", re.DOTALL)
    if not any(found.strip() for found in passage.findall(marked)):
        raise NothingCut
    left = passage.sub(lambda found: MARK if found[1].strip() else found[1], marked)
    if start in left or end in left:
        raise Reworded
    if not any(char.isalnum() for char in left):
        raise NothingCut
    return left
