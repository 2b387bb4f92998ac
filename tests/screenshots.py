"""Pictures of every template, to look at: `python -m tests.screenshots [SITE] [FOLDER]`.

Phone and desktop, light and dark, German and English, and the article on paper. Without a
site, a demo of its own is started and stopped again.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urljoin

from playwright.sync_api import Browser, Page, sync_playwright

WIDTHS = {"phone": 390, "desktop": 1280}
THEMES = ("light", "dark")
STARTS = {"de": "/", "en": "/en/"}
FLAGS = ["--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
START_SECONDS = 600


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
    found["search-nothing"] = f"{found['search']}?q=xyzzy"
    found["comment"] = first("main a[href*='/_/comments/']")
    found["older"] = ""
    page.goto(found["section"])
    found["older"] = first("a[rel=next]")
    page.close()
    return {name: address for name, address in found.items() if address}


def show_all_pictures(page: Page) -> None:
    """Load what a reader would only see after scrolling."""
    page.evaluate(
        """async () => {
          const pictures = [...document.images].filter(one => !one.closest("noscript"));
          for (const one of pictures) one.loading = "eager";
          await Promise.allSettled(pictures.map(one => one.decode()));
        }"""
    )


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
                        show_all_pictures(page)
                        file = folder / f"{name}-{language}-{size}-{theme}.png"
                        page.screenshot(path=file, full_page=True)
                        count += 1
                    page.close()
            page = browser.new_page(viewport={"width": 800, "height": 900})
            page.emulate_media(media="print")
            page.goto(found["article"])
            show_all_pictures(page)
            page.screenshot(path=folder / f"article-{language}-print.png", full_page=True)
            count += 1
            page.close()
        browser.close()
    return count


@contextmanager
def demo() -> Iterator[str]:
    """A demo of its own, as `make run` starts it; gone when the pictures are taken."""
    with tempfile.TemporaryDirectory(prefix="redaktion-pictures-") as var_dir:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        environment = os.environ | {"VAR_DIR": var_dir, "PORT": str(port), "DEMO": "1"}
        for name in ("DATABASE_URL", "REDIS_URL", "CACHE_URL", "BROKER_URL"):
            environment.pop(name, None)
        sys.stdout.write("Starting a demo for the pictures; this takes a minute.\n")
        command = [sys.executable, "manage.py", "serve"]
        log = Path(var_dir) / "serve.log"
        with log.open("wb") as output:
            process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
        site = f"http://127.0.0.1:{port}"
        try:
            if not answers(site, process):
                sys.exit(f"The demo did not start:\n{log.read_text(errors='replace')[-2000:]}")
            yield site
        finally:
            process.terminate()
            process.wait(30)


def answers(site: str, process: subprocess.Popen[bytes]) -> bool:
    """Wait until the site answers; False if it ended or takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(urllib.error.URLError, OSError):
            urllib.request.urlopen(f"{site}/health/live", timeout=2).close()
            return True
        time.sleep(0.5)
    return False


def main(site: str = "", folder: str = "var/screenshots") -> None:
    if site:
        count = take(site, Path(folder))
    else:
        with demo() as own:
            count = take(own, Path(folder))
    sys.stdout.write(f"{count} pictures in {folder}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
