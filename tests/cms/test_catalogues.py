"""Compiled catalogues are those of the source, and are spoken at once."""

from django.utils import translation

from cms import catalogues


def test_process_that_compiles_a_catalogue_speaks_it(settings, tmp_path):
    """On a first start the demo is written by the process that has compiled the words for it."""
    source = tmp_path / "de" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    settings.LOCALE_PATHS = [tmp_path]
    with translation.override("de"):
        assert translation.gettext("A word of this test") == "A word of this test"
        source.write_text(
            'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
            'msgid "A word of this test"\nmsgstr "Ein Wort dieser Probe"\n',
            encoding="utf-8",
        )

        assert catalogues.compile_changed() == [source.with_suffix(".mo")]
        assert catalogues.compile_changed() == []

    with translation.override("de"):
        assert translation.gettext("A word of this test") == "Ein Wort dieser Probe"
