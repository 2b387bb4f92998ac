"""The old addresses: every form in which WordPress answered, pointed at the new page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from urllib.parse import unquote

from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, Site

from news.wordpress.inventory import Inventory, key_of, parts_of, path_of
from news.wordpress.records import Item, moment

LONGEST = 255
# Under these, WordPress answers on the front page: they are looked up before it is served.
QUERY_NAMES = ("p", "page_id", "attachment_id", "cat", "tag", "author", "feed")


def addresses(
    item: Item, inventory: Inventory, published_at: datetime | None, categories: Iterable[str]
) -> Iterator[str]:
    """Yield every path under which WordPress showed a post or page; its own comes first.

    A form that is another item's own address is left out.
    """
    key = key_of(item)
    yield f"/?{'page_id' if item.type == 'page' else 'p'}={item.id}"
    if item.type == "page":
        # WordPress takes either name for either kind.
        yield f"/?p={item.id}"
    own = path_of(item.link)
    if not own or own == "/" or "?" in own:
        return
    seen = {own}
    yield from _with_endings(own, item)
    for form in _forms(item, own, published_at, categories):
        if form not in seen and not inventory.is_taken(form, by_other_than=key):
            seen.add(form)
            yield form
            yield f"{form}/feed"


def _forms(
    item: Item, own: str, published_at: datetime | None, categories: Iterable[str]
) -> Iterator[str]:
    old_slug = unquote(item.meta.get("_wp_old_slug", ""))
    if old_slug:
        yield f"{own.rpartition('/')[0]}/{old_slug}"
    slug = unquote(item.slug)
    if item.type != "post" or not slug:
        return
    zone = timezone.get_default_timezone()
    day = moment("", item.date, zone) or published_at
    if day:
        day = day.astimezone(zone)
        yield f"/{day:%Y/%m/%d}/{slug}"
        yield f"/{day:%Y/%m}/{slug}"
        yield f"/{day:%Y}/{slug}"
    yield f"/archives/{item.id}"
    yield f"/{slug}"
    for category in categories:
        yield f"/{category}/{slug}"


def _with_endings(own: str, item: Item) -> Iterator[str]:
    yield own
    yield f"{own}/feed"
    yield f"{own}/feed/atom"
    yield f"{own}/amp"
    breaks = item.content.count("<!--nextpage-->")
    for number in range(2, min(breaks, 50) + 2):
        yield f"{own}/{number}"


def build(
    paths: Iterable[str], site: Site, *, page: Page | None = None, link: str = "", route: str = ""
) -> list[Redirect]:
    """Return redirects for the paths, those left out that lead to the page as they are."""
    own = _new_path(page, site) if page else link
    old_paths = (Redirect.normalise_path(path) for path in paths)
    return [
        Redirect(
            old_path=path,
            site=site,
            redirect_page=page,
            redirect_link=link,
            redirect_page_route_path=route,
            automatically_created=True,
        )
        for path in dict.fromkeys(old_paths)
        if len(path) <= LONGEST and path not in {"/", Redirect.normalise_path(own or "/")}
    ]


def save(redirects: list[Redirect]) -> int:
    """Write those whose old address is free; return how many were new."""
    paths = [redirect.old_path for redirect in redirects]
    taken: set[tuple[str, int | None]] = set()
    for start in range(0, len(paths), 500):
        taken.update(
            Redirect.objects.filter(old_path__in=paths[start : start + 500]).values_list(
                "old_path", "site_id"
            )
        )
    fresh: dict[tuple[str, int | None], Redirect] = {}
    for redirect in redirects:
        place = (redirect.old_path, redirect.site_id)
        if place not in taken and (redirect.old_path, None) not in taken:
            fresh.setdefault(place, redirect)
    # Another process may have been faster: what is there stays.
    Redirect.objects.bulk_create(fresh.values(), ignore_conflicts=True, batch_size=500)
    return len(fresh)


def attachment_paths(link: str, key: str) -> list[str]:
    """Return the addresses of the page that WordPress made for a file."""
    own = path_of(link)
    paths = [f"/?attachment_id={key}"]
    if own and own != "/" and "?" not in own and parts_of(link).scheme in {"http", "https", ""}:
        paths += [own, f"{own}/feed"]
    return paths


def _new_path(page: Page, site: Site) -> str:
    """Return the page's own address below the site's root."""
    root = site.root_page.url_path
    path = page.url_path
    return "/" + path[len(root) :] if path.startswith(root) else path
