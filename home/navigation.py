"""What stands around every page: masthead, menus, languages, footer; built once a request."""

from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db.models import F, OuterRef, Q, Subquery
from django.http import HttpRequest
from django.urls import reverse, translate_url
from django.utils import timezone, translation
from wagtail.models import Page, Site

from cms.page_cache import fragments
from home.models import FooterLink, Masthead
from news.querysets import open_to_everyone

LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Link:
    """A place one can go to."""

    title: str
    url: str
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class Alternate:
    """The same page in another language, or that language's front page."""

    language: str
    label: str
    url: str
    is_translation: bool


@dataclass(frozen=True, slots=True)
class Place:
    """A page that a menu, the footer or the switch of languages may lead to."""

    title: str
    url: str
    path: str
    language: str
    translation_key: UUID
    is_home: bool
    is_in_menu: bool
    footer_place: int | None


@dataclass(frozen=True, slots=True)
class Addresses:
    """What every page leads to that is no page of the tree, in one language."""

    home: str
    search: str
    feed: str
    atom_feed: str


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is the same around every page of a site, in all languages."""

    masthead: Masthead
    places: tuple[Place, ...]
    addresses: dict[str, Addresses]


@dataclass(slots=True)
class Frame:
    """Everything that `base.html` prints around the page itself."""

    masthead: Masthead
    claim: str
    home_url: str
    root_url: str
    addresses: Addresses
    sections: list[Link] = field(default_factory=list)
    subsections: list[Link] = field(default_factory=list)
    footer_links: list[Link] = field(default_factory=list)
    alternates: list[Alternate] = field(default_factory=list)
    canonical_url: str = ""
    today: date = field(default_factory=timezone.localdate)

    @property
    def is_kept_from_search(self) -> bool:
        """A demo that the world can reach; on this machine alone no search engine comes by."""
        host = urlsplit(self.root_url).hostname or ""
        return self.masthead.is_demo and host not in LOOPBACK


def frame(request: HttpRequest, page: Page | None = None) -> Frame:
    """Return the frame of this request's page; the second call costs nothing."""
    known: Frame | None = getattr(request, "_frame", None)
    if known is None:
        known = request._frame = _build(request, page)
    return known


def _build(request: HttpRequest, page: Page | None) -> Frame:
    site = Site.find_for_request(request)
    language = translation.get_language() or settings.LANGUAGE_CODE
    if site is None:
        return Frame(Masthead(), "", "/", "", _addresses(language))
    around = fragments.kept(
        ("surroundings", site.pk), lambda: _surroundings(site, request), tags=["navigation"]
    )
    masthead = around.masthead
    result = Frame(
        masthead=masthead,
        claim=masthead.claim_en if language == "en" else masthead.claim_de,
        home_url=around.addresses[language].home,
        root_url=site.root_url,
        addresses=around.addresses[language],
        alternates=_alternates(request, page, around, language),
    )
    _fill_menus(result, around, language, page)
    own = page.get_full_url(request) if page and page.pk else None
    result.canonical_url = own or site.root_url + request.path
    return result


def _surroundings(site: Site, request: HttpRequest) -> Surroundings:
    """Ask for masthead, front pages, menus of two levels and footers in every language."""
    # Not `for_request`, which would write the row when it is missing.
    masthead = Masthead.objects.filter(site=site).first() or Masthead(site=site)
    root = site.root_page
    footer = FooterLink.objects.filter(masthead_id=masthead.pk or 0)
    wanted = (
        Q(translation_key=root.translation_key)
        | Q(show_in_menus=True, depth__in=[root.depth + 1, root.depth + 2])
        | Q(translation_key__in=footer.values("page__translation_key"))
    )
    place = footer.filter(page__translation_key=OuterRef("translation_key")).values("sort_order")
    pages = open_to_everyone(Page.objects.live().filter(wanted)).order_by("path")
    pages = pages.annotate(language=F("locale__language_code"), footer_place=Subquery(place[:1]))
    places = tuple(
        Place(
            title=page.title,
            url=page.get_url(request) or "",
            path=page.path,
            language=page.language,
            translation_key=page.translation_key,
            is_home=page.translation_key == root.translation_key,
            is_in_menu=page.show_in_menus,
            footer_place=page.footer_place,
        )
        for page in pages
    )
    languages = [code for code, _label in settings.WAGTAILADMIN_PERMITTED_LANGUAGES]
    return Surroundings(masthead, places, {code: _addresses(code) for code in languages})


def _fill_menus(result: Frame, around: Surroundings, language: str, page: Page | None) -> None:
    here = page.path if page and page.path else ""
    places = [place for place in around.places if place.language == language]

    def link(place: Place) -> Link:
        return Link(place.title, place.url, bool(here) and here.startswith(place.path))

    home = next((place for place in places if place.is_home), None)
    if home:
        result.home_url = home.url or result.home_url
        level = len(home.path) + Page.steplen
        below = [p for p in places if p.is_in_menu and p.path.startswith(home.path)]
        tops = [place for place in below if len(place.path) == level]
        result.sections = [link(place) for place in tops]
        top = next((p for p in tops if here and here.startswith(p.path)), None)
        if top:
            nested = [p for p in below if len(p.path) > level and p.path.startswith(top.path)]
            result.subsections = [link(place) for place in nested]
    at_the_foot = [place for place in places if place.footer_place is not None]
    result.footer_links = [link(p) for p in sorted(at_the_foot, key=lambda p: p.footer_place or 0)]


def _alternates(
    request: HttpRequest, page: Page | None, around: Surroundings, language: str
) -> list[Alternate]:
    found = _translations(request, page, around)
    is_preview = getattr(request, "is_preview", False)
    alternates = []
    for code, label in settings.WAGTAILADMIN_PERMITTED_LANGUAGES:
        if code == language:
            continue
        url = found.get(code)
        if page is None and not is_preview:
            # Author, tag and search exist in every language under a translated address.
            elsewhere = translate_url(request.path, code)
            url = elsewhere if elsewhere != request.path else None
        alternates.append(Alternate(code, label, url or around.addresses[code].home, bool(url)))
    return alternates


def _translations(request: HttpRequest, page: Page | None, around: Surroundings) -> dict[str, str]:
    """Return the addresses of the page in every language that has it."""
    if page is None or not page.pk:
        return {}
    key = page.translation_key
    homes = {p.language: p.url for p in around.places if p.is_home and p.url}
    if any(place.is_home and place.translation_key == key for place in around.places):
        return homes

    def ask() -> dict[str, str]:
        others = open_to_everyone(Page.objects.live().filter(translation_key=key))
        others = others.annotate(language=F("locale__language_code"))
        return {other.language: url for other in others if (url := other.get_url(request))}

    site = Site.find_for_request(request)
    return fragments.kept(
        ("translations", site and site.pk, key), ask, tags=[f"translations:{key}", "navigation"]
    )


def _addresses(language: str) -> Addresses:
    with translation.override(language):
        return Addresses(
            home=reverse("wagtail_serve", args=[""]),
            search=reverse("search"),
            feed=reverse("feed"),
            atom_feed=reverse("atom_feed"),
        )
