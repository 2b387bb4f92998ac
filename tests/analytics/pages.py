"""Plain Wagtail pages for the tests of analytics, which knows no newsroom."""

from typing import Any

from wagtail.models import Locale, Page, Site

_numbers = iter(range(1, 10**9))


def make_site() -> Page:
    """Return the root page of the default site, made on the first call."""
    site = Site.objects.filter(is_default_site=True).select_related("root_page").first()
    if site and site.hostname == "testserver":
        return Page.objects.get(pk=site.root_page_id)
    locale, _ = Locale.objects.get_or_create(language_code="de")
    tree = Page.get_first_root_node() or Page.add_root(
        instance=Page(title="Root", slug="root", locale=locale)
    )
    root = tree.add_child(instance=Page(title="Zeitung", slug="zeitung", locale=locale))
    Site.objects.update_or_create(
        is_default_site=True, defaults={"hostname": "testserver", "port": 80, "root_page": root}
    )
    return root


def make_page(*, parent: Page | None = None, live: bool = True, **fields: Any) -> Page:
    """Return a saved page under the site's root page."""
    number = next(_numbers)
    parent = Page.objects.get(pk=(parent or make_site()).pk)
    fields.setdefault("title", f"Seite {number}")
    fields.setdefault("slug", f"seite-{number}")
    return parent.add_child(instance=Page(live=live, locale=parent.locale, **fields))
