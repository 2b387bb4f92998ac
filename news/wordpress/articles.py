"""What an article or page shall be here: everything decided, nothing written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, unquote, urljoin

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.text import slugify
from django.utils.translation import gettext as _
from wagtail.contrib.redirects.models import Redirect

from news.models import CommentMode
from news.wordpress import content, richtext
from news.wordpress.bookkeeping import Book, digest
from news.wordpress.content import Converted, Surroundings
from news.wordpress.credits import Credit
from news.wordpress.inventory import Inventory, key_of, parts_of, path_of
from news.wordpress.media import Library
from news.wordpress.models import Kind
from news.wordpress.records import Item, moment
from news.wordpress.sections import Sections

KINDS = {"post": Kind.POST, "page": Kind.PAGE}
STANDFIRST_LENGTH = 400


@dataclass(slots=True)
class Planned:
    """An article or page as it shall be. `fields` are values of the model, ready to set."""

    key: str
    kind: Kind
    item: Item
    fields: dict[str, Any]
    parent_id: int
    author_ids: list[int] = field(default_factory=list)
    tag_ids: list[int] = field(default_factory=list)
    is_live: bool = True
    published_at: datetime | None = None
    modified_at: datetime | None = None
    go_live_at: datetime | None = None
    # None, "login" or the password itself
    restriction: tuple[str, str] | None = None
    losses: list[str] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """The digest of all that an import would write; it decides what is new."""
        return digest(
            [
                self.fields,
                self.parent_id,
                self.author_ids,
                self.tag_ids,
                self.is_live,
                self.published_at,
                self.modified_at,
                self.go_live_at,
                self.restriction,
            ]
        )


@dataclass(slots=True)
class Planner:
    """Knows everything that articles refer to."""

    inventory: Inventory
    book: Book
    library: Library
    sections: Sections
    author_ids: dict[str, int]
    tag_ids: dict[str, int]
    default_section: Callable[[], int]
    tag_for_category: Callable[[str], int | None]
    section_map: dict[str, str]
    now: datetime

    def plan(self, item: Item) -> Planned:
        """Return what a post becomes; reads the database, writes no page."""
        planned = self._common(item, Kind.POST)
        category = self.sections.place(item.terms, item.meta)
        planned.parent_id = self.sections.ids[category] if category else self.default_section()
        planned.author_ids = self._authors(item)
        planned.tag_ids = self._tags(item, category, planned)
        converted = self._convert(item)
        thumbnail = item.meta.get("_thumbnail_id", "")
        lead = self.library.picture(thumbnail, "") if thumbnail else None
        if thumbnail and lead is None:
            planned.losses.append(_("the featured picture was not found"))
        planned.losses += converted.losses
        planned.fields |= {
            "standfirst": self._standfirst(item, converted, planned),
            "body": converted.body,
            "lead_image_id": lead,
            "comment_mode": _comment_mode(item),
            **_own_fields(item),
        }
        return planned

    def plan_page(self, item: Item, parent_id: int) -> Planned:
        """Return what a page becomes: a standard page below `parent_id`."""
        planned = self._common(item, Kind.PAGE)
        planned.parent_id = parent_id
        converted = self._convert(item)
        body, losses = content.for_standard_page(converted.body)
        planned.losses += [*converted.losses, *losses]
        words = " ".join(richtext.text_of(item.excerpt).split()) or converted.teaser
        planned.fields |= {"introduction": content.cut(words, 300), "body": body}
        if item.remarks:
            planned.losses.append(_("comments below a page have no place here"))
        return planned

    def _common(self, item: Item, kind: Kind) -> Planned:
        zone = timezone.get_default_timezone()
        title = " ".join(richtext.text_of(item.title).split()) or _("Without a title")
        published_at = moment(item.date_gmt, item.date, zone)
        modified_at = moment(item.modified_gmt, item.modified, zone) or published_at
        # WordPress publishes late what it should have published; so do we, at once.
        is_due = item.status == "future" and bool(published_at and published_at <= self.now)
        is_live = item.status in {"publish", "private"} or is_due
        planned = Planned(
            key=key_of(item),
            kind=kind,
            item=item,
            fields={
                "title": title[:255],
                "slug": _slug(item, title),
                "seo_title": item.meta.get("_yoast_wpseo_title", "")[:255]
                if "%%" not in item.meta.get("_yoast_wpseo_title", "")
                else "",
                "search_description": _description(item),
            },
            parent_id=0,
            is_live=is_live,
            published_at=(published_at or self.now) if is_live else None,
            modified_at=modified_at,
            go_live_at=published_at if item.status == "future" and not is_due else None,
        )
        if is_live and not published_at:
            planned.published_at = modified_at or datetime(1970, 1, 1, tzinfo=self.now.tzinfo)
            planned.losses.append(_("the date could not be read"))
        if item.password:
            planned.restriction = ("password", item.password[:255])
        elif item.status == "private":
            planned.restriction = ("login", "")
        return planned

    def _convert(self, item: Item) -> Converted:
        return content.convert(
            item.content,
            Surroundings(
                key=f"{self.book.source}:{key_of(item)}",
                resolve=self.link,
                pictures=_Pictures(self.library, self.inventory, key_of(item)),
                reusable_block=self.inventory.block,
            ),
        )

    def _standfirst(self, item: Item, converted: Converted, planned: Planned) -> str:
        words = richtext.text_of(item.excerpt) or converted.teaser
        words = " ".join(words.split())
        if len(words) > STANDFIRST_LENGTH:
            planned.losses.append(_("the excerpt was longer than a standfirst and was cut"))
        return content.cut(words, STANDFIRST_LENGTH)

    def _authors(self, item: Item) -> list[int]:
        """Return the authors; those of Co-Authors Plus come before WordPress's only one."""
        logins = [
            slug.removeprefix("cap-") for taxonomy, slug, _n in item.terms if taxonomy == "author"
        ]
        ids = [self.author_ids.get(login, 0) for login in logins]
        ids = ids if any(ids) else [self.author_ids.get(item.creator, 0)]
        return [pk for pk in dict.fromkeys(ids) if pk]

    def _tags(self, item: Item, category: str, planned: Planned) -> list[int]:
        ids = [self.tag_ids.get(slug, 0) for taxonomy, slug, _n in item.terms
               if taxonomy == "post_tag"]  # fmt: skip
        above = self._above(category)
        for taxonomy, slug, name in item.terms:
            if taxonomy == "category" and slug != category and slug not in above:
                if self.section_map.get(slug) == "-":
                    continue
                ids.append(self.tag_for_category(slug) or 0)
                planned.losses.append(_("category “%(name)s” became a tag") % {"name": name})
        return [pk for pk in dict.fromkeys(ids) if pk]

    def _above(self, category: str) -> set[str]:
        above: set[str] = set()
        parents = self.sections.parents
        while (category := parents.get(category, "")) and category not in above:
            above.add(category)
        return above

    # Links

    def link(self, href: str) -> dict[str, str]:
        """Return the attributes of a link: to our page, our document, or elsewhere."""
        href = href.strip()
        if not href or href.startswith("#"):
            return {}
        if "://" not in href and not href.lower().startswith(("mailto:", "tel:", "//")):
            if ":" in href.partition("/")[0]:
                return {}
            try:
                href = urljoin(self.inventory.site.url + "/", href)
            except ValueError:
                return {}
        address = richtext.safe_address(href)
        if not address:
            return {}
        if self._is_ours(address) and (attributes := self._internal(address)) is not None:
            return attributes
        return {"href": address}

    def _is_ours(self, address: str) -> bool:
        own = _host(self.inventory.site.url)
        return bool(own) and _host(address) == own

    def _internal(self, address: str) -> dict[str, str] | None:
        found = self._item_at(address)
        if found:
            kind, key = found
            if kind == "attachment":
                return self._file(self.inventory.attachment(key).url)  # type: ignore[union-attr]
            pk = self.book.object_id(KINDS[kind], key) if kind in KINDS else None
            return {"linktype": "page", "id": str(pk)} if pk else None
        if "/wp-content/uploads/" in address:
            return self._file(address)
        parts = [part for part in path_of(address).split("/") if part]
        if parts[:1] == ["category"] and parts[-1] in self.sections.ids:
            return {"linktype": "page", "id": str(self.sections.ids[parts[-1]])}
        page_id = (
            Redirect.objects.filter(old_path=Redirect.normalise_path(address))
            .values_list("redirect_page_id", flat=True)
            .first()
        )
        return {"linktype": "page", "id": str(page_id)} if page_id else None

    def _item_at(self, address: str) -> tuple[str, str] | None:
        query = parse_qs(parts_of(address).query)
        for name in ("p", "page_id", "attachment_id"):
            if name in query and (found := self.inventory.item(query[name][0])):
                return found
        return self.inventory.item_at(path_of(address))

    def _file(self, url: str) -> dict[str, str] | None:
        """Return a link to a document; a link to a picture is only its enlargement."""
        document = self.library.document(url)
        if document:
            return {"linktype": "document", "id": str(document)}
        return {} if self.library.picture("", url) is not None else None


@dataclass(frozen=True, slots=True)
class _Pictures:
    """The pictures as one article sees them."""

    library: Library
    inventory: Inventory
    key: str

    def find(self, key: str, url: str) -> int | None:
        return self.library.picture(key, url)

    def has_credit(self, picture_id: int, credit: Credit) -> bool:
        return self.library.give_credit(picture_id, credit)

    def of_article(self) -> list[str]:
        return [attachment.id for attachment in self.inventory.attachments_of(self.key)]


def _host(url: str) -> str:
    return (parts_of(url).hostname or "").removeprefix("www.")


def _slug(item: Item, title: str) -> str:
    slug = slugify(unquote(item.slug), allow_unicode=True) or slugify(title, allow_unicode=True)
    return slug[:200].strip("-") or f"{item.type}-{key_of(item)}"[:50]


def _description(item: Item) -> str:
    for name in ("_yoast_wpseo_metadesc", "rank_math_description", "_aioseo_description"):
        if (words := item.meta.get(name, "")) and "%" not in words:
            return words
    return ""


def _comment_mode(item: Item) -> str:
    mode = item.meta.get("_redaktion_comment_mode", "")
    if mode in CommentMode.values:
        return mode
    return CommentMode.CLOSED if item.comment_status == "closed" else CommentMode.INHERIT


def _own_fields(item: Item) -> dict[str, Any]:
    """Return what only our own export says about an article."""
    meta = {
        name.removeprefix("_redaktion_"): value
        for name, value in item.meta.items()
        if name.startswith("_redaktion_")
    }
    updated_at = meta.get("significantly_updated_at", "")
    return {
        "kicker": meta.get("kicker", "")[:60],
        "lead_image_alternative_text": meta.get("lead_image_alternative_text", "")[:250],
        "lead_image_caption": meta.get("lead_image_caption", "")[:300],
        "canonical_url": richtext.safe_address(
            meta.get("canonical_url", "") or item.meta.get("_yoast_wpseo_canonical", "")
        )[:200],
        "is_noindex": meta.get("is_noindex") == "1"
        or item.meta.get("_yoast_wpseo_meta-robots-noindex") == "1",
        "is_sensitive": meta.get("is_sensitive") == "1",
        "significantly_updated_at": parse_datetime(updated_at) if updated_at else None,
    }
