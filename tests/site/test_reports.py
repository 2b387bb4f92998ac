"""An analyst's morning: filters, comparison, drill-down, charts by keyboard, and export."""

import csv
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import BrowserContext, Page, expect

from tests.site.conftest import LiveSite, sign_in


def wishes(page: Page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def figure(page: Page, label: str) -> int:
    cell = page.locator(".staff-figures > div", has_text=label).first.locator("dd").first
    return int(cell.inner_text().replace(".", ""))


def test_filters_comparison_drill_down_and_export(page: Page, site: LiveSite, tmp_path: Path):
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    sign_in(page, site, "admin")
    page.get_by_role("link", name="Analyse", exact=True).click()
    page.get_by_role("link", name="28 Tage").click()
    everything = figure(page, "Besuche")
    expect(page.locator("[data-countries] tbody th").first).to_have_text("Deutschland")

    page.get_by_role("link", name="Gleiche Wochentage davor").click()
    assert wishes(page) == {"period": "28d", "compare": "weekdays"}
    assert figure(page, "Besuche") == everything

    page.get_by_label("Kanal").select_option("search")
    page.get_by_role("button", name="Filter anwenden").click()
    by_search = figure(page, "Besuche")
    assert 0 < by_search < everything
    expect(page.get_by_text("Nicht nach Kanal gefiltert").first).to_be_visible()
    address = page.url
    page.get_by_role("link", name="Filter aufheben").click()
    page.goto(address)  # a view can be shared
    assert figure(page, "Besuche") == by_search

    page.get_by_role("link", name="Filter aufheben").click()
    sections = page.locator("section", has=page.locator("#table-sections"))
    name = sections.locator("tbody a").first.inner_text()
    sections.locator("tbody a").first.click()
    expect(page.locator("h1")).to_contain_text(name)
    assert 0 < figure(page, "Besuche") <= everything
    articles = page.locator("section", has=page.locator("#table-articles"))
    headline = articles.locator("tbody a").first.inner_text()
    articles.locator("tbody a").first.click()
    expect(page.locator("h1")).to_contain_text(headline)

    frame = page.locator("[data-chart-frame]").first
    frame.focus()
    page.keyboard.press("End")
    expect(page.locator("[data-chart-value]").first).to_contain_text("Besuche:")
    page.keyboard.press("Escape")
    expect(page.locator("[data-chart-value]").first).to_be_empty()

    page.goto(f"{site.url}/admin/analytics/table/articles/?period=28d&ordering=label")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").first.click()
    path = tmp_path / "articles.csv"
    download.value.save_as(path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    shown = page.locator(".staff-table--whole tbody th").first.inner_text().strip()
    assert rows[0][:3] == ["Name", "Besuche", "Aufrufe"]
    assert rows[1][0] == shown
    assert errors == []


def test_a_tag_is_found_by_typing_and_a_slow_answer_shows_life(page: Page, site: LiveSite):
    sign_in(page, site, "admin")
    page.goto(f"{site.url}/admin/analytics/?period=28d")
    everything = figure(page, "Besuche")
    field = page.get_by_label("Schlagwort")
    field.click()
    field.press_sequentially("klim")
    option = page.locator("#options-tag option")
    expect(option).to_have_count(1)
    field.fill(option.get_attribute("value") or "")

    signs: list[str] = []
    page.on("console", lambda message: signs.append(message.text))
    page.locator("[data-staff-report]").evaluate(
        """report => new MutationObserver(() => console.info(report.getAttribute("aria-busy")))
            .observe(report, { attributes: true })"""
    )
    page.get_by_role("button", name="Filter anwenden").click()

    expect(field).to_have_value("Klima")
    assert "true" in signs
    assert 0 < figure(page, "Besuche") < everything
    field.fill("Gibtesnicht")
    page.get_by_role("button", name="Filter anwenden").click()
    expect(page.get_by_text("„Gibtesnicht“ gibt es nicht.")).to_be_visible()


def test_readers_now_come_without_reload(page: Page, context: BrowserContext, site: LiveSite):
    sign_in(page, site, "admin")
    page.clock.install()
    page.goto(f"{site.url}/admin/analytics/?period=now")
    place = page.locator("[data-refresh]")
    expect(place).to_contain_text("in den letzten fünf Minuten")
    page.route("**/admin/analytics/now/", lambda route: route.fulfill(body="<b>7</b> Leser"))

    page.clock.run_for(31_000)

    expect(place).to_have_text("7 Leser")


def test_the_user_bar_of_staff_leads_to_a_pages_readers(page: Page, site: LiveSite):
    errors: list[str] = []
    page.on("console", lambda message: message.type == "error" and errors.append(message.text))
    page.goto(site.url)
    address = page.locator(".card__headline a").first.get_attribute("href") or ""
    assert "wagtail-userbar" not in page.content()

    sign_in(page, site, "admin")
    page.goto(f"{site.url}{address}" if address.startswith("/") else address)
    page.locator("wagtail-userbar").get_by_role("button").first.click()
    page.locator("wagtail-userbar").get_by_role(
        "menuitem", name="Leserschaft dieser Seite"
    ).click()

    expect(page).to_have_url(re.compile("/admin/analytics/article/"))
    assert [error for error in errors if "Content Security Policy" in error] == []
