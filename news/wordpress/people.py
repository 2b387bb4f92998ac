"""Authors and tags: few enough to be written one by one."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from news.models import Author, Tag
from news.wordpress import richtext
from news.wordpress.bookkeeping import Book, digest
from news.wordpress.inventory import Inventory
from news.wordpress.models import Kind, Outcome
from news.wordpress.records import ExportRefused, Term, Writer
from news.wordpress.report import Report


def read_writers(path: Path) -> Iterator[Writer]:
    """Yield authors from a list beside the export, which WordPress leaves biographies out of.

    The list is what `wp user list --format=csv|json` or `/wp-json/wp/v2/users` prints.
    """
    try:
        text = path.read_text("utf-8-sig")
        is_json = text.lstrip().startswith("[")
        rows = json.loads(text) if is_json else list(csv.DictReader(text.splitlines()))
        for row in rows:
            login = str(row.get("user_login") or row.get("slug") or "")
            yield Writer(
                login=login,
                name=str(row.get("display_name") or row.get("name") or ""),
                slug=str(row.get("user_nicename") or row.get("slug") or ""),
                biography=str(row.get("description") or ""),
            )
    except (OSError, ValueError, AttributeError) as error:
        raise ExportRefused(
            _("The list of authors cannot be read: %(error)s.") % {"error": error}
        ) from error


def import_writers(inventory: Inventory, book: Book, report: Report) -> dict[str, int]:
    """Write every author; return our ids by log-in."""
    ids: dict[str, int] = {}
    for writer in inventory.writers():
        if writer.login:
            with transaction.atomic():
                ids[writer.login] = _import_writer(writer, book, report)
    return ids


def _import_writer(writer: Writer, book: Book, report: Report) -> int:
    soup = richtext.text_of(writer.biography)
    wanted = {"name": writer.name[:120] or writer.login[:120], "biography": soup}
    entry = book.entry(Kind.AUTHOR, writer.login)
    author = Author.objects.filter(pk=entry.object_id).first() if entry else None

    def tell(outcome: Outcome, reason: str = "") -> None:
        report.add(
            Kind.AUTHOR,
            outcome,
            writer.login,
            wanted["name"],
            reason=reason,
            object_id=author.pk if author else None,
        )

    if entry and author is None:
        tell(Outcome.KEPT, _("deleted here"))
        return entry.object_id if book.dry_run else 0
    if entry and author and entry.digest == digest(wanted):
        tell(Outcome.UNCHANGED)
        return int(author.pk)
    if entry and author and entry.mark != _mark(author):
        tell(Outcome.KEPT, _("changed here since the last import"))
        return int(author.pk)
    if author:
        author.name, author.biography = wanted["name"], wanted["biography"]
        outcome, reason = Outcome.CHANGED, _("the export has changed")
    else:
        author, outcome, reason = _found_or_new(writer, wanted)
    if not book.dry_run:
        author.save()
        book.note(Kind.AUTHOR, writer.login, author.pk, digest=digest(wanted), mark=_mark(author))
    tell(outcome, reason)
    return int(author.pk or -1)


def _found_or_new(writer: Writer, wanted: dict[str, str]) -> tuple[Author, Outcome, str]:
    slug = slugify(writer.slug or writer.login)[:110] or "autor"
    same = Author.objects.filter(slug=slug, name=wanted["name"]).first()
    if same:
        same.biography = same.biography or wanted["biography"]
        return same, Outcome.CHANGED, _("was here already under the same name")
    number, free = 1, slug
    while Author.objects.filter(slug=free).exists():
        number += 1
        free = f"{slug}-{number}"
    return Author(slug=free, **wanted), Outcome.IMPORTED, ""


def _mark(author: Author) -> str:
    return digest([author.name, author.biography])


def import_tags(inventory: Inventory, book: Book, report: Report) -> dict[str, int]:
    """Write every tag; return our ids by the old slug."""
    terms = inventory.terms("post_tag")
    entries = {}
    for start in range(0, len(terms), 500):
        entries.update(book.entries(Kind.TAG, (t.slug for t in terms[start : start + 500])))
    tags = {tag.pk: tag for tag in Tag.objects.all()}
    by_name = {tag.name.casefold(): tag for tag in tags.values()}
    ids: dict[str, int] = {}
    for start in range(0, len(terms), 200):
        with transaction.atomic():
            for term in terms[start : start + 200]:
                entry = entries.get(term.slug)
                tag = tags.get(entry.object_id) if entry else None
                tag = tag or by_name.get(term.name.casefold())
                ids[term.slug] = _import_tag(term, tag, entry, book, report, by_name)
    return ids


def _import_tag(
    term: Term,
    tag: Tag | None,
    entry: object,
    book: Book,
    report: Report,
    by_name: dict[str, Tag],
) -> int:
    wanted = digest(term.name)
    if tag and entry and entry.digest == wanted:  # type: ignore[attr-defined]
        report.add(Kind.TAG, Outcome.UNCHANGED, term.slug)
        return int(tag.pk)
    outcome, reason = Outcome.IMPORTED, ""
    if tag is None:
        tag = Tag(name=term.name[:100], slug=free_tag_slug(term))
    elif entry and entry.mark == digest(tag.name) and term.name.casefold() not in by_name:  # type: ignore[attr-defined]
        tag.name = term.name[:100]
        outcome, reason = Outcome.CHANGED, _("the export has changed")
    elif entry:
        report.add(Kind.TAG, Outcome.KEPT, term.slug, term.name,
                   reason=_("changed here since the last import"), object_id=tag.pk)  # fmt: skip
        return int(tag.pk)
    else:
        outcome, reason = Outcome.CHANGED, _("was here already under the same name")
    by_name[tag.name.casefold()] = tag
    if not book.dry_run:
        tag.save()
        book.note(Kind.TAG, term.slug, tag.pk, digest=wanted, mark=digest(tag.name))
    report.add(Kind.TAG, outcome, term.slug, term.name, reason=reason, object_id=tag.pk)
    return int(tag.pk or -1)


def free_tag_slug(term: Term) -> str:
    slug = slugify(richtext.decoded(term.slug), allow_unicode=True)[:90] or "tag"
    number, free = 1, slug
    while Tag.objects.filter(slug=free).exists():
        number += 1
        free = f"{slug}-{number}"
    return free
