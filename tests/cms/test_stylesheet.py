"""One stylesheet out of many files, small enough for a phone."""

import gzip

from django.contrib.staticfiles import finders

from cms import stylesheet


def test_stylesheet_is_found_and_has_the_components_in_order() -> None:
    path = finders.find("css/site.css")

    assert path
    text = stylesheet.compose()
    assert text.index("--color-text:") < text.index("body {") < text.index(".card {")
    assert text.index(".card {") < text.index("@media print")
    assert "/*" not in text
    assert "@import" not in text


def test_stylesheet_and_script_keep_to_their_budget() -> None:
    scripts = stylesheet.SOURCE.parent / "js"

    assert len(gzip.compress(stylesheet.compose().encode())) <= 15_000
    assert sum(len(gzip.compress(path.read_bytes())) for path in scripts.glob("*.js")) <= 6_000


def test_collecting_offers_one_composed_file() -> None:
    [(name, storage)] = stylesheet.StylesheetFinder().list([])

    assert name == "css/site.css"
    assert storage.exists(name)
