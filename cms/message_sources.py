"""Reads source files for the messages that are translated, and for text that was forgotten."""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

from django.template.base import DebugLexer, Token, TokenType
from django.utils.text import smart_split
from django.utils.translation import trim_whitespace

# name -> which argument is what
CALLS = {
    "gettext": ("id",),
    "gettext_lazy": ("id",),
    "gettext_noop": ("id",),
    "ngettext": ("id", "plural"),
    "ngettext_lazy": ("id", "plural"),
    "pgettext": ("context", "id"),
    "pgettext_lazy": ("context", "id"),
    "npgettext": ("context", "id", "plural"),
    "npgettext_lazy": ("context", "id", "plural"),
}
# Keywords whose value somebody reads.
SHOWN_KEYWORDS = {
    *("verbose_name", "verbose_name_plural", "help_text", "label", "heading", "menu_label"),
}
SHOWN_ATTRIBUTES = {"alt", "title", "aria-label", "placeholder", "label"}
NOT_SHOWN = {"script", "style", "svg", "code"}
LITERAL = re.compile(r"""_\(("[^"]*"|'[^']*')\)""")
WORD = re.compile(r"[^\W\d_]{2,}")
# The same in every language.
NAMES = {"Atom", "Bluesky", "LinkedIn", "Redaktion", "SHA", "WhatsApp"}
# Blocks that end up inside a tag.
ATTRIBUTE_BLOCKS = {"body_class"}
HOLE = "\x00"


@dataclass(frozen=True, order=True)
class Message:
    """One message as it stands in a catalogue."""

    msgid: str
    plural: str = ""
    context: str = ""


@dataclass(frozen=True)
class Findings:
    """The messages of one file, and the lines with text that is shown but not marked."""

    messages: list[Message]
    forgotten: list[str]


def source_files(root: Path) -> Iterator[Path]:
    """Yield every file whose messages are ours."""
    for top in ("analytics", "cms", "home", "news", "templates"):
        for path in sorted((root / top).rglob("*")):
            if path.suffix in {".py", ".html", ".txt"} and "migrations" not in path.parts:
                yield path


def read(path: Path) -> Findings:
    source = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return read_python(source)
    return read_template(source, is_html=path.suffix == ".html")


def read_python(source: str) -> Findings:
    """Return the messages of the calls of Django's translation functions, under any alias."""
    tree = ast.parse(source)
    aliases: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            aliases |= {alias.asname or alias.name: alias.name for alias in node.names}
    found: list[tuple[int, Message]] = []
    forgotten = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        roles = CALLS.get(_called(node, aliases))
        if roles:
            parts = {
                role: _text(argument) for role, argument in zip(roles, node.args, strict=False)
            }
            if None in parts.values() or "id" not in parts:
                forgotten.append(f"{node.lineno}: {ast.unparse(node)} has no literal text")
            else:
                found.append((node.lineno, _message(parts)))
        for keyword in node.keywords:
            text = _text(keyword.value)
            if keyword.arg in SHOWN_KEYWORDS and text and _has_words(text):
                forgotten.append(f"{keyword.value.lineno}: {keyword.arg}={text!r}")
    return Findings([message for _, message in sorted(found)], forgotten)


def _called(call: ast.Call, aliases: dict[str, str]) -> str:
    if isinstance(call.func, ast.Name):
        return aliases.get(call.func.id, "")
    if isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) == "translation":
        return call.func.attr
    return ""


def _text(node: ast.expr) -> str | None:
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return node.value if is_text else None


def _message(parts: dict[str, str | None]) -> Message:
    return Message(parts.get("id") or "", parts.get("plural") or "", parts.get("context") or "")


def read_template(source: str, *, is_html: bool = True) -> Findings:
    """Return the messages of a template's tags, and visible text outside of them."""
    messages: list[Message] = []
    rest: list[str] = []
    tokens = iter(DebugLexer(source).tokenize())
    for token in tokens:
        name = token.contents.split()[0] if token.contents.strip() else ""
        if token.token_type == TokenType.TEXT:
            rest.append(token.contents)
            continue
        rest.append(HOLE + "\n" * token.contents.count("\n"))
        if token.token_type == TokenType.COMMENT:
            continue
        if token.token_type == TokenType.BLOCK and name in ("blocktranslate", "blocktrans"):
            messages += _block_message(token, tokens)
        elif token.token_type == TokenType.BLOCK and name == "comment":
            _skip_to(tokens, "endcomment")
        elif token.token_type == TokenType.BLOCK and _is_attribute_block(token.contents):
            _skip_to(tokens, "endblock")
        elif token.token_type == TokenType.BLOCK and name in ("translate", "trans"):
            messages += _tag_message(token)
        messages += [Message(_escaped(text[1:-1])) for text in LITERAL.findall(token.contents)]
    text = "".join(rest)
    return Findings(messages, _shown_in_html(text) if is_html else _shown_in_text(text))


def _tag_message(token: Token) -> list[Message]:
    words = list(smart_split(token.contents))
    if len(words) < 2 or words[1][0] not in "\"'":
        return []
    context = words[words.index("context") + 1][1:-1] if "context" in words else ""
    return [Message(_escaped(words[1][1:-1]), context=context)]


def _block_message(token: Token, tokens: Iterator[Token]) -> list[Message]:
    words = list(smart_split(token.contents))
    context = words[words.index("context") + 1][1:-1] if "context" in words else ""
    forms = [""]
    for inner in tokens:
        contents = inner.contents.strip()
        if inner.token_type == TokenType.BLOCK and contents.startswith("endblocktrans"):
            break
        if inner.token_type == TokenType.BLOCK and contents == "plural":
            forms.append("")
        elif inner.token_type == TokenType.VAR:
            forms[-1] += f"%({contents})s"
        elif inner.token_type == TokenType.TEXT:
            forms[-1] += _escaped(inner.contents)
    if "trimmed" in words:
        forms = [trim_whitespace(form) for form in forms]
    return [Message(forms[0], forms[1] if len(forms) > 1 else "", context)]


def _skip_to(tokens: Iterator[Token], name: str) -> None:
    for token in tokens:
        if token.token_type == TokenType.BLOCK and token.contents.strip() == name:
            return


def _is_attribute_block(contents: str) -> bool:
    words = contents.split()
    return words[0] == "block" and words[1] in ATTRIBUTE_BLOCKS


def _escaped(text: str) -> str:
    """A template's percent sign is doubled in the catalogue."""
    return text.replace("%", "%%")


class _ShownText(HTMLParser):
    """Collects what a reader sees of a template once its tags are holes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in NOT_SHOWN
        for name, value in attrs:
            if name in SHOWN_ATTRIBUTES:
                self._look_at(value or "")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in NOT_SHOWN

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self._look_at(data)

    def _look_at(self, text: str) -> None:
        if _has_words(text):
            self.found.append(f"{self.getpos()[0]}: {' '.join(text.split())}")


def _has_words(text: str) -> bool:
    return any(word not in NAMES for word in WORD.findall(text))


def _shown_in_html(text: str) -> list[str]:
    parser = _ShownText()
    parser.feed(re.sub(f"(</?){HOLE}", r"\1div", text).replace(HOLE, " "))
    parser.close()
    return parser.found


def _shown_in_text(text: str) -> list[str]:
    lines: Iterable[tuple[int, str]] = enumerate(text.splitlines(), start=1)
    return [f"{number}: {line.strip()}" for number, line in lines if _has_words(line)]
