"""Which articles were read in a period: what the staff report asks."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from analytics.figures import Totals, overall, period_sum
from news.models import ArticlePage
from news.querysets import ArticleQuerySet


class Preset(TextChoices):
    """The periods on offer; all but the custom one end today."""

    TODAY = "1", _("Today")
    WEEK = "7", _("7 days")
    MONTH = "28", _("28 days")
    QUARTER = "90", _("90 days")
    CUSTOM = "custom", _("Custom")


@dataclass(frozen=True, slots=True)
class Period:
    """Days of the site's time zone, both ends included."""

    preset: Preset
    first: date
    last: date

    @property
    def is_one_day(self) -> bool:
        return self.first == self.last


def period(
    preset: str = "",
    first: date | None = None,
    last: date | None = None,
    *,
    today: date | None = None,
) -> Period:
    """Return what was asked for; days alone mean a custom period, nothing means 7 days.

    A custom period without an end reaches to today, one without a start holds 28 days, and
    ends in the wrong order are swapped.
    """
    today = today or timezone.localdate()
    if preset == Preset.CUSTOM or (not preset and (first or last)):
        last = last or today
        first = first or last - timedelta(days=27)
        return Period(Preset.CUSTOM, min(first, last), max(first, last))
    chosen = Preset(preset or Preset.WEEK)
    return Period(chosen, today - timedelta(days=int(chosen) - 1), today)


def articles_read(during: Period) -> ArticleQuerySet:
    """Return every article that was ever published, with its visits, views and readers."""
    articles: ArticleQuerySet = (
        ArticlePage.objects.filter(first_published_at__isnull=False)
        .defer_streamfields()
        .annotate(
            visits=period_sum("visits", during.first, during.last),
            views=period_sum("views", during.first, during.last),
            readers=period_sum("readers", during.first, during.last),
        )
        .prefetch_related("article_authors__author")
    )
    return articles


def totals(during: Period, articles: ArticleQuerySet | None = None) -> Totals:
    """Return the sums over `articles`, or over the whole site with all that is gone."""
    if articles is None:
        return overall(during.first, during.last)
    return overall(during.first, during.last, articles.order_by().values("pk"))
