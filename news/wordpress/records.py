"""What a WordPress export holds, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

EARLIEST_YEAR, LATEST_YEAR = 1500, 2999


class ExportRefused(Exception):
    """The file cannot be imported; the message says why and nothing was changed."""


@dataclass(slots=True)
class Site:
    """The channel: where the export came from."""

    title: str = ""
    url: str = ""
    language: str = ""
    version: str = ""


@dataclass(slots=True)
class Writer:
    """An author. The address stays in WordPress: with us it would be shown to readers."""

    login: str
    name: str = ""
    id: str = ""
    slug: str = ""
    biography: str = ""


@dataclass(slots=True)
class Term:
    """A category or tag; `parent` is the slug of another category."""

    taxonomy: str
    slug: str
    name: str
    id: str = ""
    parent: str = ""
    description: str = ""


@dataclass(slots=True)
class Remark:
    """A comment. Address of the machine, browser and website are not even read."""

    id: str = ""
    author: str = ""
    email: str = ""
    date: str = ""
    date_gmt: str = ""
    content: str = ""
    approved: str = ""
    type: str = ""
    parent: str = ""


@dataclass(slots=True)
class Item:
    """A post, page, attachment or anything else that WordPress keeps in its posts table."""

    id: str = ""
    type: str = "post"
    status: str = "publish"
    title: str = ""
    slug: str = ""
    link: str = ""
    guid: str = ""
    creator: str = ""
    content: str = ""
    excerpt: str = ""
    date: str = ""
    date_gmt: str = ""
    modified: str = ""
    modified_gmt: str = ""
    parent: str = ""
    menu_order: str = ""
    password: str = ""
    comment_status: str = ""
    is_sticky: str = ""
    attachment_url: str = ""
    # (taxonomy, slug, name) in the order of the export
    terms: list[tuple[str, str, str]] = field(default_factory=list)
    meta: dict[str, str] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)


def moment(date_gmt: str, date: str, zone: tzinfo) -> datetime | None:
    """Return the time that WordPress means: GMT if it has one, else the site's local time.

    Drafts carry zeros instead of GMT; what cannot be read is no time at all.
    """
    for text, place in ((date_gmt, UTC), (date, zone)):
        try:
            read = datetime.strptime(text.strip(), "%Y-%m-%d %H:%M:%S").replace(tzinfo=place)
        except ValueError:
            continue
        # At the ends of the calendar no other time zone can be told.
        if EARLIEST_YEAR <= read.year <= LATEST_YEAR:
            return read.astimezone(UTC)
    return None
