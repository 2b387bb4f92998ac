"""Addresses of comments, made from one that was looked up: a thread shows hundreds of them."""

from functools import lru_cache

from django.urls import get_script_prefix, reverse
from django.utils import translation

# Stands where the number goes while the address is looked up.
PLACE = 9_876_543_210


def of(name: str, comment_id: int) -> str:
    """Return the address under which the reader's side does `name` with a comment."""
    before, after = _around(name, translation.get_language(), get_script_prefix())
    return f"{before}{comment_id}{after}"


@lru_cache(maxsize=100)
def _around(name: str, language: str | None, prefix: str) -> tuple[str, str]:
    before, _place, after = reverse(f"reader_comments:{name}", args=[PLACE]).partition(str(PLACE))
    return before, after
