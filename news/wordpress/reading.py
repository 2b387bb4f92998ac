"""Reading a WordPress export (WXR 1.0 to 1.2) as a stream, one record at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sized
from xml.parsers import expat

from django.utils.translation import gettext as _

from news.wordpress.records import ExportRefused, Item, Remark, Site, Term, Writer

Record = Site | Writer | Term | Item

LARGEST_TEXT_BYTES = 32 * 1024 * 1024
DEEPEST = 40
MOST_PARTS = 100_000

WP = "http://wordpress.org/export/"
PREFIXES = {
    "http://purl.org/rss/1.0/modules/content/": "content:",
    "http://purl.org/dc/elements/1.1/": "dc:",
}
KNOWN_VERSIONS = {"1.0", "1.1", "1.2"}

# element -> attribute of `Item`
ITEM_FIELDS = {
    "title": "title",
    "link": "link",
    "guid": "guid",
    "dc:creator": "creator",
    "content:encoded": "content",
    "excerpt:encoded": "excerpt",
    "wp:post_id": "id",
    "wp:post_type": "type",
    "wp:status": "status",
    "wp:post_name": "slug",
    "wp:post_date": "date",
    "wp:post_date_gmt": "date_gmt",
    "wp:post_modified": "modified",
    "wp:post_modified_gmt": "modified_gmt",
    "wp:post_parent": "parent",
    "wp:menu_order": "menu_order",
    "wp:post_password": "password",
    "wp:comment_status": "comment_status",
    "wp:is_sticky": "is_sticky",
    "wp:attachment_url": "attachment_url",
}
# What is missing here (address of the machine, browser, website) never leaves the parser.
REMARK_FIELDS = {
    "wp:comment_id": "id",
    "wp:comment_author": "author",
    "wp:comment_author_email": "email",
    "wp:comment_date": "date",
    "wp:comment_date_gmt": "date_gmt",
    "wp:comment_content": "content",
    "wp:comment_approved": "approved",
    "wp:comment_type": "type",
    "wp:comment_parent": "parent",
}
SITE_FIELDS = {
    "title": "title",
    "link": "url",
    "language": "language",
    "wp:wxr_version": "version",
}
GROUPS = {"wp:author", "wp:category", "wp:tag", "wp:term"}
# Texts in which blanks mean something.
VERBATIM = {"content:encoded", "excerpt:encoded", "wp:comment_content", "wp:meta_value"}


def read(chunks: Iterable[bytes]) -> Iterator[Record]:
    """Yield the site first, then authors, terms and items in the order of the file.

    Raises:
        ExportRefused: the XML is broken, declares entities or is no WordPress export.
    """
    parser = _Parser()
    for chunk in chunks:
        yield from parser.feed(chunk)
    yield from parser.close()


class _Parser:
    """Turns the events of expat into records; holds one item at a time."""

    def __init__(self) -> None:
        self._expat = expat.ParserCreate(namespace_separator=" ")
        self._expat.buffer_text = True
        self._expat.StartElementHandler = self._start
        self._expat.EndElementHandler = self._end
        self._expat.CharacterDataHandler = self._text
        self._expat.StartDoctypeDeclHandler = self._refuse_doctype
        self._expat.EntityDeclHandler = self._refuse_doctype
        self._path: list[str] = []
        self._attributes: dict[str, str] = {}
        self._pieces: list[str] = []
        self._length = 0
        self._site = Site()
        self._site_sent = False
        self._is_export = False
        self._item: Item | None = None
        self._remark: Remark | None = None
        self._group: dict[str, str] = {}
        self._meta_key = ""
        self._records: list[Record] = []

    def feed(self, chunk: bytes) -> Iterator[Record]:
        self._parse(chunk, False)
        yield from self._taken()

    def close(self) -> Iterator[Record]:
        self._parse(b"", True)
        if not self._is_export:
            raise ExportRefused(_("This is no WordPress export: it has no <wp:wxr_version>."))
        self._send_site()
        yield from self._taken()

    def _taken(self) -> list[Record]:
        records, self._records = self._records, []
        return records

    def _parse(self, chunk: bytes, is_final: bool) -> None:
        try:
            self._expat.Parse(chunk, is_final)
        except expat.ExpatError as error:
            raise ExportRefused(
                _("The XML is broken in line %(line)d, column %(column)d: %(error)s.")
                % {
                    "line": error.lineno,
                    "column": error.offset + 1,
                    "error": expat.ErrorString(error.code),
                }
            ) from error
        except (LookupError, ValueError) as error:
            raise ExportRefused(
                _("The XML cannot be read: %(error)s.") % {"error": error}
            ) from error

    def _refuse_doctype(self, *_args: object) -> None:
        raise ExportRefused(
            _("The file declares a document type or entities; a WordPress export never does.")
        )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._path.append(_short(name))
        if len(self._path) > DEEPEST:
            raise ExportRefused(_("The XML is nested too deeply to be a WordPress export."))
        self._attributes = attributes
        self._pieces, self._length = [], 0
        if self._path == ["rss", "channel", "item"]:
            self._send_site()
            self._item = Item()
        elif self._path[3:] == ["wp:comment"] and self._item:
            self._remark = Remark()
        elif self._path[2:] and len(self._path) == 3 and self._path[2] in GROUPS:
            self._group = {}

    def _text(self, text: str) -> None:
        self._length += len(text)
        if self._length > LARGEST_TEXT_BYTES:
            raise ExportRefused(
                _("<%(element)s> in line %(line)d is longer than any article.")
                % {"element": self._path[-1], "line": self._expat.CurrentLineNumber}
            )
        self._pieces.append(text)

    def _end(self, _name: str) -> None:
        element = self._path[-1]
        text = "".join(self._pieces)
        self._pieces, self._length = [], 0
        text = text if element in VERBATIM else text.strip()
        if self._path[:2] == ["rss", "channel"]:
            self._end_in_channel(element, text, self._path[2:])
        self._path.pop()

    def _end_in_channel(self, element: str, text: str, path: list[str]) -> None:
        if path[:1] == ["item"] and self._item:
            self._end_in_item(self._item, element, text, path[1:])
        elif path[:1] and path[0] in GROUPS:
            if len(path) == 1:
                self._send_group(element)
            elif len(path) == 2:
                self._group[element] = text
        elif len(path) == 1:
            self._end_of_site(element, text)

    def _end_of_site(self, element: str, text: str) -> None:
        if element == "wp:wxr_version":
            if text not in KNOWN_VERSIONS:
                raise ExportRefused(
                    _("Version %(version)s of the export format is not known; 1.0 to 1.2 are.")
                    % {"version": text}
                )
            self._is_export = True
        if element in SITE_FIELDS:
            setattr(self._site, SITE_FIELDS[element], text)
        elif element == "wp:base_blog_url" and text:
            self._site.url = text

    def _end_in_item(self, item: Item, element: str, text: str, path: list[str]) -> None:
        if not path:
            self._records.append(item)
            self._item = None
        elif path[0] == "wp:comment":
            self._end_in_remark(item, element, text, path[1:])
        elif path[0] == "wp:postmeta":
            if element == "wp:meta_key":
                self._meta_key = text
            elif element == "wp:meta_value":
                item.meta[self._meta_key] = text
        elif element == "category":
            self._add_term(item, text)
        elif len(path) == 1 and element in ITEM_FIELDS:
            setattr(item, ITEM_FIELDS[element], text)

    def _end_in_remark(self, item: Item, element: str, text: str, path: list[str]) -> None:
        if self._remark is None:
            return
        if not path:
            item.remarks.append(self._remark)
            self._remark = None
            self._check_parts(item.remarks)
        elif len(path) == 1 and element in REMARK_FIELDS:
            setattr(self._remark, REMARK_FIELDS[element], text)

    def _add_term(self, item: Item, name: str) -> None:
        # 1.0 writes each term twice, once without its slug, and calls a tag "tag".
        slug = self._attributes.get("nicename", "")
        taxonomy = self._attributes.get("domain", "category")
        taxonomy = "post_tag" if taxonomy == "tag" else taxonomy
        term = (taxonomy, slug, name)
        if slug and term not in item.terms:
            item.terms.append(term)
            self._check_parts(item.terms)

    def _check_parts(self, parts: Sized) -> None:
        if len(parts) > MOST_PARTS:
            raise ExportRefused(
                _("The item before line %(line)d has more comments than any article.")
                % {"line": self._expat.CurrentLineNumber}
            )

    def _send_site(self) -> None:
        if not self._site_sent:
            self._site_sent = True
            self._site.url = self._site.url.rstrip("/")
            self._records.insert(0, self._site)

    def _send_group(self, element: str) -> None:
        self._send_site()
        get = self._group.get
        if element == "wp:author":
            names = f"{get('wp:author_first_name', '')} {get('wp:author_last_name', '')}".strip()
            record: Record = Writer(
                login=get("wp:author_login", ""),
                name=get("wp:author_display_name") or names or get("wp:author_login", ""),
                id=get("wp:author_id", ""),
                biography=get("wp:author_description", ""),
            )
        elif element == "wp:category":
            record = Term(
                "category",
                slug=get("wp:category_nicename", ""),
                name=get("wp:cat_name") or get("wp:category_nicename", ""),
                id=get("wp:term_id", ""),
                parent=get("wp:category_parent", ""),
                description=get("wp:category_description", ""),
            )
        elif element == "wp:tag":
            record = Term(
                "post_tag",
                slug=get("wp:tag_slug", ""),
                name=get("wp:tag_name") or get("wp:tag_slug", ""),
                id=get("wp:term_id", ""),
                description=get("wp:tag_description", ""),
            )
        else:
            record = Term(
                get("wp:term_taxonomy", ""),
                slug=get("wp:term_slug", ""),
                name=get("wp:term_name") or get("wp:term_slug", ""),
                id=get("wp:term_id", ""),
                parent=get("wp:term_parent", ""),
                description=get("wp:term_description", ""),
            )
        self._records.append(record)


def _short(name: str) -> str:
    """Return `prefix:local` for the namespaces of an export, whatever prefixes it uses."""
    namespace, _space, local = name.rpartition(" ")
    if namespace.startswith(WP):
        return f"excerpt:{local}" if namespace.rstrip("/").endswith("excerpt") else f"wp:{local}"
    if not namespace:
        return local
    return PREFIXES.get(namespace, f"{namespace}:") + local
