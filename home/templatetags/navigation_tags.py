"""The frame of a page, for `base.html`."""

from django import template
from django.http import HttpRequest
from django.template.context import Context
from wagtail.models import Page

from home import navigation

register = template.Library()


@register.simple_tag(takes_context=True)
def page_frame(context: Context) -> navigation.Frame | None:
    """Return masthead, menus and languages for the page that is shown, if there is a request."""
    request = context.get("request")
    if not isinstance(request, HttpRequest):
        return None
    page = context.get("page")
    return navigation.frame(request, page if isinstance(page, Page) else None)
