"""Pictures of every template, to look at: `python -m tests.screenshots http://127.0.0.1:8000`.

Phone and desktop, light and dark, German and English; the site has to run, with its demo.
"""

import re
import shutil
import sys
from pathlib import Path
from urllib.parse import urljoin

from playwright.sync_api import Browser, sync_playwright

WIDTHS = {"phone": 390, "desktop": 1280}
THEMES = ("light", "dark")
STARTS = {"de": "/", "en": "/en/"}
FLAGS = ["--no-sandbox", "--disable-gpu", "--hide-scrollbars"]


def addresses(browser: Browser, site: str, language: str) -> dict[str, str]:
    """Find one page of every template, beginning at the front page."""
    page = browser.new_page()
    start = urljoin(site, STARTS[language])
    page.goto(start)

    def first(selector: str) -> str:
        link = page.locator(selector).first
        return urljoin(site, link.get_attribute("href") or "") if link.count() else ""

    found = {
        "front-page": start,
        "section": first(".menu a"),
        "article": first(".card__headline a"),
        "standard-page": first(".footer__links a"),
        "search": first(".masthead__tools a"),
        "not-found": f"{start}gibt-es-nicht/",
    }
    page.goto(found["article"])
    found["tag"] = first("a[rel=tag]")
    found["author"] = first("a[rel=author], .byline a")
    word = re.findall(r"\w{5,}", page.title())[0]
    found["search-results"] = f"{found['search']}?q={word}"
    page.close()
    return {name: address for name, address in found.items() if address}


def take(site: str, folder: Path) -> int:
    """Write all pictures into `folder`; return how many."""
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        for language in STARTS:
            found = addresses(browser, site, language)
            for size, width in WIDTHS.items():
                for theme in THEMES:
                    page = browser.new_page(
                        viewport={"width": width, "height": 900}, color_scheme=theme
                    )
                    for name, address in found.items():
                        page.goto(address)
                        file = folder / f"{name}-{language}-{size}-{theme}.png"
                        page.screenshot(path=file, full_page=True)
                        count += 1
                    page.close()
        browser.close()
    return count


if __name__ == "__main__":
    site = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"
    folder = Path(sys.argv[2] if len(sys.argv) > 2 else "var/screenshots")
    sys.stdout.write(f"{take(site, folder)} pictures in {folder}\n")
