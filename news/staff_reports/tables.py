"""The tables of the reports: what was counted, by article, section, channel and the like."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.conf import settings
from django.db.models import TextChoices
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.models import Locale, Page

from analytics.figures import Totals, spans
from analytics.figures.spans import Days, Dimension, Span
from analytics.registry import PageIds
from news.models import ArticleAuthor, ArticlePage, ArticleTag, SectionPage


class TableName(TextChoices):
    """Every table, in the order of the overview."""

    ARTICLES = "articles", gettext_lazy("Articles")
    SECTIONS = "sections", gettext_lazy("Sections")
    AUTHORS = "authors", gettext_lazy("Authors")
    TAGS = "tags", gettext_lazy("Tags")
    CHANNELS = "channels", gettext_lazy("Channels")
    REFERRERS = "referrers", gettext_lazy("Referrers")
    CAMPAIGNS = "campaigns", gettext_lazy("Campaigns")
    DEVICES = "devices", gettext_lazy("Devices")
    BROWSERS = "browsers", gettext_lazy("Browsers")
    SYSTEMS = "systems", gettext_lazy("Operating systems")
    COUNTRIES = "countries", gettext_lazy("Countries")
    LANGUAGES = "languages", gettext_lazy("Languages")


DIMENSIONS = {
    TableName.CHANNELS: Dimension.CHANNEL,
    TableName.REFERRERS: Dimension.REFERRER,
    TableName.CAMPAIGNS: Dimension.CAMPAIGN,
    TableName.DEVICES: Dimension.DEVICE,
    TableName.BROWSERS: Dimension.BROWSER,
    TableName.SYSTEMS: Dimension.SYSTEM,
    TableName.COUNTRIES: Dimension.COUNTRY,
}
LABELS = {
    "direct": gettext_lazy("Direct"),
    "search": gettext_lazy("Search"),
    "social": gettext_lazy("Social networks"),
    "referral": gettext_lazy("Other sites"),
    "email": gettext_lazy("E-mail"),
    "paid": gettext_lazy("Paid"),
    "ai": gettext_lazy("AI assistants"),
    "internal": gettext_lazy("This site"),
    "mobile": gettext_lazy("Phone"),
    "desktop": gettext_lazy("Computer"),
    "tablet": gettext_lazy("Tablet"),
    "other": gettext_lazy("Other"),
    "unknown": gettext_lazy("Unknown"),
}
TRANSLATED = {TableName.CHANNELS, TableName.DEVICES}
# An article by two authors counts for both, so these do not add up to the total.
OVERLAPPING = {TableName.AUTHORS, TableName.TAGS}


@dataclass(slots=True)
class Row:
    """A line of a table; `share` is its visits in hundredths of the largest line's."""

    label: str
    visits: int = 0
    views: int = 0
    engaged_minutes: int | None = None
    address: str = ""
    share: int = 0


@dataclass(slots=True)
class Table:
    """A table by name, most visits first."""

    name: TableName
    rows: list[Row] = field(default_factory=list)

    @property
    def overlaps(self) -> bool:
        return self.name in OVERLAPPING

    @property
    def has_engagement(self) -> bool:
        return self.name not in DIMENSIONS


def names_on_offer() -> list[TableName]:
    """Return the tables; none about single persons if the site wants none."""
    return [
        name
        for name in TableName
        if name is not TableName.AUTHORS or settings.ANALYTICS_PER_PERSON
    ]


def build(
    names: Iterable[TableName], span: Span, days: Days, page_ids: PageIds | None
) -> list[Table]:
    """Return the tables asked for; the number of queries depends on `names` alone."""
    wanted = list(names)
    by_page: dict[int, Totals] = {}
    if any(name not in DIMENSIONS for name in wanted):
        by_page = spans.by_page(span, page_ids)
    by_dimension = {}
    if any(name in DIMENSIONS for name in wanted):
        by_dimension = spans.by_dimension(days, page_ids)
    tables = []
    for name in wanted:
        if name in DIMENSIONS:
            counts = by_dimension[DIMENSIONS[name]]
            rows = [Row(_label(name, row.value), row.visits, row.views) for row in counts]
        else:
            rows = BUILDERS[name](by_page)
        rows.sort(key=lambda row: (-row.visits, -row.views, row.label))
        most = max((row.visits for row in rows), default=0)
        for row in rows:
            row.share = round(100 * row.visits / most) if most else 0
        tables.append(Table(name, rows))
    return tables


def _label(name: TableName, value: str) -> str:
    return str(LABELS.get(value, value)) if name in TRANSLATED else value or _("Unknown")


def _sum(label: str, totals: Iterable[Totals], address: str = "") -> Row:
    rows = list(totals)
    return Row(
        label,
        sum(row.visits for row in rows),
        sum(row.views for row in rows),
        sum(row.engaged_seconds for row in rows) // 60,
        address,
    )


def _grouped(
    by_page: dict[int, Totals], keys: Iterable[tuple[int, str]], labels: dict[str, str]
) -> list[Row]:
    groups: dict[str, list[Totals]] = defaultdict(list)
    for page_id, key in keys:
        if page_id in by_page:
            groups[key].append(by_page[page_id])
    return [_sum(labels.get(key, key), totals) for key, totals in groups.items()]


def _articles(by_page: dict[int, Totals]) -> list[Row]:
    """Return articles, then in one line each: other pages, and pages that are gone."""
    titles = dict(ArticlePage.objects.values_list("pk", "title"))
    pages = Page.objects.exclude(pk__in=ArticlePage.objects.values("pk"))
    other_ids = set(pages.values_list("pk", flat=True))
    rows = [
        _sum(titles[page_id], [totals], reverse("analytics_article", args=[page_id]))
        for page_id, totals in by_page.items()
        if page_id in titles
    ]
    other = [totals for page_id, totals in by_page.items() if page_id in other_ids]
    gone = [
        totals
        for page_id, totals in by_page.items()
        if page_id not in titles and page_id not in other_ids
    ]
    if other:
        rows.append(_sum(_("Front page, sections and other pages"), other))
    if gone:
        rows.append(_sum(_("Deleted pages"), gone))
    return rows


def _sections(by_page: dict[int, Totals]) -> list[Row]:
    """Return sections with what stands right in them: nested sections have their own line."""
    sections = dict(SectionPage.objects.values_list("path", "title"))
    paths = ArticlePage.objects.values_list("pk", "path")
    keys = ((pk, path[: -Page.steplen]) for pk, path in paths)
    return _grouped(by_page, keys, sections)


def _authors(by_page: dict[int, Totals]) -> list[Row]:
    rows = list(ArticleAuthor.objects.values_list("article_id", "author_id", "author__name"))
    names = {str(author_id): name for _page_id, author_id, name in rows}
    return _grouped(by_page, ((page_id, str(author)) for page_id, author, _name in rows), names)


def _tags(by_page: dict[int, Totals]) -> list[Row]:
    return _grouped(by_page, ArticleTag.objects.values_list("content_object_id", "tag__name"), {})


def _languages(by_page: dict[int, Totals]) -> list[Row]:
    labels = {locale.language_code: str(locale) for locale in Locale.objects.all()}
    rows = Page.objects.values_list("pk", "locale__language_code")
    return _grouped(by_page, rows, labels)


BUILDERS: dict[TableName, Callable[[dict[int, Totals]], list[Row]]] = {
    TableName.ARTICLES: _articles,
    TableName.SECTIONS: _sections,
    TableName.AUTHORS: _authors,
    TableName.TAGS: _tags,
    TableName.LANGUAGES: _languages,
}
