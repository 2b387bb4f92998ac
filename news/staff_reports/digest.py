"""The figures by mail: each user switches it on, and gets what they may see."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from wagtail.models import Page

from analytics.figures import spans
from analytics.figures.spans import Days
from cms.outbox.mail import put_mail
from news.models import ArticlePage
from news.reports import VIEW
from news.staff_reports.models import DigestRhythm, DigestSubscription
from news.staff_reports.overview import Overview
from news.staff_reports.periods import Comparison, Preset, period
from news.staff_reports.tables import TableName

# In the site's time: before it the day's figures may not all be in.
FIRST_HOUR = 6
ROWS = 5


@dataclass(frozen=True, slots=True)
class Bar:
    """A day of the chart: drawn as a cell of a table, which every mail program shows.

    No visits where nobody counted.
    """

    label: str
    visits: int | None
    percent: int


def last_day(rhythm: str, today: date) -> date:
    """Return the last day of the newest whole day or week."""
    yesterday = today - timedelta(1)
    if rhythm == DigestRhythm.WEEKLY:
        return yesterday - timedelta((yesterday.weekday() + 1) % 7)
    return yesterday


def switch(user: Any, rhythm: str, *, now: datetime) -> None:
    """Begin or stop; the first mail tells of the first day or week that ends from now on."""
    today = now.astimezone(spans.site_zone()).date()
    DigestSubscription.objects.update_or_create(
        user=user, defaults={"rhythm": rhythm, "sent_for": last_day(rhythm, today)}
    )


def send_due(*, now: datetime) -> int:
    """Write the mails that are due; run twice or at once, each is written once."""
    local = now.astimezone(spans.site_zone())
    if local.hour < FIRST_HOUR:
        return 0
    count = 0
    for rhythm in (DigestRhythm.DAILY, DigestRhythm.WEEKLY):
        until = last_day(rhythm, local.date())
        is_due = Q(sent_for=None) | Q(sent_for__lt=until)
        due = DigestSubscription.objects.filter(is_due, rhythm=rhythm).select_related("user")
        for subscription in due:
            with transaction.atomic():
                mine = DigestSubscription.objects.filter(
                    is_due, pk=subscription.pk, rhythm=rhythm
                ).update(sent_for=until)
                if mine:
                    count += _send(subscription.user, rhythm, until, now)
    return count


def _send(user: Any, rhythm: str, until: date, now: datetime) -> bool:
    """Write one mail; nothing to those who may not see figures or have no address."""
    if not (user.is_active and user.email and user.has_perm("wagtailadmin.access_admin")):
        return False
    profile = getattr(user, "wagtail_userprofile", None)
    language = profile.get_preferred_language() if profile else settings.LANGUAGE_CODE
    with translation.override(language):
        context = _context(user, rhythm, until, now)
        try:
            put_mail(
                to=user.email,
                subject=context["subject"],
                text=render_to_string("staff_reports/digest.txt", context),
                html=render_to_string("staff_reports/digest.html", context),
            )
        except ValidationError:
            return False
    return True


def _context(user: Any, rhythm: str, until: date, now: datetime) -> dict[str, Any]:
    is_weekly = rhythm == DigestRhythm.WEEKLY
    first = until - timedelta(6) if is_weekly else until
    compared = Comparison.BEFORE if is_weekly else Comparison.WEEKDAYS
    asked = period(Preset.CUSTOM, first, until, now=now, comparison=compared)
    # days stay when the quarter hours are gone
    asked = replace(asked, span=asked.days, before=asked.as_days[1])
    page_ids = None if user.has_perm(VIEW) else _own_pages(user)
    overview = Overview(asked, now, page_ids)
    names = [TableName.ARTICLES, TableName.SECTIONS, TableName.CHANNELS]
    day = date_format(until, "DATE_FORMAT")
    week = _("Readership from %(first)s to %(last)s")
    return {
        "subject": week % {"first": date_format(first, "DATE_FORMAT"), "last": day}
        if is_weekly
        else _("Readership on %(day)s") % {"day": day},
        "is_weekly": is_weekly,
        "is_own": page_ids is not None,
        "figures": overview.key_figures,
        "bars": bars_of(Days(until - timedelta(6), until), page_ids, now),
        "tables": [table for table in overview.tables(names, ROWS) if table.rows],
        "site_url": settings.SITE_URL,
        "report_address": settings.SITE_URL
        + reverse("analytics_overview" if page_ids is None else "wagtailadmin_home"),
        "account_address": settings.SITE_URL + reverse("wagtailadmin_account"),
    }


def bars_of(days: Days, page_ids: Any, now: datetime) -> list[Bar]:
    """Return the days of a chart; four queries."""
    end = spans.buckets_of_days(days.last, days.last).last
    points = spans.with_gaps(spans.daily(days, page_ids), end=end, now=now)
    most = max([1, *(point.visits for point in points)])
    return [
        Bar(
            # Translators: a day of the week and of the month, in Django's letters for dates.
            date_format(point.at, _("D, M j")),
            None if point.is_gap else point.visits,
            max(1, 100 * point.visits // most),
        )
        for point in points
    ]


def _own_pages(user: Any) -> Any:
    articles = ArticlePage.objects.filter(
        Q(owner=user) | Q(article_authors__author__user=user)
    ).values("pk")
    return Page.objects.filter(pk__in=articles).order_by().values("pk")
