"""Writing pages in bulk, with everything that publishing them one by one would have left.

Not sent: Wagtail's `page_published`. It speaks of news; ten thousand old articles are none, and
whoever listens (search engines, newsletters) should not hear of them. What the newsroom itself
does on publishing is done here, once per batch.
"""

from __future__ import annotations

import json
import re
import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import F
from django.urls import Resolver404, resolve
from modelcluster.models import get_all_child_relations
from wagtail.models import Page, PageLogEntry, PageViewRestriction, ReferenceIndex, Revision
from wagtail.search.backends import get_search_backends

from cms.page_cache.tags import invalidate
from news import publishing
from news.models import ArticleAuthor, ArticlePage, ArticleTag, NewsImage, SectionPage
from news.wordpress.articles import Planned
from news.wordpress.bookkeeping import reserve_ids
from news.wordpress.models import ImportedItem


@dataclass(slots=True)
class New:
    """A page to be made: what it shall be, and the entry that holds its reserved id."""

    planned: Planned
    entry: ImportedItem


def create(model: type[Page], batch: list[New], *, now: datetime) -> list[Page]:
    """Create pages with revision, log, references, search index and bookkeeping.

    Call it in a transaction: either all of a batch is there or nothing.
    """
    if not batch:
        return []
    places = _Places({new.planned.parent_id for new in batch})
    with_revisions = zip(batch, reserve_ids(Revision, len(batch)), strict=True)
    pages = [_build(model, new, revision_id, places, now) for new, revision_id in with_revisions]
    _insert(model, pages)
    if model is ArticlePage:
        _insert_children(cast("list[ArticlePage]", pages))
    _insert_history(pages, batch, now)
    places.save()
    for page in pages:
        ReferenceIndex.create_or_update_for_object(page)
    _restrict(pages, batch)
    for backend in get_search_backends(with_auto_update=True):
        backend.add_bulk(model, pages)
    _follow_up(pages)
    for page, new in zip(pages, batch, strict=True):
        new.entry.is_written = True
        new.entry.digest = new.planned.digest
        new.entry.mark = mark(page, new.planned.parent_id)
    ImportedItem.objects.bulk_update(
        [new.entry for new in batch], ["is_written", "digest", "mark"]
    )
    return pages


def index_references(page_ids: Iterable[int]) -> None:
    """Note again what these refer to: articles they chose may have been written after them."""
    for page_id in page_ids:
        for page in ArticlePage.objects.filter(pk=page_id):
            with transaction.atomic():
                ReferenceIndex.create_or_update_for_object(page)


def mark(page: Page, parent_id: int) -> str:
    """Return the state by which editors' work on a page is recognised later."""
    return f"{page.latest_revision_id}:{int(page.live)}:{parent_id}"


def is_touched(page: Page, entry: ImportedItem) -> bool:
    """Whether editors wrote a draft or unpublished since; a schedule that came due is neither."""
    revision, was_live, _parent = entry.mark.split(":")
    return str(page.latest_revision_id) != revision or (was_live == "1" and not page.live)


def update(page: Page, planned: Planned, entry: ImportedItem, *, now: datetime) -> None:
    """Bring a page that no editor has touched up to date, the ordinary way."""
    with transaction.atomic():
        _move(page, planned, entry)
        page = page.specific_class.objects.get(pk=page.pk)
        fields = dict(planned.fields)
        slug = fields.pop("slug")
        if not re.fullmatch(re.escape(slug) + r"(-\d+)?", page.slug):
            page.slug = _Places({planned.parent_id}).free_slug(planned.parent_id, slug)
        _set_fields(page, fields)
        page.go_live_at = planned.go_live_at
        if isinstance(page, ArticlePage):
            page.article_authors = _author_rows(page, planned)
            page.article_tags = _tag_rows(page, planned)
        revision = page.save_revision(log_action=True, clean=False)
        if planned.is_live or planned.go_live_at:
            revision.publish(skip_permission_checks=True)
        elif page.live:
            page.unpublish(set_expired=False)
        page.refresh_from_db()
        if planned.is_live:
            dates = {
                "first_published_at": planned.published_at,
                "last_published_at": planned.modified_at or planned.published_at,
            }
            Page.objects.filter(pk=page.pk).update(**dates)
        PageViewRestriction.objects.filter(page_id=page.pk).delete()
        _restrict([page], [New(planned, entry)])
        entry.is_written, entry.digest = True, planned.digest
        entry.mark = mark(page, int(page.get_parent().pk))
        entry.save()


def _move(page: Page, planned: Planned, entry: ImportedItem) -> None:
    """Follow a change of category, unless editors have moved the page themselves."""
    parent_id = page.get_parent().pk
    where_we_put_it = entry.mark.rpartition(":")[2]
    if str(parent_id) == where_we_put_it and parent_id != planned.parent_id:
        page.move(Page.objects.get(pk=planned.parent_id), pos="last-child")


class _Places:
    """The parents of a batch: which addresses are free below them, and where in the tree."""

    def __init__(self, parent_ids: Iterable[int]) -> None:
        # Locked: nobody else adds below them until we commit.
        found = Page.objects.select_for_update().filter(pk__in=parent_ids).order_by("pk")
        self.parents = {parent.pk: parent for parent in found}
        self._steps = {pk: self._last_step(parent) for pk, parent in self.parents.items()}
        self._added: dict[int, int] = defaultdict(int)
        self._slugs: dict[int, set[str]] = defaultdict(set)

    def next_path(self, parent_id: int) -> str:
        parent = self.parents[parent_id]
        self._steps[parent_id] += 1
        self._added[parent_id] += 1
        return str(Page._get_path(parent.path, parent.depth + 1, self._steps[parent_id]))

    def free_slug(self, parent_id: int, slug: str) -> str:
        """Return the slug, with a number if another page or route has it."""
        number, candidate = 1, slug
        while self._is_taken(parent_id, candidate):
            number += 1
            candidate = f"{slug}-{number}"
        self._slugs[parent_id].add(candidate)
        return candidate

    def save(self) -> None:
        for parent_id, count in self._added.items():
            Page.objects.filter(pk=parent_id).update(numchild=F("numchild") + count)

    def _is_taken(self, parent_id: int, slug: str) -> bool:
        parent = self.parents[parent_id]
        if slug in self._slugs[parent_id] or slug == "feed":
            return True
        if not _is_page_address(parent, slug):
            return True
        return Page.objects.child_of(parent).filter(slug=slug).exists()

    @staticmethod
    def _last_step(parent: Page) -> int:
        last = (
            Page.objects.child_of(parent).order_by("-path").values_list("path", flat=True).first()
        )
        return int(Page._str2int(last[-Page.steplen :])) if last else 0


def _is_page_address(parent: Page, slug: str) -> bool:
    """Whether an address below the front page is left to pages: `/admin/` is not."""
    if parent.depth > 2:
        return True
    try:
        return resolve(f"/{slug}/").route == resolve("/a-page-and-nothing-else/").route
    except Resolver404:
        return True


def _build(model: type[Page], new: New, revision_id: int, places: _Places, now: datetime) -> Page:
    planned = new.planned
    parent = places.parents[planned.parent_id]
    fields = dict(planned.fields)
    slug = places.free_slug(parent.pk, fields.pop("slug"))
    page = model(
        id=new.entry.object_id,
        path=places.next_path(parent.pk),
        depth=parent.depth + 1,
        slug=slug,
        url_path=f"{parent.url_path}{slug}/",
        locale_id=parent.locale_id,
        translation_key=uuid.uuid4(),
        content_type=ContentType.objects.get_for_model(model),
        live=planned.is_live,
        has_unpublished_changes=not planned.is_live,
        first_published_at=planned.published_at,
        last_published_at=(planned.modified_at or planned.published_at)
        if planned.is_live
        else None,
        go_live_at=planned.go_live_at,
        latest_revision_id=revision_id,
        live_revision_id=revision_id if planned.is_live else None,
        latest_revision_created_at=now,
    )
    page.pk = new.entry.object_id
    _set_fields(page, fields)
    for relation in get_all_child_relations(page):
        setattr(page, relation.get_accessor_name(), [])
    if isinstance(page, ArticlePage):
        page.article_authors = _author_rows(page, planned)
        page.article_tags = _tag_rows(page, planned)
        # Counted on a copy: looking at a chosen page that is not there yet would lose it.
        copy = ArticlePage(body=json.dumps(planned.fields["body"]), standfirst=page.standfirst)
        page.word_count = publishing.count_words(copy)
        page.reading_minutes = publishing.reading_minutes(page.word_count)
    return page


def _set_fields(page: Page, fields: dict[str, Any]) -> None:
    for name, value in fields.items():
        setattr(page, name, json.dumps(value) if name == "body" else value)
    page.draft_title = page.title


def _author_rows(page: ArticlePage, planned: Planned) -> list[ArticleAuthor]:
    return [
        ArticleAuthor(article=page, author_id=pk, sort_order=order)
        for order, pk in enumerate(planned.author_ids)
    ]


def _tag_rows(page: ArticlePage, planned: Planned) -> list[ArticleTag]:
    return [ArticleTag(content_object=page, tag_id=pk) for pk in planned.tag_ids]


def _insert(model: type[Page], pages: list[Page]) -> None:
    """Insert the rows of both tables; Django's own bulk insert takes no inherited models."""
    names = [field.attname for field in Page._meta.concrete_fields]
    Page.objects.bulk_create(
        Page(**{name: getattr(page, name) for name in names}) for page in pages
    )
    rows = cast("Any", model._base_manager.get_queryset())
    fields = model._meta.local_concrete_fields
    size = 900 // len(fields)
    for start in range(0, len(pages), size):
        rows._insert(pages[start : start + size], fields=fields, using=rows.db)
    for page in pages:
        page._state.adding = False
        page._state.db = rows.db


def _insert_children(pages: list[ArticlePage]) -> None:
    tag_ids = {row.tag_id for page in pages for row in page.article_tags.all()}
    tags = ArticleTag.tag.field.related_model.objects.in_bulk(tag_ids)
    authors = [row for page in pages for row in page.article_authors.all()]
    tag_rows = [row for page in pages for row in page.article_tags.all()]
    for row in tag_rows:
        row.tag = tags[row.tag_id]
    ArticleAuthor.objects.bulk_create(authors)
    ArticleTag.objects.bulk_create(tag_rows)


def _insert_history(pages: list[Page], batch: list[New], now: datetime) -> None:
    page_type = ContentType.objects.get_for_model(Page)
    Revision.objects.bulk_create(
        Revision(
            id=page.latest_revision_id,
            content_type=page.content_type,
            base_content_type=page_type,
            object_id=str(page.pk),
            created_at=now,
            object_str=str(page),
            content=page.serializable_data(),
            approved_go_live_at=new.planned.go_live_at,
        )
        for page, new in zip(pages, batch, strict=True)
    )
    PageLogEntry.objects.bulk_create(
        PageLogEntry(
            content_type=page.content_type,
            page_id=page.pk,
            revision_id=page.latest_revision_id,
            label=page.get_admin_display_title(),
            action=action,
            timestamp=now,
            data=data,
            content_changed=True,
        )
        for page, new in zip(pages, batch, strict=True)
        for action, data in _log_actions(page, new)
    )


def _log_actions(page: Page, new: New) -> list[tuple[str, dict[str, Any]]]:
    origin = {"imported_from": f"{new.entry.source} {new.entry.kind} {new.entry.source_key}"[:300]}
    actions = [("wagtail.create", origin)]
    if page.live:
        actions.append(("wagtail.publish", {}))
    elif page.go_live_at:
        revision = {
            "id": page.latest_revision_id,
            "created": page.latest_revision_created_at.isoformat(),
            "go_live_at": page.go_live_at.isoformat(),
            "has_live_version": False,
        }
        actions.append(("wagtail.publish.schedule", {"revision": revision}))
    return actions


def _restrict(pages: list[Page], batch: list[New]) -> None:
    for page, new in zip(pages, batch, strict=True):
        if new.planned.restriction:
            kind, password = new.planned.restriction
            PageViewRestriction(page=page, restriction_type=kind, password=password).save()


def _follow_up(pages: list[Page]) -> None:
    """Do once per batch what the newsroom does for every page that is published."""
    live = [page for page in pages if page.live]
    tags = {"listings"} if live else set()
    parents = {page.path[: -Page.steplen] for page in live}
    paths = {path[:end] for path in parents for end in range(4, len(path) + 1, Page.steplen)}
    sections = SectionPage.objects.filter(path__in=paths).values_list("pk", flat=True)
    tags |= {f"section:{pk}" for pk in sections}
    for page in live:
        if isinstance(page, ArticlePage):
            tags |= {f"author:{row.author_id}" for row in page.article_authors.all()}
            tags |= {f"tag:{row.tag_id}" for row in page.article_tags.all()}
        else:
            tags.add("navigation")
    invalidate(*tags)
    image_type = ContentType.objects.get_for_model(NewsImage)
    with_pictures = ReferenceIndex.objects.filter(
        base_content_type=ContentType.objects.get_for_model(Page),
        object_id__in=[str(page.pk) for page in live],
        to_content_type=image_type,
    )
    for page_id in sorted(set(with_pictures.values_list("object_id", flat=True))):
        publishing.have_pictures_warmed("wagtailcore.page", int(page_id))
