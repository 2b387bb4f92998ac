"""All content and published comments as WordPress reads it, and as JSON: nobody is locked in."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import Any
from xml.sax.saxutils import escape

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone
from wagtail.documents.models import Document
from wagtail.models import Page, PageViewRestriction, Site

from news.comments.models import ReaderComment
from news.models import ArticlePage, Author, NewsImage, SectionPage, Tag
from news.wordpress import blockwriting
from news.wordpress.blockwriting import Addresses
from news.wordpress.importing import STANDARD_PAGE

# WordPress numbers everything in one row; ours have a row each.
PICTURES_FROM, DOCUMENTS_FROM = 500_000_000, 600_000_000
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
CHUNK = 100
HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"
 xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:wfw="http://wellformedweb.org/CommentAPI/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:wp="http://wordpress.org/export/1.2/">
<channel>
"""
PICTURE_FACTS = (
    "title",
    "description",
    "caption",
    "creator",
    "source",
    "source_url",
    "licence",
)


class Export:
    """Yields the export piece by piece; nothing is held in memory but names."""

    def __init__(self, site: Site, *, now: datetime) -> None:
        self.site = site
        self.root = site.root_page
        self.now = now
        self._slugs = self._category_slugs()
        self.addresses = Addresses(
            page=lru_cache(10_000)(self._page_address),
            picture=lru_cache(10_000)(self._picture_address),
            document=lru_cache(1_000)(self._document_address),
        )
        self._restrictions = {
            row.page_id: row for row in PageViewRestriction.objects.select_related("page")
        }
        slots = getattr(self.root.specific, "lead_slots", None)
        self._leads = {slot.article_id for slot in slots.all()} if slots else set()

    # WXR

    def wxr(self) -> Iterator[str]:
        """Yield the lines of a WordPress export, version 1.2."""
        yield HEAD
        yield _tag("title", self.root.title) + _tag("link", self.site.root_url)
        yield _tag("pubDate", format_datetime(self.now.astimezone(UTC)))
        yield _tag("language", self.root.locale.language_code)
        yield _tag("wp:wxr_version", "1.2")
        yield _tag("wp:base_site_url", self.site.root_url)
        yield _tag("wp:base_blog_url", self.site.root_url)
        yield from self._wxr_authors()
        yield from self._wxr_categories()
        for tag in Tag.objects.order_by("pk").iterator():
            inner = (
                _tag("wp:term_id", tag.pk)
                + _cdata("wp:tag_slug", tag.slug)
                + _cdata("wp:tag_name", tag.name)
            )
            yield f"<wp:tag>{inner}</wp:tag>\n"
        yield from self._wxr_files()
        for page in self._pages():
            yield self._wxr_item(page)
        for article in self._articles():
            yield self._wxr_item(article)
        yield "</channel>\n</rss>\n"

    def _wxr_authors(self) -> Iterator[str]:
        for author in Author.objects.order_by("pk").iterator():
            inner = (
                _tag("wp:author_id", author.pk)
                + _cdata("wp:author_login", author.slug)
                + _cdata("wp:author_email", author.email)
                + _cdata("wp:author_display_name", author.name)
                + _cdata("wp:author_first_name", "")
                + _cdata("wp:author_last_name", "")
                + _cdata("wp:author_description", escape(author.biography))
            )
            yield f"<wp:author>{inner}</wp:author>\n"

    def _wxr_categories(self) -> Iterator[str]:
        for section in self._sections():
            parent = section.get_parent()
            inner = (
                _tag("wp:term_id", section.pk)
                + _cdata("wp:category_nicename", self._slugs[section.pk])
                + _cdata("wp:category_parent", self._slugs.get(parent.pk, ""))
                + _cdata("wp:cat_name", section.title)
                + _cdata("wp:category_description", escape(section.introduction))
            )
            yield f"<wp:category>{inner}</wp:category>\n"

    def _wxr_files(self) -> Iterator[str]:
        for picture in NewsImage.objects.order_by("pk").iterator(CHUNK):
            facts = {f"_redaktion_{name}": getattr(picture, name) for name in PICTURE_FACTS}
            meta = facts | {"_wp_attachment_image_alt": picture.description}
            yield self._wxr_file(
                PICTURES_FROM + picture.pk, picture.title, picture.file.url, picture.caption, meta
            )
        for document in Document.objects.order_by("pk").iterator(CHUNK):
            yield self._wxr_file(
                DOCUMENTS_FROM + document.pk, document.title, document.file.url, "", {}
            )

    def _wxr_file(self, key: int, title: str, url: str, caption: str, meta: dict[str, str]) -> str:
        address = self._absolute(url)
        return (
            "<item>"
            + _cdata("title", title)
            + _tag("link", address)
            + _cdata("excerpt:encoded", escape(caption))
            + _tag("wp:post_id", key)
            + _tag("wp:post_type", "attachment")
            + _tag("wp:status", "inherit")
            + _cdata("wp:attachment_url", address)
            + _meta(meta)
            + "</item>\n"
        )

    def _wxr_item(self, page: Page) -> str:
        is_article = isinstance(page, ArticlePage)
        authors = page.authors if is_article else []
        dates = self._dates(page)
        is_sticky = page.pk in self._leads
        summary = page.standfirst if is_article else page.introduction
        return (
            "<item>"
            + _cdata("title", escape(page.title))
            + _tag("link", self.addresses.page(page.pk))
            + _cdata("dc:creator", authors[0].slug if authors else "")
            + f'<guid isPermaLink="false">{escape(self.site.root_url)}/?p={page.pk}</guid>'
            + _cdata("content:encoded", self._body(page))
            + _cdata("excerpt:encoded", escape(summary))
            + _tag("wp:post_id", page.pk)
            + "".join(_cdata(f"wp:{name}", value) for name, value in dates.items())
            + _cdata("wp:comment_status", "open")
            + _cdata("wp:post_name", page.slug)
            + _cdata("wp:status", self._status(page))
            + _tag("wp:post_parent", 0 if is_article else page.get_parent().pk)
            + _cdata("wp:post_type", "post" if is_article else "page")
            + _cdata("wp:post_password", self._password(page))
            + _tag("wp:is_sticky", int(is_sticky))
            + self._terms(page)
            + _meta(self._facts(page))
            + "".join(self._wxr_comments(page))
            + "</item>\n"
        )

    def _terms(self, page: Page) -> str:
        if not isinstance(page, ArticlePage):
            return ""
        section = page.get_parent()
        terms = [("category", self._slugs.get(section.pk, section.slug), section.title)]
        terms += [("post_tag", tag.slug, tag.name) for tag in page.tags.all()]
        terms += [("author", f"cap-{author.slug}", author.name) for author in page.authors]
        return "".join(
            f'<category domain="{domain}" nicename="{_attribute(slug)}">'
            f"{_cdata_text(name)}</category>"
            for domain, slug, name in terms
        )

    def _wxr_comments(self, page: Page) -> Iterator[str]:
        for comment in self._comments(page):
            inner = (
                _tag("wp:comment_id", comment.pk)
                + _cdata("wp:comment_author", escape(comment.name))
                + _cdata("wp:comment_author_email", "")
                + "".join(
                    _cdata(f"wp:{name}", value)
                    for name, value in _both_times("comment_date", comment.submitted_at).items()
                )
                + _cdata("wp:comment_content", escape(comment.text))
                + _cdata("wp:comment_approved", "1")
                + _cdata("wp:comment_type", "comment")
                + _tag("wp:comment_parent", comment.parent_id or 0)
            )
            yield f"<wp:comment>{inner}</wp:comment>\n"

    # JSON

    def json(self) -> Iterator[str]:
        """Yield one JSON object: every list by its name, an entry a line."""
        lists: dict[str, Iterator[dict[str, Any]]] = {
            "authors": (
                _fields(author, "name", "slug", "role", "biography", "is_active")
                for author in Author.objects.order_by("pk").iterator()
            ),
            "sections": (self._json_section(section) for section in self._sections()),
            "tags": (_fields(tag, "name", "slug") for tag in Tag.objects.order_by("pk")),
            "pictures": (
                _fields(picture, *PICTURE_FACTS, "usage_ends_on")
                | {"url": self._absolute(picture.file.url)}
                for picture in NewsImage.objects.order_by("pk").iterator(CHUNK)
            ),
            "pages": (self._json_page(page) for page in self._pages()),
            "articles": (self._json_page(article) for article in self._articles()),
        }
        yield "{" + f'"site": {json.dumps(self.site.root_url)}'
        for name, rows in lists.items():
            yield f',\n"{name}": ['
            for number, row in enumerate(rows):
                text = json.dumps(row, ensure_ascii=False, cls=DjangoJSONEncoder)
                yield f"{',' if number else ''}\n{text}"
            yield "]"
        yield "}\n"

    def _json_section(self, section: SectionPage) -> dict[str, Any]:
        return _fields(section, "title", "slug", "introduction") | {
            "url": self.addresses.page(section.pk),
            "parent": section.get_parent().pk,
        }

    def _json_page(self, page: Page) -> dict[str, Any]:
        names = ["title", "slug", "live", "first_published_at", "last_published_at", "go_live_at",
                 "seo_title", "search_description"]  # fmt: skip
        row = {"url": self.addresses.page(page.pk), "status": self._status(page)}
        if isinstance(page, ArticlePage):
            names += ["kicker", "standfirst", "lead_image_id", "lead_image_alternative_text",
                      "lead_image_caption", "canonical_url", "is_noindex", "is_sensitive",
                      "significantly_updated_at", "comment_mode"]  # fmt: skip
            row |= {
                "section": page.get_parent().pk,
                "authors": [author.slug for author in page.authors],
                "tags": [tag.name for tag in page.tags.all()],
                "comments": [
                    _fields(comment, "parent_id", "name", "text", "submitted_at")
                    for comment in self._comments(page)
                ],
            }
        else:
            names.append("introduction")
            row["parent"] = page.get_parent().pk
        return _fields(page, *names) | row | {"body": _stream(page)}

    # What there is

    def _sections(self) -> Iterator[SectionPage]:
        yield from SectionPage.objects.descendant_of(self.root).order_by("path")

    def _articles(self) -> Iterator[ArticlePage]:
        articles = ArticlePage.objects.descendant_of(self.root).order_by("pk")
        for article in articles.with_authors().prefetch_related("tags").iterator(CHUNK):
            yield self._as_written(article)

    def _pages(self) -> Iterator[Page]:
        pages = apps.get_model(STANDARD_PAGE).objects.descendant_of(self.root).order_by("path")
        for page in pages.iterator(CHUNK):
            yield self._as_written(page)

    @staticmethod
    def _as_written(page: Any) -> Any:
        """Return what readers see; of a page that nobody sees yet, its latest draft."""
        return page if page.live else page.get_latest_revision_as_object()

    @staticmethod
    def _comments(page: Page) -> Iterator[ReaderComment]:
        if isinstance(page, ArticlePage):
            rows = ReaderComment.objects.for_article(page.pk).published()
            yield from rows.order_by("submitted_at", "pk")

    def _body(self, page: Page) -> str:
        return blockwriting.write(_stream(page), self.addresses)

    def _status(self, page: Page) -> str:
        restriction = self._restrictions.get(page.pk)
        if not page.live:
            return "future" if page.go_live_at and page.go_live_at > self.now else "draft"
        is_private = restriction and restriction.restriction_type != PageViewRestriction.PASSWORD
        return "private" if is_private else "publish"

    def _password(self, page: Page) -> str:
        restriction = self._restrictions.get(page.pk)
        return restriction.password if restriction else ""

    def _dates(self, page: Page) -> dict[str, str]:
        published_at = page.first_published_at if page.live else page.go_live_at
        created_at = published_at or page.latest_revision_created_at or self.now
        dates = _both_times("post_date", created_at)
        if not published_at:
            dates["post_date_gmt"] = "0000-00-00 00:00:00"
        return dates | _both_times("post_modified", page.last_published_at or created_at)

    @staticmethod
    def _facts(page: Page) -> dict[str, str]:
        meta = {
            "_yoast_wpseo_title": page.seo_title,
            "_yoast_wpseo_metadesc": page.search_description,
        }
        if isinstance(page, ArticlePage):
            updated_at = page.significantly_updated_at
            meta |= {
                "_thumbnail_id": str(PICTURES_FROM + page.lead_image_id)
                if page.lead_image_id
                else "",
                "_redaktion_kicker": page.kicker,
                "_redaktion_lead_image_alternative_text": page.lead_image_alternative_text,
                "_redaktion_lead_image_caption": page.lead_image_caption,
                "_redaktion_canonical_url": page.canonical_url,
                "_redaktion_is_noindex": "1" if page.is_noindex else "",
                "_redaktion_is_sensitive": "1" if page.is_sensitive else "",
                "_redaktion_significantly_updated_at": updated_at.isoformat()
                if updated_at
                else "",
                "_redaktion_comment_mode": page.comment_mode,
            }
        return {name: value for name, value in meta.items() if value}

    # Addresses

    def _page_address(self, pk: int) -> str:
        page = Page.objects.filter(pk=pk).first()
        return page.full_url or "" if page else ""

    def _picture_address(self, pk: int) -> tuple[int, str] | None:
        picture = NewsImage.objects.filter(pk=pk).first()
        return (PICTURES_FROM + pk, self._absolute(picture.file.url)) if picture else None

    def _document_address(self, pk: int) -> str:
        document = Document.objects.filter(pk=pk).first()
        return self._absolute(document.file.url) if document else ""

    def _absolute(self, url: str) -> str:
        return url if "://" in url else f"{self.site.root_url}{url}"

    def _category_slugs(self) -> dict[int, str]:
        """Return a slug for each section; WordPress wants each only once on the whole site."""
        sections = list(self._sections())
        counts = Counter(section.slug for section in sections)
        return {
            section.pk: section.slug
            if counts[section.slug] == 1
            else f"{section.get_parent().slug}-{section.slug}"
            for section in sections
        }


def _stream(page: Any) -> list[dict[str, Any]]:
    return list(page.body.get_prep_value())


def _fields(thing: Any, *names: str) -> dict[str, Any]:
    return {"id": thing.pk} | {name: getattr(thing, name) for name in names}


def _both_times(name: str, at: datetime) -> dict[str, str]:
    local = at.astimezone(timezone.get_default_timezone())
    return {
        name: f"{local:%Y-%m-%d %H:%M:%S}",
        f"{name}_gmt": f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}",
    }


def _meta(values: dict[str, str]) -> str:
    return "".join(
        f"<wp:postmeta>{_cdata('wp:meta_key', name)}{_cdata('wp:meta_value', value)}</wp:postmeta>"
        for name, value in values.items()
    )


def _tag(name: str, value: object) -> str:
    return f"<{name}>{escape(NOT_XML.sub('', str(value)))}</{name}>\n"


def _cdata(name: str, value: object) -> str:
    return f"<{name}>{_cdata_text(value)}</{name}>\n"


def _cdata_text(value: object) -> str:
    text = NOT_XML.sub("", str(value)).replace("]]>", "]]]]><![CDATA[>")
    return f"<![CDATA[{text}]]>"


def _attribute(value: str) -> str:
    return escape(NOT_XML.sub("", value), {'"': "&quot;"})
