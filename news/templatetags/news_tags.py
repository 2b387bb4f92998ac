"""The boxes that stand beside what is read."""

from typing import Any

from django import template
from wagtail.models import Page

from news.rankings import most_read_beside

register = template.Library()


@register.inclusion_tag("components/most_read.html", takes_context=True)
def most_read_box(context: template.Context, page: Page | None = None) -> dict[str, Any]:
    """Show the week's most read articles beside a page, or nothing if there are none.

    Lists and searches are no pages: there, the language of the address counts.
    """
    return {"ranked": most_read_beside(page or None), "request": context.get("request")}
