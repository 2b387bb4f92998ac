"""Shortcodes: `[caption]`, `[gallery]` and their kin become HTML before it is parsed."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

# Possessive throughout: no text can make it try twice.
TAG = re.compile(
    r"\[(?P<escaped>\[?)(?P<close>/?)(?P<name>[A-Za-z][\w-]*+)"
    r"(?P<rest>(?:\s(?:\"[^\"]*+\"|'[^']*+'|[^\[\]\"'])*+)?)\](?P<end>\]?)"
)
ATTRIBUTE = re.compile(r"([\w-]+)\s*=\s*(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"']++))")
BARE = re.compile(r"(?:^|\s)(?:\"([^\"=]++)\"|([^\s=\"']++))(?=\s|$)")
ID = re.compile(r"\d+")
VERBATIM = ("pre", "code", "script", "style", "textarea")

Attributes = dict[str, str]


def expand(markup: str, on_dropped: Callable[[str], None]) -> str:
    """Return the markup with shortcodes replaced; unknown ones go, what they enclose stays.

    A word in brackets that is no shortcode, such as [sic], is left alone.
    """
    if "[" not in markup:
        return markup
    return "".join(
        piece if is_verbatim else _expand(piece, on_dropped)
        for piece, is_verbatim in _pieces(markup)
    )


def _expand(markup: str, on_dropped: Callable[[str], None]) -> str:
    pieces: list[str] = []
    closed = {match["name"].lower() for match in TAG.finditer(markup) if match["close"]}
    # What an opening tag puts at its end, by name.
    endings: dict[str, list[str]] = {}
    at = 0
    for match in TAG.finditer(markup):
        pieces.append(markup[at : match.start()])
        at = match.end()
        name = match["name"].lower()
        if match["escaped"] and match["end"]:
            pieces.append(match[0][1:-1])
        elif match["close"]:
            if endings.get(name):
                pieces.append(endings[name].pop())
            elif name not in KNOWN and not name.startswith("vc_"):
                pieces.append(match[0])
        elif name in KNOWN:
            start, end = KNOWN[name](_attributes(match["rest"]))
            pieces.append(start)
            if name in closed:
                endings.setdefault(name, []).append(end)
            elif name not in TEXT_BETWEEN:
                pieces.append(end)
        elif "=" in match["rest"] or name in closed or "_" in name:
            on_dropped(f"[{name}]")
            endings.setdefault(name, []).append("")
        else:
            pieces.append(match[0])
    return "".join([*pieces, markup[at:]])


def _pieces(markup: str) -> list[tuple[str, bool]]:
    """Split off what must not be touched: program text."""
    pieces: list[tuple[str, bool]] = []
    lowered = markup.lower()
    at = 0
    for match in re.finditer(r"<(" + "|".join(VERBATIM) + r")\b", lowered):
        if match.start() < at:
            continue
        closing = f"</{match[1]}"
        end = lowered.find(closing, match.end())
        if end < 0:
            break
        end += len(closing)
        pieces += [(markup[at : match.start()], False), (markup[match.start() : end], True)]
        at = end
    return [*pieces, (markup[at:], False)]


def _attributes(text: str) -> Attributes:
    text = text.rstrip("/ ")
    found = {
        match[1].lower(): next(group for group in match.groups()[1:] if group is not None)
        for match in ATTRIBUTE.finditer(text)
    }
    if bare := BARE.search(ATTRIBUTE.sub(" ", text)):
        found[""] = bare[1] or bare[2]
    return found


def _caption(attributes: Attributes) -> tuple[str, str]:
    number = ID.search(attributes.get("id", ""))
    caption = attributes.get("caption", "")
    align = escape(attributes.get("align", ""))
    key = number[0] if number else ""
    start = f'\n\n<figure class="{align}" data-attachment="{key}" data-caption>'
    end = f"<figcaption>{caption}</figcaption>" if caption else ""
    return start, f"{end}</figure>\n\n"


def _gallery(attributes: Attributes) -> tuple[str, str]:
    ids = ",".join(ID.findall(attributes.get("ids") or attributes.get("include", "")))
    return f'\n\n<figure data-gallery="{ids}"></figure>\n\n', ""


def _embed(attributes: Attributes) -> tuple[str, str]:
    address = attributes.get("src") or attributes.get("url") or attributes.get("", "")
    if address and "://" not in address and ID.fullmatch(address):
        address = f"https://vimeo.com/{address}"
    elif address and "://" not in address and "/" not in address:
        address = f"https://www.youtube.com/watch?v={address}"
    return f"\n\n{escape(address)}", "\n\n"


def _media(attributes: Attributes) -> tuple[str, str]:
    kinds = ("src", "mp4", "m4v", "webm", "ogv", "mp3", "m4a", "ogg", "wav")
    address = next((attributes[kind] for kind in kinds if kind in attributes), "")
    return f'\n\n<video src="{escape(address)}"></video>\n\n', ""


def _media_credit(attributes: Attributes) -> tuple[str, str]:
    name = escape(attributes.get("name") or attributes.get("id", ""))
    return f'<figure data-credit="{name}">', "</figure>"


def _code(_attributes: Attributes) -> tuple[str, str]:
    return "\n\n<pre>", "</pre>\n\n"


def _pull_quote(_attributes: Attributes) -> tuple[str, str]:
    return '\n\n<figure class="wp-block-pullquote"><blockquote>', "</blockquote></figure>\n\n"


KNOWN: dict[str, Callable[[Attributes], tuple[str, str]]] = {
    "caption": _caption,
    "wp_caption": _caption,
    "gallery": _gallery,
    "embed": _embed,
    "youtube": _embed,
    "vimeo": _embed,
    "audio": _media,
    "video": _media,
    "media-credit": _media_credit,
    "code": _code,
    "sourcecode": _code,
    "pullquote": _pull_quote,
}
# Without their end these would swallow the rest of the text: they end where they begin.
TEXT_BETWEEN: set[str] = set()
