"""Tables: of text, as CSV with commas, semicolons or tabs, read row by row."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from integrations.importing.encodings import encoding_of
from integrations.importing.refusal import Unreadable, first_twice
from integrations.importing.values import show

if TYPE_CHECKING:
    import _csv

DELIMITERS = (",", ";", "\t")
LONGEST_LINE = 1_000_000


@dataclass(slots=True)
class TableRow:
    line: int
    cells: dict[str, str]
    error: str = ""


class Table:
    """Rows under a header that names the columns; blank rows are passed over."""

    writes_iso = False  # days are written as 2026-05-31, whatever a mapping says

    def __init__(self, path: Path) -> None:
        self.path = path
        self.characters = 0

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """The line and the cells of each row that is not blank.

        :raises Unreadable: with the line where the file can't be read on.
        """
        raise NotImplementedError

    def rows(self) -> Iterator[TableRow]:
        """Each row under its header's names; the first one answered is that header.

        :raises Unreadable: with the line where the file can't be read on.
        """
        records = self.records()
        header = self._header(next(records, None))
        yield TableRow(1, dict(zip(header, header, strict=True)))
        for line, cells in records:
            yield self.row(line, header, cells)

    def row(self, line: int, header: list[str], cells: list[str]) -> TableRow:
        if len(cells) != len(header):
            sentence = _("The row has %(cells)s cells, the header has %(columns)s.")
            found = {"cells": len(cells), "columns": len(header)}
            return TableRow(line, {}, error=sentence % found)
        cells = [cell.strip() for cell in cells]
        return TableRow(line, dict(zip(header, cells, strict=True)))

    def _header(self, first: tuple[int, list[str]] | None) -> list[str]:
        if first is None:
            raise Unreadable(1, _("The file is empty."))
        header = [name.strip() for name in first[1]]
        twice = first_twice(header)
        if twice is not None:
            raise Unreadable(
                first[0],
                _("Two columns are called %(name)s.") % {"name": show(twice)},
            )
        return header


class TextTable(Table):
    """A CSV file."""

    def records(self) -> Iterator[tuple[int, list[str]]]:
        with self.path.open(encoding=encoding_of(self.path), newline="") as file:
            reader = csv.reader(
                self._counted(file), delimiter=_delimiter(self.path, file), strict=True
            )
            yield from self._records(reader)

    def _counted(self, file: io.TextIOWrapper) -> Iterator[str]:
        number = 0
        while text := file.readline(LONGEST_LINE + 1):
            number += 1
            if len(text) > LONGEST_LINE:
                raise Unreadable(number, _("The line is too long."))
            self.characters += len(text)
            yield text

    def _records(self, reader: "_csv.Reader") -> Iterator[tuple[int, list[str]]]:
        while True:
            line = reader.line_num + 1  # where the record begins; quotes may span lines
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise Unreadable(line, _sentence(error)) from None
            if any(cell.strip() for cell in cells):
                yield line, cells


def _delimiter(path: Path, file: io.TextIOWrapper) -> str:
    """What parts the columns of the first line, quoted parts aside."""
    start = file.readline(LONGEST_LINE)
    file.seek(0)
    bare = "".join(start.split('"')[::2])
    return max(DELIMITERS, key=bare.count)


def _sentence(error: csv.Error) -> str:
    trouble = str(error)
    if "unexpected end" in trouble or "field larger" in trouble:
        return _("A quotation mark is opened in this row and not closed.")
    if "expected after" in trouble:
        return _("A quotation mark in this row closes before the cell ends.")
    return _("This row can't be read: %(trouble)s.") % {"trouble": trouble}
