"""The import from first to last step; each batch is one transaction."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, cast

from django.apps import apps
from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, Site

from news.models import ArticlePage, Author, Tag
from news.wordpress import comments, people, reading, redirects, sections, writing
from news.wordpress.articles import Planned, Planner
from news.wordpress.bookkeeping import Book
from news.wordpress.downloading import AllowsAddress, is_public
from news.wordpress.inventory import (
    WANTED_STATUSES,
    Inventory,
    key_of,
    parts_of,
    take_inventory,
)
from news.wordpress.media import Library
from news.wordpress.models import ImportedItem, ImportRun, Kind, Outcome, RunState
from news.wordpress.records import ExportRefused, Item, Term
from news.wordpress.report import Report
from news.wordpress.source import Source
from news.wordpress.writing import New

BATCH, BATCH_LENGTH = 100, 1_000_000
# A batch meets an editor who adds a page at the same place in the tree: once more.
ATTEMPTS = 3
# Pages that are no articles live in `home`, which this app may not import.
STANDARD_PAGE = "home.StandardPage"
MOST_LEADS = 8
# What WordPress exports but nobody wrote.
MACHINERY = {
    "nav_menu_item", "revision", "customize_changeset", "custom_css", "oembed_cache",
    "user_request", "wp_block", "wp_template", "wp_template_part", "wp_global_styles",
    "wp_navigation", "wp_font_family", "wp_font_face", "guest-author", "attachment",
}  # fmt: skip

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Options:
    """What the operator asked for."""

    path: Path
    media: Path | None = None
    download_from: str = ""
    section_map: Path | None = None
    authors: Path | None = None
    language: str = ""
    keeps_addresses: bool = False
    is_dry_run: bool = False
    allows_address: AllowsAddress = is_public

    def as_json(self) -> dict[str, Any]:
        return {
            "media": str(self.media or ""),
            "download_from": self.download_from,
            "section_map": str(self.section_map or ""),
            "keeps_addresses": self.keeps_addresses,
        }


class AlreadyRunning(Exception):
    """Another import is running on this machine."""


def run(
    options: Options, *, now: datetime, progress: Progress = lambda _step, _share: None
) -> Report:
    """Import an export; return the report.

    The whole file is read before anything is written.

    Raises:
        ExportRefused: the file, the map or the list of authors is not usable; nothing changed.
        AlreadyRunning: nothing changed.
    """
    section_map = sections.read_map(options.section_map) if options.section_map else {}
    writers = list(people.read_writers(options.authors)) if options.authors else []
    home, site = _home(options.language)
    source = Source(options.path)
    with Inventory() as inventory, _only_one(options):
        _read_first(source, inventory, progress)
        for writer in writers:
            inventory.note_writer(writer)
        report = Report(_start(options, inventory, now))
        try:
            _Import(options, source, inventory, report, home, site, section_map, now).run(progress)
        except BaseException as error:
            _finish(report, RunState.FAILED, now, error)
            raise
        _finish(report, RunState.FINISHED, now)
        return report


def _read_first(source: Source, inventory: Inventory, progress: Progress) -> None:
    def watched() -> Iterator[reading.Record]:
        for number, record in enumerate(reading.read(source.chunks())):
            if number % 1000 == 0:
                progress(_("Reading"), source.position / max(source.size, 1))
            yield record

    take_inventory(watched(), inventory)


def _start(options: Options, inventory: Inventory, now: datetime) -> ImportRun | None:
    if options.is_dry_run:
        return None
    return ImportRun.objects.create(
        file_name=options.path.name[:255],
        source=source_name(inventory.site.url),
        options=options.as_json(),
        started_at=now,
    )


def _finish(
    report: Report, state: RunState, now: datetime, error: BaseException | None = None
) -> None:
    if report.run:
        report.flush()
        report.run.state = state
        report.run.error = f"{type(error).__name__}: {error}" if error else ""
        # The command's clock, not this moment's: time is passed in.
        report.run.finished_at = now if state == RunState.FAILED else _clock()
        report.run.save()


def _clock() -> datetime:
    from django.utils import timezone

    return timezone.now()


@contextmanager
def _only_one(options: Options) -> Iterator[None]:
    """Hold a lock that ends with the process, however it ends."""
    if options.is_dry_run:
        with nullcontext():
            yield
        return
    settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
    with (settings.VAR_DIR / "import_wordpress.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise AlreadyRunning(_("Another import is running.")) from error
        yield


def _home(language: str) -> tuple[Page, Site]:
    site = Site.objects.select_related("root_page").filter(is_default_site=True).first()
    if site is None:
        raise ExportRefused(_("There is no front page yet: set up the site first."))
    home = site.root_page.specific
    if language and home.locale.language_code != language:
        other = home.get_translations().filter(locale__language_code=language).first()
        if other is None:
            raise ExportRefused(
                _("There is no front page in “%(language)s”.") % {"language": language}
            )
        home = other.specific
    return home, site


def source_name(url: str) -> str:
    """Return the name under which a WordPress site is remembered: host and path."""
    parts = parts_of(url)
    name = (parts.netloc.lower().removeprefix("www.") + parts.path.rstrip("/")) or url
    return name[:200] or "wordpress"


@dataclass(slots=True)
class _Import:
    options: Options
    source: Source
    inventory: Inventory
    report: Report
    home: Page
    site: Site
    section_map: dict[str, str]
    now: datetime
    book: Book = field(init=False)
    planner: Planner = field(init=False)
    library: Library = field(init=False)
    leads: list[int] = field(default_factory=list)
    # Articles with "read also" boxes: only our own exports have them.
    choosing: list[int] = field(default_factory=list)
    _category_tags: dict[str, int | None] = field(default_factory=dict)

    def run(self, progress: Progress) -> None:
        self._prepare()
        self._reserve()
        total = max(self.inventory.counts.get("attachment", 0), 1)
        for number, _done in enumerate(self.library.import_all()):
            progress(_("Pictures and documents"), number / total)
        for batch in _batches(self._items()):
            self._posts(batch)
            progress(_("Articles and comments"), self.source.position / max(self.source.size, 1))
        self._pages(progress)
        if not self.book.dry_run:
            writing.index_references(self.choosing)
        self._other_addresses()
        self._put_leads()

    def _prepare(self) -> None:
        source = source_name(self.inventory.site.url)
        self.book = book = Book(source, dry_run=self.options.is_dry_run)
        self.library = Library(
            self.inventory,
            book,
            self.report,
            folder=self.options.media,
            download_from=self.options.download_from,
            allows=self.options.allows_address,
        )
        author_ids = people.import_writers(self.inventory, book, self.report)
        found = sections.import_sections(
            self.inventory, self.home, self.section_map, book, self.report
        )
        self.planner = Planner(
            inventory=self.inventory,
            book=book,
            library=self.library,
            sections=found,
            author_ids=author_ids,
            tag_ids=people.import_tags(self.inventory, book, self.report),
            default_section=lambda: sections.default_section(found, book, self.report),
            tag_for_category=self._tag_for_category,
            section_map=self.section_map,
            now=self.now,
        )

    def _tag_for_category(self, slug: str) -> int | None:
        if slug not in self._category_tags:
            name = self.planner.sections.names.get(slug, slug)[:100]
            tag = Tag.objects.filter(name__iexact=name).first()
            if tag is None and not self.book.dry_run:
                tag = Tag(name=name, slug=people.free_tag_slug(Term("post_tag", slug, name)))
                tag.save()
            self._category_tags[slug] = tag.pk if tag else None
        return self._category_tags[slug]

    def _reserve(self) -> None:
        for kind, type_name in ((Kind.POST, "post"), (Kind.PAGE, "page")):
            for keys in self.inventory.keys(type_name):
                self.book.reserve(kind, keys, Page)

    def _items(self) -> Iterator[Item]:
        """Yield what becomes an article, in the file's order; report the rest."""
        seen: set[int] = set()
        for record in reading.read(self.source.chunks()):
            if not isinstance(record, Item) or record.type == "attachment":
                continue
            key = hash(key_of(record))
            is_second = key in seen or self._is_second(record)
            seen.add(key)
            kind = {"post": Kind.POST, "page": Kind.PAGE}.get(record.type, Kind.OTHER)
            if kind == Kind.OTHER:
                reason = (
                    _("belongs to WordPress itself: %(type)s")
                    if record.type in MACHINERY
                    else _("content of another kind: %(type)s")
                ) % {"type": record.type[:60]}
            elif is_second:
                reason = _("twice in the export")
            elif kind == Kind.PAGE:
                continue  # they come later, parents before their children
            elif record.status not in WANTED_STATUSES:
                reason = _("status “%(status)s”") % {"status": record.status[:40]}
            else:
                yield record
                continue
            self._tell(record, kind, Outcome.SKIPPED, reason)

    def _is_second(self, item: Item) -> bool:
        """Whether something of another type came first under the same number."""
        first = self.inventory.item(key_of(item))
        return bool(first and first[0] != item.type)

    # Articles

    def _posts(self, items: list[Item]) -> None:
        entries = self.book.entries(Kind.POST, [key_of(item) for item in items])
        planned = [self.planner.plan(item) for item in items]
        self.choosing += [
            entries[plan.key].object_id
            for plan in planned
            if plan.key in entries and any(b["type"] == "read_also" for b in plan.fields["body"])
        ]
        known = [plan for plan in planned if self._is_written(entries, plan)]
        new = [plan for plan in planned if not self._is_written(entries, plan)]
        if not self.book.dry_run:
            self._create_articles(new, entries)
        for plan in new:
            self._told_new(plan, entries)
        pages = ArticlePage.objects.in_bulk([entries[p.key].object_id for p in known])
        for plan in known:
            self._known_article(plan, entries[plan.key], pages)
        self.report.flush()

    @staticmethod
    def _is_written(entries: dict[str, ImportedItem], planned: Planned) -> bool:
        entry = entries.get(planned.key)
        return bool(entry and entry.is_written)

    def _create_articles(self, new: list[Planned], entries: dict[str, ImportedItem]) -> None:
        for attempt in range(ATTEMPTS):
            try:
                with transaction.atomic():
                    batch = [New(plan, entries[plan.key]) for plan in new]
                    pages = writing.create(ArticlePage, batch, now=self.now)
                    for page, plan in zip(pages, new, strict=True):
                        self._comments(cast("ArticlePage", page), plan.item)
                    self._redirects(list(zip(pages, new, strict=True)))
                return
            except IntegrityError:
                if attempt == ATTEMPTS - 1:
                    raise
                for plan in new:
                    entries[plan.key].is_written = False

    def _told_new(self, plan: Planned, entries: dict[str, ImportedItem]) -> None:
        entry = entries.get(plan.key)
        self._tell_planned(plan, Outcome.IMPORTED, entry.object_id if entry else None)
        if plan.item.is_sticky == "1" and plan.is_live and not plan.restriction and entry:
            self.leads.append(entry.object_id)
        if self.book.dry_run:
            comments.tell_dry(plan.item, self.report)

    def _known_article(
        self, plan: Planned, entry: ImportedItem, pages: dict[int, ArticlePage]
    ) -> None:
        page = pages.get(entry.object_id)
        if page is None:
            self._tell(plan.item, plan.kind, Outcome.KEPT, _("deleted here"))
            return
        self._bring_up_to_date(page, plan, entry)
        if plan.item.remarks:
            with transaction.atomic():
                self._comments(page, plan.item)
        if not self.book.dry_run and entry.digest != plan.digest:
            self._redirects([(page, plan)])

    def _bring_up_to_date(self, page: Page, plan: Planned, entry: ImportedItem) -> None:
        if entry.digest == plan.digest:
            self.report.add(plan.kind, Outcome.UNCHANGED, plan.key)
        elif writing.is_touched(page, entry):
            self._tell(plan.item, plan.kind, Outcome.KEPT, _("changed here since the last import"),
                       page.pk)  # fmt: skip
        else:
            if not self.book.dry_run:
                writing.update(page, plan, entry, now=self.now)
            self._tell_planned(plan, Outcome.CHANGED, page.pk, _("the export has changed"))

    def _comments(self, article: ArticlePage, item: Item) -> None:
        if item.remarks:
            comments.import_comments(
                article,
                item,
                self.book,
                self.report,
                keeps_addresses=self.options.keeps_addresses,
                now=self.now,
            )

    # Pages

    def _pages(self, progress: Progress) -> None:
        model = apps.get_model(STANDARD_PAGE)
        total = max(self.inventory.counts.get("page", 0), 1)
        for number, item in enumerate(self.inventory.pages()):
            if self._is_second(item):
                continue  # told already
            if item.status not in WANTED_STATUSES:
                reason = _("status “%(status)s”") % {"status": item.status[:40]}
                self._tell(item, Kind.PAGE, Outcome.SKIPPED, reason)
            else:
                self._page(model, item)
            progress(_("Pages"), number / total)
        self.report.flush()

    def _page(self, model: type[Page], item: Item) -> None:
        key = key_of(item)
        entry = self.book.entry(Kind.PAGE, key)
        parent_id = self.book.object_id(Kind.PAGE, item.parent) if item.parent else None
        if parent_id is None or not Page.objects.filter(pk=parent_id).exists():
            parent_id = self.home.pk
        plan = self.planner.plan_page(item, parent_id)
        for remark in item.remarks:
            self.report.add(Kind.COMMENT, Outcome.SKIPPED, remark.id, item.title,
                            reason=_("comments below a page have no place here"))  # fmt: skip
        if entry and entry.is_written:
            page = model.objects.filter(pk=entry.object_id).first()  # type: ignore[attr-defined]
            if page is None:
                self._tell(item, Kind.PAGE, Outcome.KEPT, _("deleted here"))
            else:
                self._bring_up_to_date(page, plan, entry)
            return
        if entry and not self.book.dry_run:
            with transaction.atomic():
                pages = writing.create(model, [New(plan, entry)], now=self.now)
                self._redirects([(pages[0], plan)])
        self._tell_planned(plan, Outcome.IMPORTED, entry.object_id if entry else None)

    # Old addresses

    def _redirects(self, written: list[tuple[Page, Planned]]) -> None:
        rows: list[Redirect] = []
        for page, plan in written:
            paths = redirects.addresses(
                plan.item, self.inventory, plan.published_at, self._category_paths(plan.item)
            )
            rows += redirects.build(paths, self.site, page=page)
        self._save_redirects(rows)

    def _save_redirects(self, rows: list[Redirect]) -> None:
        if not self.book.dry_run and (saved := redirects.save(rows)):
            self.report.counts[Kind.REDIRECT.value, Outcome.IMPORTED.value] += saved

    def _category_paths(self, item: Item) -> list[str]:
        """Return the categories of a post as they stood in its address, with all above them."""
        parents = self.planner.sections.parents
        paths = []
        for taxonomy, slug, _name in item.terms:
            if taxonomy == "category":
                line = [slug]
                while (above := parents.get(line[0], "")) and above not in line:
                    line.insert(0, above)
                paths += ["/".join(line), slug]
        return list(dict.fromkeys(paths))

    def _other_addresses(self) -> None:
        """Point the addresses of categories, tags, authors and files to what replaces them."""
        if self.book.dry_run:
            return
        rows = redirects.build(["/?feed=rss2", "/?feed=rss", "/feed/rss2", "/comments/feed"],
                               self.site, link=reverse("feed"))  # fmt: skip
        rows += redirects.build(["/?feed=atom"], self.site, link=reverse("atom_feed"))
        rows += self._category_redirects()
        rows += self._tag_and_author_redirects()
        for start in range(0, len(rows), 2000):
            with transaction.atomic():
                self._save_redirects(rows[start : start + 2000])
        attachments = self.inventory.attachments()
        while batch := list(islice(attachments, 500)):
            with transaction.atomic():
                self._save_redirects([row for a in batch for row in self._attachment_redirects(a)])
        self.report.flush()

    def _category_redirects(self) -> list[Redirect]:
        found = self.planner.sections
        pages = Page.objects.in_bulk(list(found.ids.values()))
        ids = {slug: key for key, slug in found.category_ids.items() if key}
        rows: list[Redirect] = []
        for slug, pk in found.ids.items():
            page = pages.get(pk)
            if not slug or page is None:
                continue
            for path in self._category_paths(Item(terms=[("category", slug, "")])):
                rows += redirects.build([f"/category/{path}"], self.site, page=page)
                rows += redirects.build(
                    [f"/category/{path}/feed"], self.site, page=page, route="/feed/"
                )
            if slug in ids:
                rows += redirects.build([f"/?cat={ids[slug]}"], self.site, page=page)
        return rows

    def _tag_and_author_redirects(self) -> list[Redirect]:
        rows: list[Redirect] = []
        tags = Tag.objects.in_bulk(list(self.planner.tag_ids.values()))
        for slug, pk in self.planner.tag_ids.items():
            if tag := tags.get(pk):
                link = tag.get_absolute_url()
                rows += redirects.build([f"/tag/{slug}", f"/?tag={slug}"], self.site, link=link)
                rows += redirects.build([f"/tag/{slug}/feed"], self.site, link=f"{link}feed/")
        authors = Author.objects.in_bulk(list(self.planner.author_ids.values()))
        for writer in self.inventory.writers():
            author = authors.get(self.planner.author_ids.get(writer.login, 0))
            if author is None:
                continue
            link = author.get_absolute_url()
            for slug in dict.fromkeys(filter(None, (writer.slug, writer.login, author.slug))):
                rows += redirects.build([f"/author/{slug}"], self.site, link=link)
                rows += redirects.build([f"/author/{slug}/feed"], self.site, link=f"{link}feed/")
            if writer.id:
                rows += redirects.build([f"/?author={writer.id}"], self.site, link=link)
        return rows

    def _attachment_redirects(self, attachment: Any) -> list[Redirect]:
        found = self.inventory.item(attachment.parent) if attachment.parent else None
        kind = {"post": Kind.POST, "page": Kind.PAGE}.get(found[0]) if found else None
        page_id = self.book.object_id(kind, attachment.parent) if kind else None
        page = Page.objects.filter(pk=page_id).first() if page_id else None
        paths = redirects.attachment_paths(attachment.link, attachment.id)
        return redirects.build(paths, self.site, page=page) if page else []

    # The front page

    def _put_leads(self) -> None:
        """Put sticky articles on top of the front page, as far as its places are free."""
        if self.book.dry_run or not self.leads:
            return
        # Fresh from the database: by now it has more children than when the import began.
        home = Page.objects.get(pk=self.home.pk).specific
        slots = getattr(home, "lead_slots", None)
        if slots is None:
            return
        taken = {slot.article_id for slot in slots.all()}
        free = MOST_LEADS - len(taken)
        new = [pk for pk in dict.fromkeys(self.leads) if pk not in taken]
        live = set(ArticlePage.objects.published().filter(pk__in=new).values_list("pk", flat=True))
        new = [pk for pk in new if pk in live][:free]
        if new:
            for pk in new:
                slots.add(slots.model(article_id=pk, sort_order=len(taken) + new.index(pk)))
            home.save_revision(log_action=True, clean=False).publish()

    # Report

    def _tell_planned(
        self, plan: Planned, outcome: Outcome, object_id: int | None, reason: str = ""
    ) -> None:
        losses = "; ".join(dict.fromkeys(plan.losses))
        if losses and outcome == Outcome.IMPORTED:
            outcome = Outcome.NOTED
        self._tell(plan.item, plan.kind, outcome, "; ".join(filter(None, (reason, losses))),
                   object_id)  # fmt: skip

    def _tell(
        self,
        item: Item,
        kind: Kind,
        outcome: Outcome,
        reason: str = "",
        object_id: int | None = None,
    ) -> None:
        self.report.add(
            kind,
            outcome,
            key_of(item),
            item.title,
            reason=reason,
            old_url=item.link,
            object_id=object_id,
        )


def _batches(items: Iterator[Item]) -> Iterator[list[Item]]:
    """Yield items by the hundred, or fewer if they are long: a batch is held in memory."""
    batch: list[Item] = []
    length = 0
    for item in items:
        batch.append(item)
        length += len(item.content) + sum(len(remark.content) for remark in item.remarks)
        if len(batch) >= BATCH or length >= BATCH_LENGTH:
            yield batch
            batch, length = [], 0
    if batch:
        yield batch
