"""The tables of the reports: what was counted, by article, section, channel and the like.

What belongs to pages is summed by the database: one statement sums the span by page and groups
that by section, author, tag and language, however many tables are asked for. Sums are grouped
and cut by their keys before names are looked up: a planner knows nothing of how many they are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial

from django.conf import settings
from django.db.models import TextChoices
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.coreutils import get_content_languages
from wagtail.models import Locale, Page

from analytics.figures import facts, spans
from analytics.figures.spans import Days, Dimension, Span
from analytics.figures.subtrees import Subtree
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


def change(now: int, before: int | None) -> int | None:
    """Return a change in per cent; None where there was nothing before."""
    return round(100 * (now - before) / before) if before else None


@dataclass(slots=True)
class Row:
    """A line of a table; `share` is its visits in hundredths of the largest line's.

    `key` names it in addresses: the number of a page or author, a slug, a code, a channel.
    `visits_before` are those of what the period is compared with; None if it is with nothing.
    """

    label: str
    visits: int = 0
    views: int = 0
    engaged_minutes: int | None = None
    visits_before: int | None = None
    key: str = ""
    address: str = ""
    share: int = 0

    @property
    def change(self) -> int | None:
        """The change of the visits in per cent; None where there was nothing before."""
        return change(self.visits, self.visits_before)


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
    def is_compared(self) -> bool:
        return any(row.visits_before for row in self.rows)

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
    before: Span | None = None,
    days_before: Days | None = None,
    subtree: Subtree | None = None,
    limit: int | None = None,
) -> list[Table]:
    """Return the tables asked for; the number of queries depends on `names` alone.

    With a channel, views and visits come by day; what it says nothing about is left unfiltered
    and says so. Lines are compared with `before`, what is kept by day with `days_before`.
    `subtree` are the same pages as `page_ids` if these are all at and below some places.
    """
    wanted = list(names)
    of_pages = [name for name in wanted if name not in DIMENSIONS]
    dimensions = [DIMENSIONS[name] for name in wanted if name in DIMENSIONS]
    tables: dict[TableName, Table] = {}
    if of_pages:
        tables |= _of_pages(of_pages, span, page_ids, channel, before, limit)
    if dimensions:
        ask = partial(
            spans.by_dimension, page_ids=page_ids, dimensions=dimensions, subtree=subtree
        )
        counts, old = ask(days), ask(days_before) if days_before else {}
        for name in wanted:
            if name in DIMENSIONS:
                tables[name] = _of_dimension(name, counts, old, channel, limit)
    for table in tables.values():
        most = max((row.visits for row in table.rows), default=0)
        for row in table.rows:
            row.share = round(100 * row.visits / most) if most else 0
    return [tables[name] for name in wanted]


def _of_dimension(
    name: TableName,
    by_dimension: dict[Dimension, list[spans.ValueCount]],
    old: dict[Dimension, list[spans.ValueCount]],
    channel: str,
    limit: int | None,
) -> Table:
    counts = by_dimension[DIMENSIONS[name]]
    before = {row.value: row.visits for row in old.get(DIMENSIONS[name], ())}
    if channel and name is TableName.CHANNELS:
        counts = [row for row in counts if row.value == channel]
    if channel and name is TableName.REFERRERS:
        counts = [row for row in counts if spans.host_channel(row.value) == channel]
    rows = [
        Row(
            _label(name, row.value),
            row.visits,
            row.views,
            visits_before=before.get(row.value, 0) if old else None,
            key=row.value,
        )
        for row in counts
    ]
    rows.sort(key=lambda row: (-row.visits, -row.views, row.label))
    return Table(name, rows[:limit], len(rows), bool(channel) and name in BESIDE_CHANNELS)


def _label(name: TableName, value: str) -> str:
    return str(LABELS.get(value, value)) if name in TRANSLATED else value or _("Unknown")


def _of_pages(
    names: list[TableName],
    span: Span,
    page_ids: PageIds | None,
    channel: str,
    before: Span | None,
    limit: int | None,
) -> dict[TableName, Table]:
    head, parameters = facts.with_totals(span, page_ids, channel, before=before, figures=COUNTED)
    parts = [_part(name, limit) for name in names]
    if TableName.ARTICLES in names:
        parts.append(ELSEWHERE)
    found = {name: Table(name) for name in names}
    statement = f"{head}, {PLACED} {' UNION ALL '.join(parts)}"
    for name, key, label, visits, views, engaged, visits_before, count in facts.fetch(
        statement, parameters
    ):
        row = Row(label, int(visits), int(views), int(engaged) // 60, key=str(key))
        row.visits_before = int(visits_before) if before is not None else None
        table = found[TableName(name)]
        if table.name is TableName.ARTICLES and row.key in BEYOND:
            row.label, row.key = str(BEYOND[row.key]), ""
        elif table.name is TableName.LANGUAGES:
            row.label = get_content_languages().get(row.key, row.key)
        if table.name in REPORTS and row.key:
            row.address = reverse(REPORTS[table.name], args=[row.key])
        table.rows.append(row)
        table.count = max(table.count, int(count))
    for table in found.values():
        # lines that are no articles stand below all that are
        table.rows.sort(key=lambda row: (not row.key, -row.visits, -row.views, row.label))
        if table.name is TableName.ARTICLES:
            table.count += sum(not row.key for row in table.rows)
    return found


ARTICLE, PAGE, SECTION = (facts.table_of(model) for model in (ArticlePage, Page, SectionPage))
BYLINE, AUTHOR = facts.table_of(ArticleAuthor), facts.table_of(Author)
TAGGED, TAG, LOCALE = facts.table_of(ArticleTag), facts.table_of(Tag), facts.table_of(Locale)
BEYOND = {
    "other": gettext_lazy("Front page, sections and other pages"),
    "gone": gettext_lazy("Deleted pages"),
}
COUNTED = ("visits", "views", "engaged_seconds")
FIGURES = (*COUNTED, facts.BEFORE)
SUMS = ", ".join(f"SUM({name}) AS {name}" for name in FIGURES)
# The pages that were viewed, with their place in the tree as it is now.
PLACED = (
    f"placed AS MATERIALIZED (SELECT totals.page_id, {', '.join(FIGURES)}, "  # noqa: S608
    "page.id AS known_id, article.page_ptr_id AS article_id, page.locale_id, "
    f"SUBSTR(page.path, 1, LENGTH(page.path) - {Page.steplen}) AS parent_path "
    f"FROM totals LEFT JOIN {PAGE} AS page ON page.id = totals.page_id "
    f"LEFT JOIN {ARTICLE} AS article ON article.page_ptr_id = totals.page_id "
    "WHERE totals.views > 0)"
)


@dataclass(frozen=True, slots=True)
class Grouping:
    """What a table sums by: `key` in `rows`, and where the line's id and label are found."""

    key: str
    rows: str
    names: str
    id: str
    label: str


GROUPINGS = {
    TableName.ARTICLES: Grouping(
        "article_id",
        "placed WHERE article_id IS NOT NULL",
        f"JOIN {PAGE} AS page ON page.id = sums.key",
        "page.id",
        "page.title",
    ),
    # sections with what stands right in them: nested sections have their own line
    TableName.SECTIONS: Grouping(
        "parent_path",
        "placed WHERE article_id IS NOT NULL",
        f"JOIN {PAGE} AS parent ON parent.path = sums.key "
        f"JOIN {SECTION} AS section ON section.page_ptr_id = parent.id",
        "parent.id",
        "parent.title",
    ),
    TableName.AUTHORS: Grouping(
        "byline.author_id",
        f"totals JOIN {BYLINE} AS byline ON byline.article_id = totals.page_id",
        f"JOIN {AUTHOR} AS author ON author.id = sums.key",
        "author.id",
        "author.name",
    ),
    TableName.TAGS: Grouping(
        "tagged.tag_id",
        f"totals JOIN {TAGGED} AS tagged ON tagged.content_object_id = totals.page_id",
        f"JOIN {TAG} AS tag ON tag.id = sums.key",
        "tag.slug",
        "tag.name",
    ),
    TableName.LANGUAGES: Grouping(
        "locale_id",
        "placed WHERE known_id IS NOT NULL",
        f"JOIN {LOCALE} AS locale ON locale.id = sums.key",
        "locale.language_code",
        "locale.language_code",
    ),
}
ORDER = "visits DESC, views DESC"
NUMBER = "COUNT(*) OVER () AS number"


def _part(name: TableName, limit: int | None) -> str:
    """Return the lines of a table; what is cut is cut before its names are looked up."""
    by, cut = GROUPINGS[name], f" LIMIT {int(limit)}" if limit else ""
    sums = f"SELECT {by.key} AS key, {SUMS} FROM {by.rows} GROUP BY {by.key} HAVING SUM(views) > 0"  # noqa: S608
    if name is TableName.ARTICLES:  # each has one row already
        sums = f"SELECT {by.key} AS key, {', '.join(FIGURES)} FROM {by.rows}"  # noqa: S608
    # a parent that is no section has no line: that is known once names are looked up
    if name is not TableName.SECTIONS:
        sums = f"SELECT sums.*, {NUMBER} FROM ({sums}) AS sums ORDER BY {ORDER}, key{cut}"  # noqa: S608
    lines = (
        f"SELECT '{name.value}' AS name, CAST({by.id} AS VARCHAR(100)) AS id, "  # noqa: S608
        f"{by.label} AS label, {', '.join(FIGURES)}, "
        f"{NUMBER if name is TableName.SECTIONS else 'number'} FROM ({sums}) AS sums {by.names}"
    )
    if name is TableName.SECTIONS:
        lines += f" ORDER BY {ORDER}, label{cut}"
    return f"SELECT * FROM ({lines}) AS part"  # noqa: S608


_ELSEWHERE_KEY = "CASE WHEN known_id IS NULL THEN 'gone' ELSE 'other' END"
ELSEWHERE = (
    f"SELECT * FROM (SELECT '{TableName.ARTICLES.value}' AS name, {_ELSEWHERE_KEY} AS id, "  # noqa: S608
    f"'' AS label, {SUMS}, 0 AS number FROM placed WHERE article_id IS NULL "
    f"GROUP BY {_ELSEWHERE_KEY}) AS elsewhere"
)
