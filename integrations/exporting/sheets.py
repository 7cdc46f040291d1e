"""Tables for spreadsheets: no cell of them is ever a formula."""

import csv
import io
from collections.abc import Iterable

# What a spreadsheet takes for the beginning of a formula, its wide twins included.
_STARTS = tuple("=+-@\t\r\n＝＋－＠|%")  # noqa: RUF001 -- these very signs


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
    return f"'{cell}" if bare.startswith(_STARTS) else cell
