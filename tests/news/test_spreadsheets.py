"""What is taken along is safe to open, however long it is."""

import io
import os
import stat

import pytest
from django.views.generic import View
from openpyxl import load_workbook

from news.spreadsheets import SpreadsheetExport, without_formula


class Line:
    def __init__(self, label: str, visits: int) -> None:
        self.label = label
        self.visits = visits


class Lines(SpreadsheetExport, View):
    list_export = ["label", "visits"]
    export_headings = {"label": "Name", "visits": "Besuche"}


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("  =1+1", "'  =1+1"),
        ("+49", "'+49"),
        ("-1", "'-1"),
        ("@x", "'@x"),
        ("\tx", "'\tx"),
        ("Hafen = Tor", "Hafen = Tor"),
        ("", ""),
    ],
)
def test_formulas_are_disarmed(text, safe):
    assert without_formula(text) == safe


def test_a_workbook_leaves_a_file_and_not_memory(rf):
    view = Lines()
    view.setup(rf.get("/", {"export": "xlsx"}))

    response = view.as_spreadsheet((Line(f"={n}", n) for n in range(3)), "xlsx")
    is_file = stat.S_ISREG(os.fstat(response.file_to_stream.fileno()).st_mode)
    book = response.getvalue()
    response.close()

    assert is_file
    assert int(response.headers["Content-Length"]) == len(book)
    assert [[cell.value for cell in row] for row in load_workbook(io.BytesIO(book)).active] == [
        ["Name", "Besuche"],
        ["=0", 0],
        ["=1", 1],
        ["=2", 2],
    ]
    assert response.file_to_stream.closed
