"""View counts of WordPress Popular Posts and Jetpack, as `import_views` reads them."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time
from urllib.parse import urlsplit

from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page

from news.wordpress.inventory import parts_of
from news.wordpress.models import ImportedItem, Kind
from news.wordpress.records import ExportRefused

IDS = ("postid", "post_id", "id")
ADDRESSES = ("post_permalink", "permalink", "url", "link")
DAYS = ("view_date", "date", "day")
VIEWS = ("pageviews", "views")

Row = tuple[str, str, int]


def convert(
    lines: Iterable[str], *, source: str, day: date | None = None
) -> tuple[list[Row], int]:
    """Return rows of path, hour and views, and how many lines fit no page of ours.

    The plugins count by day of the site; a day's views go into its noon. `day` is for lists
    without one, such as Jetpack's totals (title, views, address, no heading).
    """
    counts: Counter[tuple[str, str]] = Counter()
    unknown = 0
    for key, address, at, views in _read(lines, day):
        path = _path(key, address, source)
        if path:
            counts[path, _noon(at)] += views
        else:
            unknown += 1
    return [(path, hour, views) for (path, hour), views in sorted(counts.items())], unknown


def _read(lines: Iterable[str], day: date | None) -> Iterator[tuple[str, str, date, int]]:
    rows = csv.reader(lines)
    names: list[str] = []
    for number, row in enumerate(rows, 1):
        if not row:
            continue
        lowered = [cell.strip().lower() for cell in row]
        if not names and any(name in lowered for name in VIEWS):
            names = lowered
            continue
        values = dict(zip(names or ["title", "views", "url"], row, strict=False))
        try:
            at = date.fromisoformat(_first(values, DAYS)[:10]) if _first(values, DAYS) else day
            views = int(_first(values, VIEWS).replace(",", "").replace(".", ""))
        except ValueError:
            at = None
        if at is None:
            raise ExportRefused(
                _("Line %(line)d has no day or no number of views.") % {"line": number}
            )
        key = _first(values, IDS[:2]) if names else ""
        yield key, _first(values, ADDRESSES), at, views


def _first(values: dict[str, str], names: Iterable[str]) -> str:
    return next((values[name].strip() for name in names if values.get(name, "").strip()), "")


def _path(key: str, address: str, source: str) -> str:
    page_id = None
    if key:
        entries = ImportedItem.objects.filter(source=source, source_key=key)
        page_id = (
            entries.filter(kind__in=[Kind.POST, Kind.PAGE])
            .values_list("object_id", flat=True)
            .first()
        )
    if page_id is None and address:
        path = Redirect.normalise_path(parts_of(address).path)
        redirects = Redirect.objects.filter(old_path=path, redirect_page__isnull=False)
        page_id = redirects.values_list("redirect_page_id", flat=True).first()
    page = Page.objects.filter(pk=page_id).first() if page_id else None
    return urlsplit(page.full_url or "").path if page else ""


def _noon(day: date) -> str:
    noon = datetime.combine(day, time(12), tzinfo=timezone.get_default_timezone())
    return noon.astimezone(UTC).strftime("%Y-%m-%dT%H:00:00Z")
