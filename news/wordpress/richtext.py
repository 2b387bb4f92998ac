"""HTML from anywhere becomes rich text that holds nothing but what we know to be harmless."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from html import escape
from typing import Any
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup, Comment, Tag, UnusualUsageWarning
from bs4.element import NavigableString, PageElement, PreformattedString

KEPT = {
    "b": "b",
    "strong": "b",
    "i": "i",
    "em": "i",
    "code": "code",
    "kbd": "code",
    "samp": "code",
    "tt": "code",
    "sub": "sub",
    "sup": "sup",
    "s": "s",
    "del": "s",
    "strike": "s",
}
# Nothing of these may survive, nor what they enclose.
ACTIVE = {
    "script", "style", "object", "embed", "applet", "form", "input", "button", "select",
    "textarea", "noscript", "template", "svg", "math", "link", "meta", "base", "frame",
    "frameset", "canvas", "map", "title", "head", "marquee", "portal", "noembed", "xmp",
}  # fmt: skip
SCHEMES = {"http", "https", "mailto", "tel"}
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
DEEPEST = 50
TRIMMED = re.compile(r"^(?:\s|<br/>)+|(?:\s|<br/>)+$")

# href -> attributes of the link here; none means that only the text is kept
Resolve = Callable[[str], dict[str, str]]


def parsed(markup: str) -> BeautifulSoup:
    """Return the tree of any markup; what looks like an address or a file name is text."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnusualUsageWarning)
        return BeautifulSoup(markup, "html.parser")


def safe_address(href: str) -> str:
    """Return the address if it can only ever be followed, else an empty text."""
    href = re.sub(r"[\x00-\x20\x7f]", "", href)
    if href.startswith("//"):
        href = f"https:{href}"
    try:
        parts = urlsplit(href)
    except ValueError:
        return ""
    if parts.scheme.lower() not in SCHEMES:
        return ""
    if parts.scheme.lower() in {"http", "https"} and not parts.hostname:
        return ""
    return href


class InlineWriter:
    """Writes inline content: bold, italic, links, line breaks; the rest as its text."""

    def __init__(self, resolve: Resolve, on_dropped: Callable[[str], None]) -> None:
        self.resolve = resolve
        self.on_dropped = on_dropped

    def write(self, node: PageElement, *, breaks: bool = False, depth: int = 0) -> str:
        """Return safe HTML; with `breaks` a line break in the source is one in the result."""
        if isinstance(node, NavigableString):
            return self._text(node, breaks)
        if not isinstance(node, Tag) or node.name in ACTIVE:
            self._drop(node)
            return ""
        if node.name == "br":
            return "<br/>"
        if depth > DEEPEST:
            return escape(node.get_text(" "), quote=False)
        inner = "".join(
            self.write(child, breaks=breaks, depth=depth + 1) for child in node.children
        )
        return self._wrap(node, inner)

    def _text(self, node: NavigableString, breaks: bool) -> str:
        if isinstance(node, PreformattedString):
            return ""
        text = CONTROL.sub("", str(node))
        if not breaks:
            return escape(re.sub(r"[ \t\n\r\f]+", " ", text), quote=False)
        lines = [" ".join(line.split(" ")) for line in text.split("\n")]
        return "<br/>".join(escape(line, quote=False) for line in lines)

    def _drop(self, node: PageElement) -> None:
        if isinstance(node, Tag):
            self.on_dropped(f"<{node.name}>")

    def _wrap(self, node: Tag, inner: str) -> str:
        if node.name == "a":
            href = str(node.get("href") or "")
            attributes = self.resolve(href) if href and inner.strip() else {}
            if not attributes:
                return inner
            written = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
            return f"<a{written}>{inner}</a>"
        if node.name == "q":
            return f"„{inner}“"
        tag = KEPT.get(node.name)
        if not tag or not inner.strip():
            return inner
        return f"<{tag}>{inner}</{tag}>"


def trimmed(html: str) -> str:
    """Return inline HTML without blanks and line breaks at its ends."""
    return TRIMMED.sub("", html)


def plain(node: Any) -> str:
    """Return the words of a node, comments and active content left out."""
    if isinstance(node, Comment):
        return ""
    if isinstance(node, NavigableString):
        return " ".join(CONTROL.sub("", str(node)).split())
    words = [
        str(text)
        for text in node.find_all(string=True)
        if not isinstance(text, PreformattedString)
        and not any(parent.name in ACTIVE for parent in text.parents)
    ]
    return " ".join(CONTROL.sub("", "".join(words)).split())


def text_of(html: str) -> str:
    """Return HTML as plain text: paragraphs and lines kept, addresses of links written out."""
    if "<" not in html and "&" not in html:
        return _lines(html)
    soup = parsed(html)
    for element in soup.find_all(list(ACTIVE)):
        if not element.decomposed:
            element.decompose()
    for link in soup.find_all("a"):
        href = safe_address(str(link.get("href", "")))
        words = link.get_text()
        if href and words.strip() and href not in words and words not in href:
            link.append(f" ({href})")
        elif href.startswith("http") and href not in words:
            link.string = href
    for line_break in soup.find_all("br"):
        line_break.replace_with("\n")
    for block in soup.find_all(["p", "div", "blockquote", "li", "ul", "ol", "pre"]):
        block.insert_before("\n" if block.name == "li" else "\n\n")
        block.insert_after("\n" if block.name == "li" else "\n\n")
    return _lines(soup.get_text())


def _lines(text: str) -> str:
    lines = (" ".join(line.split()) for line in CONTROL.sub("", text).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def decoded(slug: str) -> str:
    """Return a slug as people read it; WordPress stores other scripts percent-encoded."""
    return unquote(slug)
