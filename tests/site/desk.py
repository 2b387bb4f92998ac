"""What people at the desk do in the admin, step by step as they would."""

import random
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.site.conftest import LiveSite


def draw_picture(path: Path) -> Path:
    """Write a picture unlike any other, so that Wagtail takes it for no duplicate."""
    picture = Image.new("RGB", (1600, 900))
    picture.putdata([(random.randrange(256), 90, 120) for _ in range(1600 * 900)])
    picture.save(path, "JPEG")
    return path


def write_article(
    page: Page, site: LiveSite, *, section_id: int, headline: str, picture: Path
) -> None:
    """Write an article with picture, author and tag; return once the draft is saved."""
    page.goto(f"{site.url}/admin/pages/add/news/articlepage/{section_id}/")
    page.fill("#id_kicker", "Hafen")
    page.fill("#id_title", headline)
    page.fill("#id_standfirst", "Drei Kräne sind da, und keiner weiß, wohin mit den alten.")
    upload_picture(page, picture)
    write_text(page, "Am Osthafen stehen seit Montag drei neue Kräne.")
    choose_first_author(page)
    add_tag(page, "Osthafen")
    # Either Wagtail says so, or on a slow machine its first save held everything already.
    saved = "header :text('Gespeichert'):visible, main :text('erstellt.'):visible"
    expect(page.locator(saved).first).to_be_visible(timeout=20_000)


def upload_picture(page: Page, picture: Path) -> None:
    page.click("#id_lead_image-chooser [data-chooser-action-choose]")
    dialog = page.locator(".modal")
    dialog.get_by_role("tab", name="Hochladen").click()
    form = dialog.locator("#tab-upload")
    form.locator("[name$=-file]").set_input_files(picture)
    # Wagtail fills the title in from the file's name, and would do so over ours.
    expect(form.locator("[name$=-title]")).to_have_value(picture.stem)
    for name, value in {
        "title": "Kräne am Osthafen",
        "description": "Drei gelbe Kräne vor grauem Himmel",
        "caption": "Die neuen Kräne am Osthafen",
        "creator": "Jane Doe",
        "source": "Wikipedia",
    }.items():
        form.locator(f"[name$=-{name}]").fill(value)
    form.locator("[name$=-licence]").select_option("cc-by-2.0")
    form.locator("button[type=submit]").click()
    expect(page.locator("#id_lead_image-title")).to_have_text("Kräne am Osthafen")


def write_text(page: Page, text: str) -> None:
    body = page.locator("section[id$=-body-section]")
    body.locator(".c-sf-add-button").first.click()
    page.get_by_role("option", name="Text", exact=True).click()
    body.locator(".public-DraftEditor-content").click()
    page.keyboard.type(text)


def choose_first_author(page: Page) -> None:
    page.click("#id_article_authors-OPEN_MODAL")
    dialog = page.locator(".modal")
    dialog.get_by_role("checkbox").first.check()
    dialog.get_by_text("Auswahl bestätigen").click()
    expect(dialog).to_be_hidden()


def add_tag(page: Page, name: str) -> None:
    """Add a tag, new or known."""
    tags = page.locator("section[id$=-tags-section]")
    field = tags.locator(".tagit-new input")
    field.fill(name)
    # to the field, not to the page: the focus may go back to the button of the dialog just closed
    field.press("Enter")
    expect(tags.locator(".tagit-choice")).to_contain_text([name])


def open_checks(page: Page) -> Locator:
    """Open what an article still lacks, beside the form."""
    page.locator("[data-side-panel-toggle=content-checks]").click()
    return page.locator("[data-side-panel=content-checks]")


def open_card_for_networks(page: Page) -> str:
    """Let the open preview show the article as networks do; return what the card says."""
    page.select_option("#id_preview_mode", "social")
    frame = page.frame_locator(".w-preview iframe, iframe[data-preview-iframe]").first
    return frame.locator(".social-card").inner_text()


def open_preview(page: Page) -> str:
    """Open the preview beside the form and return its headline."""
    page.get_by_role("button", name="Vorschau umschalten").click()
    headline = page.frame_locator(".w-preview iframe, iframe[data-preview-iframe]").first
    return headline.locator("h1").inner_text()


def publish(page: Page) -> str:
    """Publish the article that is open and return its address."""
    page.locator("footer [data-w-dropdown-target=toggle]").first.click()
    page.locator("button[name=action-publish]").click()
    # alone, an editor says why it cannot wait for a second person
    page.fill("textarea[name=reason]", "Die Kräne laufen gerade ein.")
    page.locator("main form button[type=submit]").click()
    expect(page.locator(".messages")).to_contain_text("veröffentlicht")
    return page.locator(".messages a").first.get_attribute("href") or ""
