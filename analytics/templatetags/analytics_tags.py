"""The beacon of a page, the same for every reader."""

from __future__ import annotations

from typing import Any

from django import template
from django.conf import settings
from django.template.context import Context
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from wagtail.models import Page

register = template.Library()


@register.simple_tag(takes_context=True)
def beacon(context: Context, page: Page) -> SafeString | str:
    """Return the beacon's script, and its image for readers without script.

    Nothing in previews and for pages that are not live: there is nothing to count.
    """
    request: Any = context.get("request")
    if not page.pk or not page.live or getattr(request, "is_preview", False):
        return ""
    return format_html(
        '<script src="{}" defer data-page="{}"{}></script>'
        '<noscript><img src="{}?page={}" alt="" width="1" height="1"></noscript>',
        static("analytics/beacon.js"),
        page.pk,
        " data-engagement" if settings.ANALYTICS_ENGAGEMENT else "",
        reverse("beacon_gif"),
        page.pk,
    )
