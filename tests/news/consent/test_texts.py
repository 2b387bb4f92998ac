from datetime import UTC, datetime, timedelta

from news.consent import defaults, texts
from news.consent.models import ConsentText

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


def next_version(text: ConsentText, **fields: object) -> ConsentText:
    names = [field.name for field in ConsentText._meta.fields if field.name != "id"]
    copied = {name: getattr(text, name) for name in names}
    return texts.add_version(ConsentText(**copied | fields), author="Eva")


def test_version_in_force_is_the_newest_that_has_begun(text: ConsentText) -> None:
    second = next_version(text, label="Zwei", valid_from=NOW)
    next_version(text, label="Drei", valid_from=NOW + timedelta(days=1))

    assert texts.current("publish", "de", now=NOW) == second
    assert texts.current("publish", "de", now=NOW - timedelta(seconds=1)) == text
    assert texts.current("publish", "fr", now=NOW) is None
    assert (second.version, second.author) == (2, "Eva")


def test_every_version_has_its_own_digest(text: ConsentText) -> None:
    assert next_version(text).sha256 != text.sha256


def test_defaults_are_created_once_per_language(text: ConsentText) -> None:
    defaults.create_missing(ConsentText)

    rows = ConsentText.objects.order_by("language").values_list("purpose", "language", "version")
    assert list(rows) == [("publish", "de", 1), ("publish", "en", 1)]
