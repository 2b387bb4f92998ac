"""Both catalogues are complete, and no text that somebody reads was forgotten."""

import re
from pathlib import Path

import polib
import pytest

from cms import catalogues, message_sources
from cms.message_sources import Message, read_python, read_template

ROOT = Path(__file__).resolve().parents[1]
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w*\}")


@pytest.fixture(params=["de", "en"])
def catalogue(request: pytest.FixtureRequest) -> polib.POFile:
    return polib.pofile(str(ROOT / f"cms/locale/{request.param}/LC_MESSAGES/django.po"))


def texts_of(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def test_every_message_is_in_the_catalogue_and_no_other(catalogue: polib.POFile) -> None:
    there = {Message(e.msgid, e.msgid_plural, e.msgctxt or "") for e in catalogue}
    wanted = set(catalogues.read_messages(ROOT))
    assert (sorted(wanted - there), sorted(there - wanted)) == ([], [])


def test_nothing_is_empty_fuzzy_or_obsolete(catalogue: polib.POFile) -> None:
    unfinished = [e.msgid for e in catalogue if not all(texts_of(e)) or e.fuzzy or e.obsolete]
    assert unfinished == []


def test_placeholders_are_the_same(catalogue: polib.POFile) -> None:
    for entry in catalogue:
        wanted = set(PLACEHOLDER.findall(entry.msgid)) | set(
            PLACEHOLDER.findall(entry.msgid_plural)
        )
        for text in texts_of(entry):
            found = set(PLACEHOLDER.findall(text))
            # a singular may leave the number out
            allowed = found <= wanted if entry.msgid_plural else found == wanted
            assert allowed, f"{entry.msgid!r}: {text!r}"


def test_no_shown_text_is_unmarked() -> None:
    forgotten = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in message_sources.source_files(ROOT)
        for line in message_sources.read(path).forgotten
    ]
    assert forgotten == []


def test_the_scanner_reads_python() -> None:
    found = read_python(
        "from django.utils.translation import gettext_lazy as _, ngettext, pgettext as p\n"
        "_('One ' 'text'); ngettext('%d view', '%d views', n); p('month', 'May')\n"
        "field(help_text='Not marked', label='', heading=_('Marked'))\n"
        "_(name)\n"
    )
    assert set(found.messages) == {
        Message("One text"),
        Message("%d view", "%d views"),
        Message("May", "", "month"),
        Message("Marked"),
    }
    assert sorted(found.forgotten) == [
        "3: help_text='Not marked'",
        "4: _(name) has no literal text",
    ]


def test_the_scanner_reads_templates() -> None:
    found = read_template(
        '<p title="Forgotten too">{% translate "Hello" %} {{ _("There") }}</p>\n'
        '{% translate "May" context "month" %}\n'
        "{% blocktranslate trimmed count n=n %}\n  {{ n }} view\n{% plural %}\n"
        "  {{ n }} views\n{% endblocktranslate %}\n"
        "{# a comment #}{% comment %}more{% endcomment %}\n"
        "<script>let x;</script><b>{{ name }}</b> · Forgotten\n"
        '{% translate "100 %" %}'
    )
    assert found.messages == [
        Message("Hello"),
        Message("There"),
        Message("May", "", "month"),
        Message("%(n)s view", "%(n)s views"),
        Message("100 %%"),
    ]
    assert [line.partition(": ")[2] for line in found.forgotten] == [
        "Forgotten too",
        "· Forgotten",
    ]


def test_updating_keeps_translations_and_drops_what_vanished() -> None:
    catalogue = polib.POFile()
    catalogue.append(polib.POEntry(msgid="Kept", msgstr="Behalten"))
    catalogue.append(polib.POEntry(msgid="Gone", msgstr="Weg"))
    messages = {Message("Kept"): ["a.py"], Message("%(n)s view", "%(n)s views"): ["b.py"]}
    catalogues.update(catalogue, messages, own=False)
    assert [(e.msgid, e.msgstr, e.msgstr_plural) for e in catalogue] == [
        ("Kept", "Behalten", {}),
        ("%(n)s view", "", {0: "", 1: ""}),
    ]
    catalogues.update(catalogue, messages, own=True)
    assert [texts_of(entry) for entry in catalogue] == [["Kept"], ["%(n)s view", "%(n)s views"]]
