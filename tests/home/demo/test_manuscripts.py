from datetime import UTC, datetime, timedelta

import pytest

from home.demo import manuscripts
from home.demo.manuscripts import Manuscript

NOW = datetime(2026, 3, 4, 9, 30, 20, tzinfo=UTC)

BODY = """Erster *Absatz*.

Zweiter **Absatz** mit [Link](https://example.org/).

- eins
- zwei

## Zwischenzeile

> Ein Satz
> geht weiter.
> -- Anna Beispiel, Chefin

::: facts Titel
Text

- Punkt
:::

::: table Tabelle
Ort | Zahl
A | 1.5
B | -2
:::

::: note update 2h
Ergänzt.
:::"""


def test_body_splits_into_blocks() -> None:
    text = Manuscript("slug", "de", {}, BODY)

    assert [manuscripts.value(part, {}, NOW) for part in text.parts] == [
        {
            "type": "text",
            "value": "<p>Erster <i>Absatz</i>.</p><p>Zweiter <b>Absatz</b> mit "
            '<a href="https://example.org/">Link</a>.</p><ul><li>eins</li><li>zwei</li></ul>',
        },
        {"type": "subheading", "value": "Zwischenzeile"},
        {
            "type": "quotation",
            "value": {
                "text": "Ein Satz geht weiter.",
                "speaker": "Anna Beispiel",
                "speaker_role": "Chefin",
            },
        },
        {
            "type": "fact_box",
            "value": {"title": "Titel", "text": "<p>Text</p><ul><li>Punkt</li></ul>"},
        },
        {
            "type": "table",
            "value": {
                "columns": [
                    {"type": "text", "heading": "Ort"},
                    {"type": "number", "heading": "Zahl"},
                ],
                "rows": [{"values": ["A", "1.5"]}, {"values": ["B", "-2"]}],
                "caption": "Tabelle",
            },
        },
        {
            "type": "note",
            "value": {
                "kind": "update",
                "noted_at": "2026-03-04T07:30:00+00:00",
                "text": "<p>Ergänzt.</p>",
            },
        },
    ]


@pytest.mark.parametrize(
    ("words", "age"),
    [
        ("40m", timedelta(minutes=40)),
        ("3h", timedelta(hours=3)),
        ("5d 4h", timedelta(days=5, hours=4)),
    ],
)
def test_age_is_read_from_words(words: str, age: timedelta) -> None:
    assert manuscripts.age_of(words) == age
