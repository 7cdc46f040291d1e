"""Tables for spreadsheets: no cell of them is ever a formula."""

import csv
import io
import re
from collections.abc import Iterable

from django.http import HttpResponse

# What a spreadsheet takes for the beginning of a formula, its wide twins included.
_STARTS = tuple("=+-@\t\r\n＝＋－＠|%")  # noqa: RUF001 -- these very signs

# A loss of twelve is a number to add up, not a formula.
_NUMBER = re.compile(r"-\d+(\.\d+)?", re.ASCII)


def sheet_response(rows: Iterable[Iterable[str]], *, name: str) -> HttpResponse:
    """Such a table to keep, under that name."""
    response = HttpResponse(sheet(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def sheet(rows: Iterable[Iterable[str]]) -> bytes:
    """Rows as CSV that a spreadsheet opens in the right encoding."""
    file = io.StringIO()
    writer = csv.writer(file)
    for row in rows:
        writer.writerow([harmless(cell) for cell in row])
    return file.getvalue().encode("utf-8-sig")


def harmless(cell: str) -> str:
    """A cell that is read as text, whatever it begins with."""
    bare = cell.lstrip(" \0\u00a0\u200b\ufeff")
    is_odd = bare.startswith(_STARTS) and not _NUMBER.fullmatch(cell)
    return f"'{cell}" if is_odd else cell
