"""The tables of the reports: what was counted, by article, section, channel and the like.

What belongs to pages is summed by the database: one statement sums the span by page and groups
that by section, author, tag and language, however many tables are asked for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db.models import TextChoices
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.coreutils import get_content_languages
from wagtail.models import Locale, Page

from analytics.figures import facts, spans
from analytics.figures.spans import Days, Dimension, Span
from analytics.registry import PageIds
from news.models import ArticleAuthor, ArticlePage, ArticleTag, Author, SectionPage, Tag


class TableName(TextChoices):
    """Every table, in the order of the overview."""

    ARTICLES = "articles", gettext_lazy("Articles")
    SECTIONS = "sections", gettext_lazy("Sections")
    AUTHORS = "authors", gettext_lazy("Authors")
    TAGS = "tags", gettext_lazy("Tags")
    CHANNELS = "channels", gettext_lazy("Channels")
    REFERRERS = "referrers", gettext_lazy("Referrers")
    CAMPAIGNS = "campaigns", gettext_lazy("Campaigns")
    SEARCH_WORDS = "search-words", gettext_lazy("Search words")
    DEVICES = "devices", gettext_lazy("Devices")
    BROWSERS = "browsers", gettext_lazy("Browsers")
    SYSTEMS = "systems", gettext_lazy("Operating systems")
    COUNTRIES = "countries", gettext_lazy("Countries")
    LANGUAGES = "languages", gettext_lazy("Languages")


DIMENSIONS = {
    TableName.CHANNELS: Dimension.CHANNEL,
    TableName.REFERRERS: Dimension.REFERRER,
    TableName.CAMPAIGNS: Dimension.CAMPAIGN,
    TableName.SEARCH_WORDS: Dimension.SEARCH_WORDS,
    TableName.DEVICES: Dimension.DEVICE,
    TableName.BROWSERS: Dimension.BROWSER,
    TableName.SYSTEMS: Dimension.SYSTEM,
    TableName.COUNTRIES: Dimension.COUNTRY,
}
# What a channel says nothing about: a view's values are kept one by one, not together.
BESIDE_CHANNELS = {
    TableName.CAMPAIGNS,
    TableName.SEARCH_WORDS,
    TableName.DEVICES,
    TableName.BROWSERS,
    TableName.SYSTEMS,
    TableName.COUNTRIES,
}
LABELS = dict(spans.CHANNELS) | {
    "mobile": gettext_lazy("Phone"),
    "desktop": gettext_lazy("Computer"),
    "tablet": gettext_lazy("Tablet"),
    "other": gettext_lazy("Other"),
    "unknown": gettext_lazy("Unknown"),
}
TRANSLATED = {TableName.CHANNELS, TableName.DEVICES}
# An article by two authors counts for both, so these do not add up to the total.
OVERLAPPING = {TableName.AUTHORS, TableName.TAGS}
# Tables whose lines lead to the same report narrowed to them, by the filter's name.
NARROWED_BY = {
    TableName.TAGS: "tag",
    TableName.CHANNELS: "channel",
    TableName.LANGUAGES: "language",
}
REPORTS = {
    TableName.ARTICLES: "analytics_article",
    TableName.SECTIONS: "analytics_section",
    TableName.AUTHORS: "analytics_author",
}


@dataclass(slots=True)
class Row:
    """A line of a table; `share` is its visits in hundredths of the largest line's.

    `key` names it in addresses: the number of a page or author, a slug, a code, a channel.
    """

    label: str
    visits: int = 0
    views: int = 0
    engaged_minutes: int | None = None
    key: str = ""
    address: str = ""
    share: int = 0


@dataclass(slots=True)
class Table:
    """A table by name, most visits first; `count` are all its lines, `rows` maybe the first."""

    name: TableName
    rows: list[Row] = field(default_factory=list)
    count: int = 0
    is_beside_channel: bool = False

    @property
    def overlaps(self) -> bool:
        return self.name in OVERLAPPING

    @property
    def has_engagement(self) -> bool:
        return self.name not in DIMENSIONS

    @property
    def filter_name(self) -> str:
        return NARROWED_BY.get(self.name, "")


def names_on_offer() -> list[TableName]:
    """Return the tables; none about single persons if the site wants none."""
    return [
        name
        for name in TableName
        if name is not TableName.AUTHORS or settings.ANALYTICS_PER_PERSON
    ]


def build(
    names: Iterable[TableName],
    span: Span,
    days: Days,
    page_ids: PageIds | None,
    *,
    channel: str = "",
    limit: int | None = None,
) -> list[Table]:
    """Return the tables asked for; the number of queries depends on `names` alone.

    With a channel, views and visits come by day; what it says nothing about is left unfiltered
    and says so.
    """
    wanted = list(names)
    of_pages = [name for name in wanted if name not in DIMENSIONS]
    tables: dict[TableName, Table] = {}
    if of_pages:
        tables |= _of_pages(of_pages, days if channel else span, page_ids, channel, limit)
    if len(of_pages) < len(wanted):
        by_dimension = spans.by_dimension(days, page_ids)
        for name in wanted:
            if name in DIMENSIONS:
                tables[name] = _of_dimension(name, by_dimension, channel, limit)
    for table in tables.values():
        most = max((row.visits for row in table.rows), default=0)
        for row in table.rows:
            row.share = round(100 * row.visits / most) if most else 0
    return [tables[name] for name in wanted]


def _of_dimension(
    name: TableName,
    by_dimension: dict[Dimension, list[spans.ValueCount]],
    channel: str,
    limit: int | None,
) -> Table:
    counts = by_dimension[DIMENSIONS[name]]
    if channel and name is TableName.CHANNELS:
        counts = [row for row in counts if row.value == channel]
    if channel and name is TableName.REFERRERS:
        counts = [row for row in counts if spans.host_channel(row.value) == channel]
    rows = [Row(_label(name, row.value), row.visits, row.views, key=row.value) for row in counts]
    rows.sort(key=lambda row: (-row.visits, -row.views, row.label))
    return Table(name, rows[:limit], len(rows), bool(channel) and name in BESIDE_CHANNELS)


def _label(name: TableName, value: str) -> str:
    return str(LABELS.get(value, value)) if name in TRANSLATED else value or _("Unknown")


def _of_pages(
    names: list[TableName],
    span: Span,
    page_ids: PageIds | None,
    channel: str,
    limit: int | None,
) -> dict[TableName, Table]:
    head, parameters = facts.with_totals(span, page_ids, channel)
    parts = [_limited(PARTS[name], limit) for name in names]
    if TableName.ARTICLES in names:
        parts.append(f"SELECT * FROM ({ELSEWHERE}) AS elsewhere")  # noqa: S608
    found = {name: Table(name) for name in names}
    sums: list[tuple[TableName, int, Row]] = []
    for name, key, label, visits, views, engaged, count in facts.fetch(
        head + " UNION ALL ".join(parts), parameters
    ):
        row = Row(label, int(visits), int(views), int(engaged) // 60, key=str(key))
        sums.append((TableName(name), int(count), row))
    for name, count, row in sums:
        table = found[name]
        if name is TableName.ARTICLES and row.key in BEYOND:
            row.label, row.key = str(BEYOND[row.key]), ""
        elif name is TableName.LANGUAGES:
            row.label = get_content_languages().get(row.key, row.key)
        if name in REPORTS and row.key:
            row.address = reverse(REPORTS[name], args=[row.key])
        table.rows.append(row)
        table.count = max(table.count, count)
    for table in found.values():
        # lines that are no articles stand below all that are
        table.rows.sort(key=lambda row: (not row.key, -row.visits, -row.views, row.label))
        if table.name is TableName.ARTICLES:
            table.count += sum(not row.key for row in table.rows)
    return found


def _limited(part: str, limit: int | None) -> str:
    limited = f" LIMIT {int(limit)}" if limit else ""
    ordered = f"{part} ORDER BY visits DESC, views DESC, label{limited}"
    return f"SELECT * FROM ({ordered}) AS part"  # noqa: S608


ARTICLE, PAGE, SECTION = (facts.table_of(model) for model in (ArticlePage, Page, SectionPage))
BYLINE, AUTHOR = facts.table_of(ArticleAuthor), facts.table_of(Author)
TAGGED, TAG, LOCALE = facts.table_of(ArticleTag), facts.table_of(Tag), facts.table_of(Locale)
BEYOND = {
    "other": gettext_lazy("Front page, sections and other pages"),
    "gone": gettext_lazy("Deleted pages"),
}


def _grouped(name: TableName, key: str, label: str, joins: str) -> str:
    return (
        f"SELECT '{name.value}' AS name, CAST({key} AS VARCHAR(100)) AS id, {label} AS label, "  # noqa: S608
        "SUM(totals.visits) AS visits, SUM(totals.views) AS views, "
        "SUM(totals.engaged_seconds) AS engaged, COUNT(*) OVER () AS number "
        f"FROM totals {joins} GROUP BY {key}, {label}"
    )


PAGES = f"JOIN {PAGE} AS page ON page.id = totals.page_id"
PARTS: dict[Any, str] = {
    TableName.ARTICLES: _grouped(
        TableName.ARTICLES,
        "page.id",
        "page.title",
        f"{PAGES} JOIN {ARTICLE} AS article ON article.page_ptr_id = totals.page_id",
    ),
    # sections with what stands right in them: nested sections have their own line
    TableName.SECTIONS: _grouped(
        TableName.SECTIONS,
        "parent.id",
        "parent.title",
        f"{PAGES} JOIN {ARTICLE} AS article ON article.page_ptr_id = totals.page_id "
        f"JOIN {PAGE} AS parent "
        f"ON parent.path = SUBSTR(page.path, 1, LENGTH(page.path) - {Page.steplen}) "
        f"JOIN {SECTION} AS section ON section.page_ptr_id = parent.id",
    ),
    TableName.AUTHORS: _grouped(
        TableName.AUTHORS,
        "author.id",
        "author.name",
        f"JOIN {BYLINE} AS byline ON byline.article_id = totals.page_id "
        f"JOIN {AUTHOR} AS author ON author.id = byline.author_id",
    ),
    TableName.TAGS: _grouped(
        TableName.TAGS,
        "tag.slug",
        "tag.name",
        f"JOIN {TAGGED} AS tagged ON tagged.content_object_id = totals.page_id "
        f"JOIN {TAG} AS tag ON tag.id = tagged.tag_id",
    ),
    TableName.LANGUAGES: _grouped(
        TableName.LANGUAGES,
        "locale.language_code",
        "locale.language_code",
        f"{PAGES} JOIN {LOCALE} AS locale ON locale.id = page.locale_id",
    ),
}
ELSEWHERE = _grouped(
    TableName.ARTICLES,
    "CASE WHEN page.id IS NULL THEN 'gone' ELSE 'other' END",
    "CASE WHEN page.id IS NULL THEN 'gone' ELSE 'other' END",
    f"LEFT JOIN {PAGE} AS page ON page.id = totals.page_id "
    f"LEFT JOIN {ARTICLE} AS article ON article.page_ptr_id = totals.page_id "
    "WHERE article.page_ptr_id IS NULL",
).replace("COUNT(*) OVER ()", "0")
