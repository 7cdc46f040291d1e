"""What a file is, by what is in it, whatever it is called."""

from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from integrations.importing.encodings import encoding_of
from integrations.importing.personal import is_personal
from integrations.importing.refusal import Unreadable
from integrations.importing.sheets import SheetTable, is_workbook
from integrations.importing.tables import Table, TextTable
from integrations.importing.values import show
from integrations.importing.workbooks import Workbook
from integrations.models import FileKind

SHOWN_ROWS = 5
MOST_COLUMNS = 200
MOST_SHEETS = 20
LONGEST_CELL = 80
ENCODINGS = {"utf-8-sig": "UTF-8", "utf-16": "UTF-16", "cp1252": "Windows-1252"}
_LINE = 2_000

# How files begin that are no text, whatever they are called.
_OLD_SPREADSHEET = b"\xd0\xcf\x11\xe0"
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
    sheets: list[dict[str, Any]] = field(default_factory=list)  # when there are several

    def as_json(self) -> dict[str, Any]:
        told = {"encoding": self.encoding, "columns": self.columns, "rows": self.rows}
        return told | ({"sheets": self.sheets} if self.sheets else {})


def look_at(path: Path) -> Seen:
    """See what a file is.

    :raises Unreadable: with the line and a sentence, when it is nothing we read.
    """
    if is_workbook(path):
        return _look_into(path)
    _refuse_other_kinds(path)
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
    columns, rows = _head_of(TextTable(path))
    return Seen(FileKind.TABLE, ENCODINGS[encoding], columns, rows)


def _look_into(path: Path) -> Seen:
    """A workbook's sheets; those without a table are passed over while another has one."""
    book = Workbook(path)
    names = book.sheets()[:MOST_SHEETS]
    seen: list[dict[str, Any]] = []
    first: Unreadable | None = None
    for name in names:
        try:
            columns, rows = _head_of(SheetTable(path, sheet=name, book=book))
        except Unreadable as refusal:
            first = first or refusal
        else:
            seen.append({"name": name, "columns": columns, "rows": rows})
    if not seen and first:
        raise first
    columns, rows = seen[0]["columns"], seen[0]["rows"]
    several = seen if len(names) > 1 else []
    return Seen(FileKind.SHEET, "", columns, rows, several)


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


def _refuse_other_kinds(path: Path) -> None:
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith(_OLD_SPREADSHEET):
        raise Unreadable(
            1,
            _(
                "This is an old spreadsheet, or one with a password: save it as .xlsx"
                " without one."
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
