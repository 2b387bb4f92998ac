"""The boxes that stand beside what is read."""

from django import template
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString
from wagtail.models import Page, Site

from cms.page_cache import fragments
from news.rankings import most_read_beside

register = template.Library()


@register.simple_tag(takes_context=True)
def most_read_box(context: template.Context, page: Page | None = None) -> SafeString:
    """Show the week's most read articles beside a page, or nothing if there are none.

    Lists and searches are no pages: there, the language of the address counts. The same box
    stands beside most pages, so it is rendered once for all of them.
    """
    ranked = most_read_beside(page or None)
    if not ranked:
        return SafeString("")
    request = context.get("request")
    site = Site.find_for_request(request) if request else None
    ids = [entry.article.pk for entry in ranked]
    shown = {"ranked": ranked, "request": request}
    return fragments.kept(
        ("most_read_box", site and site.pk, translation.get_language(), *ids),
        lambda: render_to_string("components/most_read.html", shown),
        tags=["navigation", *(f"page:{pk}" for pk in ids)],
    )
