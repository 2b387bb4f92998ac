"""Nothing that a reader has begun to look at moves while pictures and scripts arrive."""

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.site.conftest import LiveSite
from tests.site.test_accessibility import PUBLIC

PAGES = ("front page", "section", "article with comment form")
# Google calls up to 0.1 good; what is laid out well does not move at all.
AT_MOST = 0.01
OBSERVE = """
    window.shifts = [];
    new PerformanceObserver(list => {
      for (const entry of list.getEntries()) {
        if (!entry.hadRecentInput) window.shifts.push(entry);
      }
    }).observe({type: "layout-shift", buffered: true});
"""
PAINT = "() => new Promise(done => requestAnimationFrame(() => setTimeout(done, 50)))"
SUM = "window.shifts.reduce((sum, entry) => sum + entry.value, 0)"


class LatePictures:
    """Holds pictures back until the page has been painted without them."""

    def __init__(self, page: Page) -> None:
        self._held: list[Route] = []
        self._is_open = False
        self.count = 0
        page.route("**/*", self._arrive)

    def _arrive(self, route: Route) -> None:
        if route.request.resource_type != "image" or "view.gif" in route.request.url:
            route.continue_()
            return
        self.count += 1
        if self._is_open:
            route.continue_()
        else:
            self._held.append(route)

    def let_in(self) -> None:
        self._is_open = True
        for route in self._held:
            route.continue_()


def shifted(page: Page, address: str) -> float:
    """Open a page, let its pictures in late, scroll to its end; return how much moved."""
    page.add_init_script(OBSERVE)
    pictures = LatePictures(page)
    page.goto(address, wait_until="domcontentloaded")
    page.evaluate(PAINT)
    pictures.let_in()
    while page.evaluate("scrollY + innerHeight < document.documentElement.scrollHeight - 2"):
        page.evaluate("scrollBy({top: innerHeight * 0.8, behavior: 'instant'})")
        page.evaluate(PAINT)
    page.wait_for_load_state("networkidle")
    page.evaluate(PAINT)
    assert pictures.count > 0, address
    moved: float = page.evaluate(SUM)
    return moved


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_moves(site: LiveSite, chromium: Browser, width: int) -> None:
    moved = {}
    for name in PAGES:
        context = chromium.new_context(viewport={"width": width, "height": 800})
        moved[name] = shifted(context.new_page(), site.url + PUBLIC[name])
        context.close()

    assert {name: value for name, value in moved.items() if value >= AT_MOST} == {}


def test_pictures_without_a_size_would_be_noticed(site: LiveSite, page: Page) -> None:
    page.add_init_script(
        """
        document.addEventListener("DOMContentLoaded", () => {
          for (const one of document.images) {
            one.removeAttribute("width");
            one.removeAttribute("height");
            one.style.aspectRatio = "auto";
          }
        });
        """
    )

    assert shifted(page, site.url + PUBLIC["front page"]) > AT_MOST
