import pytest

from news.comments.words import find


@pytest.mark.parametrize(
    ("listed", "text", "found"),
    [
        ("hund", "Der HUND bellt.", ["hund"]),
        ("hund", "Schweinehund, Hunde, hundert", []),
        ("*hund", "So ein Schweinehund!", ["*hund"]),
        ("*hund", "Hundeleine", []),
        ("hund*", "Hundeleine", ["hund*"]),
        ("*hund*", "Schweinehunde", ["*hund*"]),
        ("dummes zeug", "So ein dummes,\nZEUG", ["dummes zeug"]),
        ("dummes zeug", "dummes altes Zeug", []),
        ("straße", "STRASSE", ["straße"]),
        ("größe", "Gro\u0308ße", ["größe"]),
        ("spam", "s\u200bp\u00adam", ["spam"]),
        ("spam", "\uff53\uff50\uff41\uff4d", ["spam"]),
        ("(a+)+$", "a" * 500, []),
        (" \n*\n**\n", "alles", []),
        ("eins\nzwei\neins", "zwei eins", ["eins", "zwei"]),
    ],
)
def test_whole_words_and_compounds(listed: str, text: str, found: list[str]) -> None:
    assert find(listed, text) == found
