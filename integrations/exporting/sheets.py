"""Tables as files that a spreadsheet opens: no cell of them is a formula."""

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any
from zoneinfo import ZoneInfo

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from accounts.http.sheets import harmless
from integrations.exporting.tables import Cell, Table
from integrations.queries.texts import instant

LONGEST = 32_767  # letters of a workbook's cell
# A program that parts cells at another sign would begin a formula in the middle of one.
_INSIDE = re.compile(
    r"([;,\t\r\n]['\"\s\u00a0\u200b\ufeff]*)(?=[=+\-@＝＋－＠|%])"  # noqa: RUF001 -- these very signs
)
Told = Callable[[Cell], str]


def write_csv(table: Table, to: IO[bytes], *, today: date, is_raw: bool) -> int:
    """A table as CSV; answer how many rows. Raw is to the letter, else harmless."""
    text = io.TextIOWrapper(to, "utf-8" if is_raw else "utf-8-sig", newline="")
    writer = csv.writer(text)
    told: Told = _told if is_raw else _harmless
    writer.writerow(table.columns)
    count = 0
    for count, row in enumerate(table.rows(today), 1):  # noqa: B007 -- the last is told
        writer.writerow([told(cell) for cell in row])
    text.detach()
    return count


def write_zip(
    tables: Iterable[Table], to: IO[bytes], *, today: date, is_raw: bool
) -> int:
    """Each table as a CSV of its own, in one file."""
    count = 0
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        for table in tables:
            with archive.open(f"{table.name}.csv", "w") as file:
                count += write_csv(table, file, today=today, is_raw=is_raw)
    return count


def write_xlsx(
    tables: Iterable[Table], to: IO[bytes], *, today: date, zone: ZoneInfo
) -> int:
    """A workbook with a sheet for each table; text is typed as text, whatever it says."""
    book, count = Workbook(write_only=True), 0
    for table in tables:
        sheet = book.create_sheet(table.name)
        sheet.append([_cell(sheet, name, zone) for name in table.columns])
        for row in table.rows(today):
            sheet.append([_cell(sheet, cell, zone) for cell in row])
            count += 1
    book.save(to)
    return count


def _cell(sheet: Any, value: Cell, zone: ZoneInfo) -> Any:
    if isinstance(value, datetime):
        return WriteOnlyCell(sheet, value.astimezone(zone).replace(tzinfo=None))
    if not isinstance(value, str):
        return WriteOnlyCell(sheet, value)
    cell = WriteOnlyCell(sheet)
    if value:
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)[:LONGEST]
        cell.data_type = "s"  # it takes a text that begins with "=" for a formula
    return cell


def _told(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return instant(cell) or ""
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    return "" if cell is None else str(cell)


def _harmless(cell: Cell) -> str:
    if not isinstance(cell, str):
        return _told(cell)
    return _INSIDE.sub(r"\1'", harmless(cell))


def pieces(file: IO[bytes], size: int) -> Iterator[bytes]:
    file.seek(0)
    while piece := file.read(size):
        yield piece
