"""What stands around every page: masthead, menus, languages, footer; built once a request."""

from dataclasses import dataclass, field
from datetime import date

from django.conf import settings
from django.db.models import F, OuterRef, Q, Subquery
from django.http import HttpRequest
from django.urls import reverse, translate_url
from django.utils import timezone, translation
from wagtail.models import Page, Site

from home.models import FooterLink, Masthead
from news.querysets import open_to_everyone


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


@dataclass(slots=True)
class Frame:
    """Everything that `base.html` prints around the page itself."""

    masthead: Masthead
    claim: str
    home_url: str
    root_url: str
    sections: list[Link] = field(default_factory=list)
    subsections: list[Link] = field(default_factory=list)
    footer_links: list[Link] = field(default_factory=list)
    alternates: list[Alternate] = field(default_factory=list)
    canonical_url: str = ""
    today: date = field(default_factory=timezone.localdate)


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
        return Frame(Masthead(), "", "/", "")
    # Not `for_request`, which would write the row when it is missing.
    masthead = Masthead.objects.filter(site=site).first() or Masthead(site=site)
    root_url = site.root_url
    found = _pages(masthead, site, language, page)
    pages = [entry for entry in found if entry.language == language]
    translations = [entry for entry in found if entry.language != language]
    home = next((p for p in pages if p.translation_key == site.root_page.translation_key), None)
    home_url = (home.get_url(request) if home else None) or _front_page_address(language)
    result = Frame(
        masthead=masthead,
        claim=masthead.claim_en if language == "en" else masthead.claim_de,
        home_url=home_url,
        root_url=root_url,
        alternates=_alternates(request, page, translations, language),
    )
    _fill_menus(result, pages, home, page, request)
    own = page.get_full_url(request) if page and page.pk else None
    result.canonical_url = own or root_url + request.path
    return result


def _pages(masthead: Masthead, site: Site, language: str, page: Page | None) -> list[Page]:
    """Front page, menus of two levels and footer in this language, the page in others.

    One query, because it is asked beside every page.
    """
    root = site.root_page
    footer = FooterLink.objects.filter(masthead_id=masthead.pk or 0)
    wanted = (
        Q(translation_key=root.translation_key)
        | Q(show_in_menus=True, depth__in=[root.depth + 1, root.depth + 2])
        | Q(translation_key__in=footer.values("page__translation_key"))
    )
    here = Q(locale__language_code=language)
    wanted &= here
    if page and page.pk:
        wanted |= ~here & Q(translation_key=page.translation_key)
    place = footer.filter(page__translation_key=OuterRef("translation_key")).values("sort_order")
    pages = open_to_everyone(Page.objects.live().filter(wanted)).order_by("path")
    return list(
        pages.annotate(language=F("locale__language_code"), footer_place=Subquery(place[:1]))
    )


def _fill_menus(
    result: Frame, pages: list[Page], home: Page | None, page: Page | None, request: HttpRequest
) -> None:
    here = page.path if page and page.path else ""

    def link(entry: Page) -> Link:
        is_current = bool(here) and here.startswith(entry.path)
        return Link(entry.title, entry.get_url(request) or "", is_current)

    if home:
        below = [p for p in pages if p.path.startswith(home.path) and p.show_in_menus]
        tops = [p for p in below if p.depth == home.depth + 1]
        result.sections = [link(p) for p in tops]
        top = next((p for p in tops if here and here.startswith(p.path)), None)
        if top:
            nested = [p for p in below if p.depth == top.depth + 1 and p.path.startswith(top.path)]
            result.subsections = [link(p) for p in nested]
    at_the_foot = [p for p in pages if p.footer_place is not None]
    result.footer_links = [link(p) for p in sorted(at_the_foot, key=lambda p: p.footer_place)]


def _alternates(
    request: HttpRequest, page: Page | None, translations: list[Page], language: str
) -> list[Alternate]:
    found = {p.language: url for p in translations if (url := p.get_url(request))}
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
        alternates.append(Alternate(code, label, url or _front_page_address(code), bool(url)))
    return alternates


def _front_page_address(language: str) -> str:
    with translation.override(language):
        return reverse("wagtail_serve", args=[""])
