"""Tables to take along: no cell runs as a formula, no workbook stands whole in memory."""

from __future__ import annotations

from collections.abc import Iterable
from tempfile import TemporaryFile
from typing import Any

from django.http import FileResponse
from wagtail.admin.views.mixins import SpreadsheetExportMixin

# A spreadsheet takes a cell that begins like this for a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def without_formula(text: str) -> str:
    """Return the text so that no spreadsheet runs it."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA_STARTS) else text


class SpreadsheetExport(SpreadsheetExportMixin):
    """Wagtail's export; of a workbook, cells say by themselves that they are text."""

    custom_value_preprocess = {
        **SpreadsheetExportMixin.custom_value_preprocess,
        str: {"csv": without_formula},
    }

    def write_xlsx_response(self, rows: Iterable[Any]) -> FileResponse:
        """Return a workbook that is written line by line to a file and leaves it in pieces."""
        file = TemporaryFile()  # noqa: SIM115  the response closes it
        self.write_xlsx(rows, file)
        file.seek(0)
        return FileResponse(
            file,
            as_attachment=True,
            content_type=XLSX_TYPE,
            filename=f"{self.get_filename()}.xlsx",
        )
