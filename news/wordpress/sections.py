"""Categories become sections: two levels of them, or what the operator's map says."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _
from wagtail.models import Page

from news.models import SectionPage
from news.wordpress import richtext
from news.wordpress.bookkeeping import Book, digest
from news.wordpress.inventory import Inventory
from news.wordpress.models import ImportedItem, Kind, Outcome
from news.wordpress.records import ExportRefused, Term
from news.wordpress.report import Report

DEEPEST = 2
# The category that every WordPress has; most sites never use it.
DEFAULTS = {"uncategorized", "uncategorised", "allgemein", "unkategorisiert"}
NOWHERE = "-"


def read_map(path: Path) -> dict[str, str]:
    """Return old slug -> path of a section (`wirtschaft/boerse`) or `-` for none."""
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, ValueError) as error:
        raise ExportRefused(
            _("The section map cannot be read: %(error)s.") % {"error": error}
        ) from error
    result: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        line = line.partition("#")[0].strip()
        if not line:
            continue
        old, equals, new = (part.strip() for part in line.partition("="))
        new = new.strip("/")
        if not old or not equals or not new or new.count("/") >= DEEPEST:
            raise ExportRefused(
                _("Section map, line %(line)d: write “old-slug = section” or “… = section/sub”.")
                % {"line": number}
            )
        result[old] = new
    return result


@dataclass(slots=True)
class Sections:
    """Where articles go: our section by old category, and what cannot be placed."""

    home: Page
    ids: dict[str, int] = field(default_factory=dict)
    depths: dict[str, int] = field(default_factory=dict)
    category_ids: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    parents: dict[str, str] = field(default_factory=dict)

    def place(self, terms: list[tuple[str, str, str]], meta: dict[str, str]) -> str:
        """Return the category that decides: the one marked as primary, else the deepest."""
        slugs = [slug for taxonomy, slug, _name in terms if taxonomy == "category"]
        slugs = [slug for slug in slugs if slug in self.ids]
        for name in ("_yoast_wpseo_primary_category", "rank_math_primary_category"):
            primary = self.category_ids.get(meta.get(name, ""), "")
            if primary in slugs:
                return primary
        return max(slugs, key=lambda slug: self.depths[slug], default="")


def import_sections(
    inventory: Inventory, home: Page, section_map: dict[str, str], book: Book, report: Report
) -> Sections:
    """Write a section for every category that gets one."""
    terms = {term.slug: term for term in inventory.terms("category")}
    sections = Sections(home)
    for term in terms.values():
        sections.category_ids[term.id] = term.slug
        sections.names[term.slug] = term.name
        sections.parents[term.slug] = term.parent
        if term.slug in DEFAULTS - inventory.used_categories and term.slug not in section_map:
            report.add(Kind.CATEGORY, Outcome.SKIPPED, term.slug, term.name,
                       reason=_("the default category, without an article"))  # fmt: skip
            continue
        with transaction.atomic():
            _import(term, _line(term, terms), section_map, sections, book, report)
    return sections


def default_section(sections: Sections, book: Book, report: Report) -> int:
    """Return the section for articles without a category; made when it is first needed."""
    if "" not in sections.ids:
        term = Term("category", "", _("General"))
        with transaction.atomic():
            _import(term, [term], {}, sections, book, report)
    return sections.ids[""]


def _import(
    term: Term,
    line: list[Term],
    section_map: dict[str, str],
    sections: Sections,
    book: Book,
    report: Report,
) -> None:
    mapped = section_map.get(term.slug, "")
    if mapped == NOWHERE:
        report.add(Kind.CATEGORY, Outcome.SKIPPED, term.slug, term.name,
                   reason=_("the section map says so"))  # fmt: skip
        return
    sections.depths[term.slug] = len(line)
    if mapped:
        steps = [(slug, "") for slug in mapped.split("/")]
        steps[-1] = (steps[-1][0], term.name)
    else:
        steps = [(_slug(step), step.name) for step in line[:DEEPEST]]
    wanted = digest([steps, term.name, term.description])
    entry = book.entry(Kind.CATEGORY, term.slug)
    found = SectionPage.objects.filter(pk=entry.object_id).first() if entry else None
    if entry and found:
        sections.ids[term.slug] = found.pk
        _update(term, found, entry, wanted, book, report)
        return
    section, is_new = _at(sections.home, steps, term, dry_run=book.dry_run)
    sections.ids[term.slug] = section.pk if section else -1
    if section:
        book.note(Kind.CATEGORY, term.slug, section.pk, digest=wanted, mark=_mark(section))
    if not mapped and len(line) > DEEPEST:
        outcome, reason = (
            Outcome.NOTED,
            _("sections nest one level deep; joined with the one above"),
        )
    else:
        outcome = Outcome.IMPORTED if is_new else Outcome.CHANGED
        reason = "" if is_new else _("was here already")
    report.add(Kind.CATEGORY, outcome, term.slug, term.name, reason=reason,
               object_id=section.pk if section else None)  # fmt: skip


def _update(
    term: Term, section: SectionPage, entry: ImportedItem, wanted: str, book: Book, report: Report
) -> None:
    if entry.digest == wanted:
        report.add(Kind.CATEGORY, Outcome.UNCHANGED, term.slug)
    elif entry.mark != _mark(section):
        reason = _("changed here since the last import")
        report.add(Kind.CATEGORY, Outcome.KEPT, term.slug, term.name, reason=reason,
                   object_id=section.pk)  # fmt: skip
    else:
        if not book.dry_run:
            section.title = section.draft_title = term.name[:255]
            section.introduction = _introduction(term)
            section.save_revision(log_action=True).publish()
            section.refresh_from_db()
            book.note(Kind.CATEGORY, term.slug, section.pk, digest=wanted, mark=_mark(section))
        report.add(Kind.CATEGORY, Outcome.CHANGED, term.slug, term.name,
                   reason=_("the export has changed"), object_id=section.pk)  # fmt: skip


def _at(
    home: Page, steps: list[tuple[str, str]], term: Term, *, dry_run: bool
) -> tuple[SectionPage | None, bool]:
    """Return the section at a path below the front page, made if it is missing."""
    parent: Page = home
    is_new = False
    for place, (slug, title) in enumerate(steps):
        section = SectionPage.objects.child_of(parent).filter(slug=slug).first()
        if section is None:
            is_new = True
            if dry_run:
                return None, True
            is_last = place == len(steps) - 1
            section = SectionPage(
                title=(title or slug.replace("-", " ").capitalize())[:255],
                slug=slug,
                locale=home.locale,
                introduction=_introduction(term) if is_last else "",
                show_in_menus=place == 0,
            )
            # Fresh from the database: its place in the tree moved with every child.
            section = Page.objects.get(pk=parent.pk).add_child(instance=section)
            section.save_revision(log_action="wagtail.create").publish()
            section.refresh_from_db()
        parent = section
    return section, is_new


def _line(term: Term, terms: dict[str, Term]) -> list[Term]:
    """Return the category below all above it; a circle is cut."""
    line = [term]
    while line[0].parent in terms and terms[line[0].parent] not in line:
        line.insert(0, terms[line[0].parent])
    return line


def _slug(term: Term) -> str:
    slug = slugify(richtext.decoded(term.slug), allow_unicode=True)
    return slug[:200] or slugify(term.name, allow_unicode=True)[:200] or "allgemein"


def _introduction(term: Term) -> str:
    from news.wordpress.content import cut

    return cut(" ".join(richtext.text_of(term.description).split()), 300)


def _mark(section: SectionPage) -> str:
    return digest([section.title, section.introduction])
