"""What is counted and where counting stands.

Pages are plain numbers here, without foreign keys: a page that is gone stays in the totals.
Buckets are the truth for 35 days; day rows (site time) for 25 months; month rows stay.
"""

from typing import Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from analytics.events import Dimension, DropReason


class Counts(models.Model):
    """The figures every counting table holds.

    `readers` counts a reader's first view of this page on a day, `site_readers` the first view
    of any page on a day: summed over pages it is the site's daily readers.
    """

    views = models.PositiveIntegerField(default=0)
    visits = models.PositiveIntegerField(default=0)
    readers = models.PositiveIntegerField(default=0)
    site_readers = models.PositiveIntegerField(default=0)
    engaged_seconds = models.PositiveBigIntegerField(default=0)

    class Meta:
        abstract = True


class PageBucket(Counts):
    """One page in one bucket of 15 minutes UTC; `bucket` counts them since 1970."""

    pk = models.CompositePrimaryKey("page_id", "bucket")
    page_id = models.PositiveIntegerField()
    bucket = models.PositiveIntegerField()

    class Meta:
        indexes = [
            # what enters and leaves a window, and what retention deletes
            models.Index(fields=["bucket"], name="analytics_pagebucket_bucket")
        ]


class PageDay(Counts):
    """One page on one day of the site's time zone."""

    pk = models.CompositePrimaryKey("page_id", "day")
    page_id = models.PositiveIntegerField()
    day = models.DateField()

    class Meta:
        indexes = [
            # reports over a period
            models.Index(fields=["day"], name="analytics_pageday_day")
        ]


class PageMonth(Counts):
    """One page in one month, rolled up from its days; `month` is the first of it."""

    pk = models.CompositePrimaryKey("page_id", "month")
    page_id = models.PositiveIntegerField()
    month = models.DateField()


class PageDayDimension(models.Model):
    """One value of one dimension of one page on one day."""

    pk = models.CompositePrimaryKey("day", "page_id", "dimension", "value")
    day = models.DateField()
    page_id = models.PositiveIntegerField()
    dimension = models.PositiveSmallIntegerField(choices=Dimension.choices)
    value = models.CharField(max_length=100)
    views = models.PositiveIntegerField(default=0)
    visits = models.PositiveIntegerField(default=0)


class SiteDay(Counts):
    """All pages on one day that is over; `is_stale` once more was counted for it since."""

    day = models.DateField(primary_key=True)
    is_stale = models.BooleanField(default=True)


class SiteDayDimension(models.Model):
    """One value of one dimension of all pages on one day; as true as the day's `SiteDay`."""

    pk = models.CompositePrimaryKey("day", "dimension", "value")
    day = models.DateField()
    dimension = models.PositiveSmallIntegerField(choices=Dimension.choices)
    value = models.CharField(max_length=100)
    views = models.PositiveIntegerField(default=0)
    visits = models.PositiveIntegerField(default=0)


class ParentDayQuerySet(models.QuerySet["ParentDay"]):
    """Days by whether their sums can be believed."""

    def true(self) -> Self:
        return self.filter(is_stale=False, shape=ParentDay.SHAPE)


class ParentDay(models.Model):
    """A day that is summed by where pages stand in the tree.

    `is_stale` once more was counted for it since, or one of its pages moved or went. `shape` is
    what was summed: where that has grown since, the day is summed again.
    """

    SHAPE = 2

    day = models.DateField(primary_key=True)
    is_stale = models.BooleanField(default=True)
    shape = models.PositiveSmallIntegerField(default=1, db_default=1)

    objects = ParentDayQuerySet.as_manager()


class ParentDaySum(Counts):
    """All pages right below one page on one day; as true as the day's `ParentDay`."""

    pk = models.CompositePrimaryKey("day", "parent_id")
    day = models.DateField()
    parent_id = models.PositiveIntegerField()


class ParentDayDimension(models.Model):
    """One value of one dimension of all pages right below one page on one day."""

    pk = models.CompositePrimaryKey("day", "parent_id", "dimension", "value")
    day = models.DateField()
    parent_id = models.PositiveIntegerField()
    dimension = models.PositiveSmallIntegerField(choices=Dimension.choices)
    value = models.CharField(max_length=100)
    views = models.PositiveIntegerField(default=0)
    visits = models.PositiveIntegerField(default=0)


class SiteMonth(models.Model):
    """A month that is summed by page; `is_stale` once more was counted for it since.

    Of the running month the days up to `through` are summed; nothing there means the whole month.
    """

    month = models.DateField(primary_key=True)
    is_stale = models.BooleanField(default=True)
    through = models.DateField(null=True)


class PageMonthSum(Counts):
    """One page in one month whose days are still stored, as far as its `SiteMonth` says."""

    pk = models.CompositePrimaryKey("month", "page_id")
    month = models.DateField()
    page_id = models.PositiveIntegerField()


class PageMonthDimension(models.Model):
    """One value of one dimension of one page in a month whose days are still stored."""

    pk = models.CompositePrimaryKey("dimension", "month", "page_id", "value")
    dimension = models.PositiveSmallIntegerField(choices=Dimension.choices)
    month = models.DateField()
    page_id = models.PositiveIntegerField()
    value = models.CharField(max_length=100)
    views = models.PositiveIntegerField(default=0)
    visits = models.PositiveIntegerField(default=0)


class CountingGap(models.Model):
    """A quarter hour in which nobody counted."""

    bucket = models.PositiveIntegerField(primary_key=True)


class CountingPulse(models.Model):
    """The last quarter hour in which counting was at work; one row."""

    ONLY = 1

    bucket = models.PositiveIntegerField()
    was_open = models.BooleanField(default=False)


class RankingPosition(models.Model):
    """Who stood where in the ranking of the rolling week at one hour UTC (hours since 1970)."""

    pk = models.CompositePrimaryKey("hour", "position")
    hour = models.PositiveIntegerField()
    position = models.PositiveSmallIntegerField()
    page_id = models.PositiveIntegerField()

    class Meta:
        indexes = [
            # a page's way through the ranking
            models.Index(fields=["page_id", "hour"], name="analytics_position_page")
        ]


class DropCount(models.Model):
    """How many events were dropped in one hour UTC (hours since 1970), and why."""

    pk = models.CompositePrimaryKey("hour", "reason", "detail")
    hour = models.PositiveIntegerField()
    reason = models.CharField(max_length=20, choices=DropReason.choices)
    detail = models.CharField(max_length=40, blank=True)
    count = models.PositiveIntegerField(default=0)


class ShardCheckpoint(models.Model):
    """Up to where a shard's stream is counted; moved in the transaction that counts."""

    shard = models.PositiveSmallIntegerField(primary_key=True)
    epoch = models.CharField(max_length=32, blank=True)
    last_id = models.CharField(max_length=42, default="0-0")
    drained_at = models.DateTimeField(null=True)


class WindowDelta(models.Model):
    """A change of a bucket that the rolling totals have not taken in yet."""

    page_id = models.PositiveIntegerField()
    bucket = models.PositiveIntegerField()
    views = models.IntegerField(default=0)
    visits = models.IntegerField(default=0)
    readers = models.IntegerField(default=0)
    engaged_seconds = models.BigIntegerField(default=0)


class Window(models.TextChoices):
    """The rolling windows a ranking can be asked for."""

    DAY = "24h", _("24 hours")
    WEEK = "7d", _("7 days")
    MONTH = "30d", _("30 days")


class WindowState(models.Model):
    """Which buckets a window's totals hold: `first_bucket` to `last_bucket`, both included."""

    window = models.CharField(max_length=3, choices=Window.choices, primary_key=True)
    first_bucket = models.PositiveIntegerField()
    last_bucket = models.PositiveIntegerField()
    rolled_at = models.DateTimeField()


class WindowTotal(models.Model):
    """A page's rolling total in one window."""

    pk = models.CompositePrimaryKey("window", "page_id")
    window = models.CharField(max_length=3, choices=Window.choices)
    page_id = models.PositiveIntegerField()
    views = models.IntegerField(default=0)
    visits = models.IntegerField(default=0)
    readers = models.IntegerField(default=0)
    engaged_seconds = models.BigIntegerField(default=0)

    class Meta:
        indexes = [
            # the top of a window
            models.Index(fields=["window", "-visits", "page_id"], name="analytics_windowtotal_top")
        ]


class RankingRule(models.Model):
    """What an editor decided about a page's place in the ranking, until a moment.

    A rule goes with its page; what was done with it stays in Wagtail's log.
    """

    class Kind(models.TextChoices):
        PIN = "pin", _("Pinned")
        BLOCK = "block", _("Blocked")

    page = models.ForeignKey(
        Page, on_delete=models.CASCADE, related_name="+", verbose_name=_("page")
    )
    kind = models.CharField(_("kind"), max_length=5, choices=Kind.choices, default=Kind.PIN)
    position = models.PositiveSmallIntegerField(
        _("place"),
        null=True,
        blank=True,
        help_text=_("Where a pinned page stands, counted from 1. Empty: at the top."),
    )
    until = models.DateTimeField(_("until"))
    reason = models.CharField(_("reason"), max_length=200)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
        verbose_name=_("decided by"),
    )
    at = models.DateTimeField(_("decided at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("pinned or blocked page")
        verbose_name_plural = _("pinned and blocked pages")
        constraints = [
            models.UniqueConstraint(
                fields=["page"],
                name="analytics_rankingrule_page",
                violation_error_message=_("This page is pinned or blocked already."),
            ),
            models.CheckConstraint(
                condition=models.Q(position=None) | models.Q(kind="pin", position__gte=1),
                name="analytics_rankingrule_position",
                violation_error_message=_("Only a pinned page has a place, counted from 1."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.page}"

    def clean(self) -> None:
        """Refuse a new rule that is over already; one that holds may be ended at any moment."""
        if self._state.adding and self.until and self.until <= timezone.now():
            raise ValidationError({"until": _("This moment is over already.")})


class DaySalt(models.Model):
    """The random salt of one day; only today's and yesterday's are kept."""

    day = models.DateField(primary_key=True)
    salt = models.BinaryField(max_length=32)


class PoisonEntry(models.Model):
    """A stream entry that could not be read; set aside so that it blocks nothing."""

    shard = models.PositiveSmallIntegerField()
    entry_id = models.CharField(max_length=42)
    payload = models.TextField()
    error = models.CharField(max_length=200)
    found_at = models.DateTimeField()


class LogReplay(models.Model):
    """An access log that was fed through intake; `key` salts its readers until it is done."""

    digest = models.CharField(max_length=64, primary_key=True)
    key = models.BinaryField(max_length=32)
    lines_done = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)


class ImportedHour(models.Model):
    """What was imported for a path and an hour UTC (hours since 1970), so it can be replaced."""

    pk = models.CompositePrimaryKey("path", "hour")
    path = models.CharField(max_length=500)
    hour = models.PositiveIntegerField()
    page_id = models.PositiveIntegerField()
    views = models.PositiveIntegerField()
    visits = models.PositiveIntegerField()


class AuditRun(models.Model):
    """One comparison of the rolling totals with the buckets."""

    ran_at = models.DateTimeField()
    drifted_row_count = models.PositiveIntegerField()
    drift = models.JSONField(default=list)


class AnalyticsAccess(models.Model):
    """No table: the permissions that stand for looking at numbers."""

    class Meta:
        managed = False
        default_permissions = ()
        permissions = [
            ("view_reports", _("Can view readership reports")),
            ("export_reports", _("Can export readership reports")),
            ("view_data_quality", _("Can view the data-quality page")),
        ]
