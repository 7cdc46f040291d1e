"""What a file is, by what is in it; its name only decides where its content does not."""

from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from integrations.importing.encodings import encoding_of
from integrations.importing.personal import is_personal
from integrations.importing.refusal import Unreadable
from integrations.importing.tables import Table
from integrations.importing.values import show
from integrations.models import FileKind

SHOWN_ROWS = 5
MOST_COLUMNS = 200
LONGEST_CELL = 80
ENCODINGS = {"utf-8-sig": "UTF-8", "utf-16": "UTF-16", "cp1252": "Windows-1252"}
_LINE = 2_000

# How files begin that are no text, whatever they are called.
_SPREADSHEET = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_PACKED = (
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ",
    b"7z\xbc\xaf",
    b"Rar!",
    b"\x28\xb5\x2f\xfd",
)


@dataclass(frozen=True, slots=True)
class Seen:
    """A file as it looks: its kind, its encoding, its columns, its first rows."""

    kind: FileKind
    encoding: str
    columns: list[str]
    rows: list[list[str]]

    def as_json(self) -> dict[str, Any]:
        return {"encoding": self.encoding, "columns": self.columns, "rows": self.rows}


def look_at(path: Path, name: str) -> Seen:
    """See what a file is.

    :raises Unreadable: with the line and a sentence, when it is nothing we read.
    """
    _refuse_other_kinds(path, name)
    encoding = encoding_of(path)
    with path.open(encoding=encoding) as file:
        start = file.read(_LINE).lstrip()
    if not start:
        raise Unreadable(1, _("The file is empty."))
    if start.startswith(("{", "[")):
        with path.open(encoding=encoding) as file:
            lines = [file.readline(_LINE).strip() for _row in range(SHOWN_ROWS)]
        rows = [[_short(line, 200)] for line in lines if line]
        return Seen(FileKind.BUNDLE, ENCODINGS[encoding], [], rows)
    columns, rows = _head_of(Table(path))
    return Seen(FileKind.TABLE, ENCODINGS[encoding], columns, rows)


def _head_of(table: Table) -> tuple[list[str], list[list[str]]]:
    """The columns and the first rows; what is never read is not shown either."""
    rows = table.rows()
    columns = list(next(rows).cells)
    if len(columns) > MOST_COLUMNS:
        raise Unreadable(
            1,
            _("The file has %(count)s columns; at most %(most)s are read.")
            % {"count": len(columns), "most": MOST_COLUMNS},
        )
    _refuse_nameless(columns)
    hidden = {column for column in columns if is_personal(column)}
    return columns, [
        [
            "" if column in hidden else _short(row.cells.get(column, ""), LONGEST_CELL)
            for column in columns
        ]
        for row in islice(rows, SHOWN_ROWS)
    ]


def _refuse_other_kinds(path: Path, name: str) -> None:
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith(_SPREADSHEET):
        is_sheet = name.lower().endswith((".xlsx", ".xls", ".xlsm", ".ods"))
        raise Unreadable(
            1,
            _("Spreadsheets are not read yet: save it as CSV.")
            if is_sheet
            else _(
                "This is an archive or a spreadsheet, not a text file: save it as CSV."
            ),
        )
    if start.startswith(_PACKED):
        raise Unreadable(1, _("This file is packed: unpack it first."))
    if start.startswith(b"%PDF"):
        raise Unreadable(1, _("This is a PDF, not a text file."))


def _refuse_nameless(columns: list[str]) -> None:
    for number, column in enumerate(columns, start=1):
        if not column:
            raise Unreadable(
                1, _("Column %(number)s has no name.") % {"number": number}
            )
        if len(column) > LONGEST_CELL * 2:
            raise Unreadable(
                1,
                _("The name of the column %(name)s is too long.")
                % {"name": show(column)},
            )


def _short(text: str, most: int) -> str:
    clean = "".join(c if c.isprintable() else " " for c in text)
    return clean if len(clean) <= most else clean[: most - 1] + "…"
