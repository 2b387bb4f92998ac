"""What a body refers to: pictures, pages and documents, all fetched at once before it is shown.

Wagtail fetches them block by block, so that a page costs more queries the longer it gets. What is
at hand while a body is rendered, choosers and links take from here instead.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model, Q
from django.http import HttpRequest
from django.utils import translation
from wagtail import blocks
from wagtail.blocks import StreamValue
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.images.blocks import ImageChooserBlock
from wagtail.models import Page
from wagtail.rich_text import extract_references_from_rich_text


@dataclass(frozen=True, slots=True)
class Named:
    """The ids that a body names, in the order in which they are found."""

    pictures: list[int] = field(default_factory=list)
    pages: list[int] = field(default_factory=list)
    documents: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What the names lead to; a link to a page leads to its translation, if there is one."""

    pictures: dict[int, Any]
    pages: dict[int, Page]
    translations: dict[int, Page]
    documents: dict[int, Any]
    request: HttpRequest | None

    def address_of(self, page_id: int) -> str:
        """Return where a link leads; nowhere if readers do not get the page."""
        page = self.translations.get(page_id) or self.pages.get(page_id)
        return (page.get_url(self.request) or "") if page and page.live else ""


_fetched: ContextVar[Fetched | None] = ContextVar("fetched_references", default=None)


def named_in(body: StreamValue | None) -> Named:
    """Return what a body names, read off what is stored: no query."""
    named = Named()
    for block in body.raw_data if body else ():
        child = body.stream_block.child_blocks.get(block["type"])
        for model, pk in _named(child, block.get("value")):
            if issubclass(model, get_image_model()):
                named.pictures.append(pk)
            elif issubclass(model, get_document_model()):
                named.documents.append(pk)
            elif issubclass(model, Page):
                named.pages.append(pk)
    return named


@contextmanager
def at_hand(
    body: StreamValue | None,
    *,
    pictures: Iterable[int | None] = (),
    request: HttpRequest | None = None,
) -> Iterator[Fetched]:
    """Fetch what the body names, and some more pictures: four queries, however long it is.

    Inside, choosers and links of the body ask the database no more.
    """
    found = _fetch(named_in(body), pictures, request)
    token = _fetched.set(found)
    try:
        yield found
    finally:
        _fetched.reset(token)


def fetched() -> Fetched | None:
    """Return what is at hand, if a body is being rendered."""
    return _fetched.get()


class PictureChooserBlock(ImageChooserBlock):
    """A picture; to migrations it is Wagtail's own block."""

    canonical_module_path = "wagtail.images.blocks.ImageChooserBlock"

    def bulk_to_python(self, values: Iterable[int | None]) -> list[Any]:
        known = fetched()
        if known is None:
            return super().bulk_to_python(values)
        return [known.pictures.get(pk) for pk in values]


class ArticleChooserBlock(blocks.PageChooserBlock):
    """An article, with no more than a link to it needs; to migrations it is Wagtail's block."""

    canonical_module_path = "wagtail.blocks.PageChooserBlock"

    def bulk_to_python(self, values: Iterable[int | None]) -> list[Any]:
        known = fetched()
        if known is None:
            return super().bulk_to_python(values)
        found = [known.pages.get(pk) for pk in values]
        return [page and page.specific_deferred for page in found]


def _named(block: blocks.Block | None, value: Any) -> Iterator[tuple[type[Model], int]]:
    if not value:
        return
    if isinstance(block, blocks.StructBlock):
        for name, child in block.child_blocks.items():
            yield from _named(child, value.get(name))
    elif isinstance(block, blocks.ListBlock):
        for item in value:
            is_wrapped = isinstance(item, dict) and item.get("type") == "item"
            yield from _named(block.child_block, item["value"] if is_wrapped else item)
    elif isinstance(block, blocks.RichTextBlock):
        for model, pk, *_ in extract_references_from_rich_text(str(value)):
            if str(pk).isdecimal():
                yield model, int(pk)
    elif isinstance(block, blocks.ChooserBlock):
        yield block.model_class, int(value)


def _fetch(named: Named, pictures: Iterable[int | None], request: HttpRequest | None) -> Fetched:
    picture_ids = {pk for pk in (*named.pictures, *pictures) if pk}
    images = get_image_model().objects.prefetch_related("renditions")
    documents = get_document_model().objects
    pages, translations = _pages(set(named.pages))
    return Fetched(
        pictures=images.in_bulk(picture_ids) if picture_ids else {},
        pages=pages,
        translations=translations,
        documents=documents.in_bulk(set(named.documents)) if named.documents else {},
        request=request,
    )


def _pages(ids: set[int]) -> tuple[dict[int, Page], dict[int, Page]]:
    """Return the pages of these ids, and what stands for each in the language that is spoken."""
    if not ids:
        return {}, {}
    language = translation.get_language()
    keys = Page.objects.filter(pk__in=ids).values("translation_key")
    spoken = Q(translation_key__in=keys, locale__language_code=language, live=True)
    found = list(Page.objects.filter(Q(pk__in=ids) | spoken).select_related("locale"))
    by_key = {
        page.translation_key: page for page in found if page.locale.language_code == language
    }
    pages = {page.pk: page for page in found if page.pk in ids}
    translations = {
        pk: by_key[page.translation_key]
        for pk, page in pages.items()
        if page.translation_key in by_key and by_key[page.translation_key].live
    }
    return pages, translations
