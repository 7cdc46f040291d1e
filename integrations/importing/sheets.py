"""A sheet of a workbook as a table; and which of both a file is."""

from collections.abc import Iterator
from pathlib import Path

from django.utils.translation import gettext as _

from integrations.importing.sheet_cells import NOT_COMPUTED
from integrations.importing.tables import Table, TableRow, TextTable
from integrations.importing.values import show
from integrations.importing.workbooks import OPENING, Workbook

# What a spreadsheet shows where a formula failed.
FAILED = frozenset(["#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"])


class SheetTable(Table):
    """A sheet: cells that were never filled in are no cells of it."""

    writes_iso = True

    def __init__(
        self, path: Path, *, sheet: str = "", book: Workbook | None = None
    ) -> None:
        super().__init__(path)
        self._book = book or Workbook(path)
        self._sheet, self._size = sheet, path.stat().st_size

    def records(self) -> Iterator[tuple[int, list[str]]]:
        for line, cells in self._book.records(self._sheet):
            self.characters = int(self._book.share * self._size)
            while cells and not cells[-1].strip():
                cells.pop()
            if cells:
                yield line, cells

    def row(self, line: int, header: list[str], cells: list[str]) -> TableRow:
        cells += [""] * (len(header) - len(cells))
        wrong = next((c for c in cells if c in FAILED or c == NOT_COMPUTED), None)
        if wrong == NOT_COMPUTED:
            sentence = _("A formula has no result: open the file, then save it again.")
            return TableRow(line, {}, error=sentence)
        if wrong is not None:
            sentence = _("A formula failed here: %(value)s.")
            return TableRow(line, {}, error=sentence % {"value": show(wrong)})
        return super().row(line, header, cells)


def is_workbook(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(OPENING)) == OPENING


def table_of(path: Path, *, sheet: str = "") -> Table:
    """A file's rows, by what is in it: its name may be one of ours."""
    return SheetTable(path, sheet=sheet) if is_workbook(path) else TextTable(path)
