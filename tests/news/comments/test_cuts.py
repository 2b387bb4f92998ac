import pytest
from hypothesis import given
from hypothesis import strategies as st

from news.comments import cuts
from news.comments.cuts import NothingCut, Reworded


def test_bracketed_passages_leave_a_mark() -> None:
    text = "Guter Anfang, Sie Lump, und gutes Ende."

    marked = "Guter Anfang, [[Sie Lump]], und gutes Ende."

    assert cuts.cut(text, marked) == "Guter Anfang, […], und gutes Ende."


@pytest.mark.parametrize(
    ("marked", "error"),
    [
        ("Ein Satz.", NothingCut),
        ("Ein [[ ]]Satz.", Reworded),  # a space more than before
        ("[[Ein Satz]].", NothingCut),
        ("Kein [[Satz]].", Reworded),
        ("Ein [[Satz.", NothingCut),
        ("Ein ]]Satz[[.", NothingCut),
        ("", Reworded),
    ],
)
def test_nothing_but_cuts_is_taken(marked: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        cuts.cut("Ein Satz.", marked)


def test_lines_come_back_from_a_form_with_returns() -> None:
    assert cuts.cut("Eins\nZwei", "Eins\r\n[[Zwei]]") == "Eins\n[…]"


def test_other_brackets_where_the_comment_has_these() -> None:
    text = "Siehe [[Wiki]] und den Rest"

    assert cuts.brackets(text) == ("{{", "}}")
    assert cuts.cut(text, "Siehe [[Wiki]] {{und den Rest}}") == "Siehe [[Wiki]] […]"


@given(st.text(min_size=1), st.text(), st.text(min_size=1))
def test_what_is_left_was_always_there(before: str, gone: str, after: str) -> None:
    text = f"{before}{gone}{after}".replace("\r\n", "\n")
    start, end = cuts.brackets(text)
    try:
        left = cuts.cut(text, f"{before}{start}{gone}{end}{after}")
    except (NothingCut, Reworded):
        return
    # with a bracket beside them the marks take another passage; still nothing is new
    assert all(part in text for part in left.split(cuts.MARK)) or cuts.MARK in text
