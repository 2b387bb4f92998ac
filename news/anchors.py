"""Anchors of subheadings: one for each, even if two say the same."""

import re
from html import unescape

from django.utils.html import strip_tags
from django.utils.text import slugify


class Anchors:
    """Gives out the names of anchors on one page; the second of a name gets a number."""

    def __init__(self) -> None:
        self._given: set[str] = set()

    def name(self, heading: str) -> str:
        """Return an anchor that no other heading of this page has; empty if nothing is left."""
        slug = slugify(heading)
        if not slug:
            return ""
        name, number = f"s-{slug}", 1
        while name in self._given:
            number += 1
            name = f"s-{slug}-{number}"
        self._given.add(name)
        return name

    def in_html(self, html: str, level: str = "") -> str:
        """Give the headings inside rich text theirs; `level` is what becomes of an h3."""

        def anchored(match: re.Match[str]) -> str:
            tag = level or "h3" if match[1] == "h3" else match[1]
            name = self.name(unescape(strip_tags(match[2])))
            attribute = f' id="{name}"' if name else ""
            return f"<{tag}{attribute}>{match[2]}</{tag}>"

        return re.sub(r"<(h[23])>(.*?)</\1>", anchored, html)
