"""Moments as readers see them: a `time` element in the words of the language."""

from datetime import date, datetime
from functools import lru_cache

from django import template
from django.utils import translation
from django.utils.dateformat import format as format_date
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import template_localtime
from django.utils.translation import gettext, pgettext

register = template.Library()


@register.simple_tag
def time_element(moment: datetime | None, with_time: bool = False) -> SafeString:
    """Return the day, or day and time, of a moment in the time zone that is shown."""
    if not moment:
        return SafeString("")
    local: datetime = template_localtime(moment)
    text = _day(local.date(), translation.get_language())
    if with_time:
        text = gettext("%(date)s, %(time)s") % {"date": text, "time": f"{local:%H:%M}"}
    return format_html('<time datetime="{}">{}</time>', f"{local:%Y-%m-%dT%H:%M:%S%z}", text)


@lru_cache(maxsize=1000)
def _day(day: date, language: str | None) -> str:
    """A thread shows the same few days again and again."""
    return format_date(day, pgettext("date format", "j F Y"))
