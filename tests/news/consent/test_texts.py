from datetime import UTC, datetime, timedelta
from typing import Any

from news.consent import defaults, texts
from news.consent.models import ConsentText, Purpose

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

    rows = ConsentText.objects.values_list("purpose", "language", "version", "is_required")
    assert sorted(rows) == [
        ("publish", "de", 1, True),
        ("publish", "en", 1, True),
        ("remember_device", "de", 1, False),
        ("remember_device", "en", 1, False),
        ("reply_mail", "de", 1, False),
        ("reply_mail", "en", 1, False),
    ]


def test_one_query_finds_the_text_of_every_purpose(
    text: ConsentText, django_assert_num_queries: Any
) -> None:
    second = next_version(text)

    with django_assert_num_queries(1):
        found = texts.in_force(ConsentText.objects.filter(language="de"), now=NOW)

    assert found[Purpose.PUBLISH] == second
    assert {(row.purpose, row.language) for row in found.values()} == {
        ("publish", "de"),
        ("reply_mail", "de"),
        ("remember_device", "de"),
    }
