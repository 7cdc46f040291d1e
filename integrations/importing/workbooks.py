"""A workbook (XLSX) in one pass: an archive of XML, never unpacked as a whole.

A general reader takes half a minute for a million cells, and reads a sheet that does not
tell its size to the end before the first row. This one takes what an import needs: the
names of the sheets, and their cells as text.
"""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.parsers import expat

from django.utils.translation import gettext as _
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH

from integrations.importing.parts import Attributes, Handlers, fed, read
from integrations.importing.refusal import Unreadable
from integrations.importing.sheet_cells import Record, SheetCells, Texts

OPENING = b"PK\x03\x04"
MOST_PARTS = 1_000
MOST_UNPACKED = 1 << 29  # bytes of one part
MOST_TEXTS = 64 << 20  # bytes of the part that holds the texts of all cells
MOST_RATIO = 100  # XML of real sheets is packed to a tenth
SMALL = 1 << 20  # of whatever ratio, it does no harm
BOOK, TEXTS, STYLES = "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml"

# What a broken or lying archive raises while it is read.
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    expat.ExpatError,
    EOFError,
    KeyError,
    IndexError,
    NotImplementedError,  # packed in a way nobody uses
    OSError,
    OverflowError,
    RuntimeError,  # a part with a password
    UnicodeError,
    ValueError,
)


class Workbook:
    """:raises Unreadable: where the workbook can't be read, from any of its methods."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.share = 0.0  # of the sheet that is being read
        self._all_texts: list[str] | None = None

    def sheets(self) -> list[str]:
        """The names of its sheets that can be seen, in their order."""
        with self._opened() as archive:
            return list(_sheets(archive))

    def records(self, sheet: str = "") -> Iterator[Record]:
        """Number and cells of each row that is there; the first sheet without a name."""
        with self._opened() as archive:
            parts = _sheets(archive)
            if sheet and sheet not in parts:
                raise Unreadable(
                    1, _("There is no sheet “%(name)s”.") % {"name": sheet[:60]}
                )
            part = parts[sheet] if sheet else next(iter(parts.values()))
            if self._all_texts is None:
                self._all_texts = _texts(archive)
            cells = SheetCells(
                texts=self._all_texts,
                formats=_formats(archive),
                epoch=MAC_EPOCH if _counts_from_1904(archive) else WINDOWS_EPOCH,
            )
            whole = archive.getinfo(part).file_size or 1
            for done in fed(archive, part, cells.handlers()):
                self.share = done / whole
                yield from cells.taken()

    @contextmanager
    def _opened(self) -> Iterator[zipfile.ZipFile]:
        try:
            with zipfile.ZipFile(self.path) as archive:
                _refuse_unwanted(archive)
                yield archive
        except BROKEN:
            raise Unreadable(
                1, _("This spreadsheet is damaged: save it again as .xlsx.")
            ) from None


def _refuse_unwanted(archive: zipfile.ZipFile) -> None:
    parts = {part.filename: part for part in archive.infolist()}
    if "xl/workbook.bin" in parts or BOOK not in parts:
        raise Unreadable(
            1, _("This is an archive, but no spreadsheet as .xlsx: save it as that.")
        )
    if any(name.lower().endswith("vbaproject.bin") for name in parts):
        raise Unreadable(
            1, _("This spreadsheet holds macros: save it as .xlsx without them.")
        )
    if any(name.startswith(("xl/embeddings/", "xl/activeX/")) for name in parts):
        raise Unreadable(
            1, _("There are other files in this spreadsheet: save it without them.")
        )
    if len(archive.infolist()) > MOST_PARTS or any(
        _is_bomb(part) for part in archive.infolist()
    ):
        raise Unreadable(
            1, _("This spreadsheet unpacks to far more than a table: it is not read.")
        )


def _is_bomb(part: zipfile.ZipInfo) -> bool:
    # What is declared is all that is unpacked: zipfile stops there.
    most = MOST_TEXTS if part.filename == TEXTS else MOST_UNPACKED
    is_dense = part.file_size > MOST_RATIO * max(part.compress_size, 1)
    return part.file_size > most or (is_dense and part.file_size > SMALL)


# --- the parts beside the sheets -----------------------------------------------------


def _sheets(archive: zipfile.ZipFile) -> dict[str, str]:
    """Where each sheet that can be seen lies, by name."""
    targets: dict[str, str] = {}
    told: list[Attributes] = []

    def learn(relation: Attributes) -> None:
        if relation.get("Type", "").endswith("/worksheet"):
            targets[relation["Id"]] = relation["Target"]

    read(archive, "xl/_rels/workbook.xml.rels", Handlers({"Relationship": learn}))
    read(archive, BOOK, Handlers({"sheet": told.append}))
    ids = {
        sheet["name"]: next(v for k, v in sheet.items() if k.endswith(":id"))
        for sheet in told
        if sheet.get("state", "visible") == "visible"
    }
    found = {name: _place(targets[id]) for name, id in ids.items() if id in targets}
    if not found:
        raise Unreadable(1, _("There is no sheet with cells in this spreadsheet."))
    return found


def _place(target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _texts(archive: zipfile.ZipFile) -> list[str]:
    taken = Texts()
    if TEXTS in archive.namelist():
        read(archive, TEXTS, taken.handlers())
    return taken.texts


def _formats(archive: zipfile.ZipFile) -> list[str]:
    """What a number of each style is: a date, a percentage, or (empty) a number."""
    custom: dict[int, str] = {}
    numbers: list[int] = []

    def learn(told: Attributes) -> None:
        custom[int(told["numFmtId"])] = told.get("formatCode", "")

    def style(told: Attributes) -> None:
        numbers.append(int(told.get("numFmtId", 0)))

    def begin(told: Attributes) -> None:
        starts["xf"] = style  # those before are of named styles, no cell points at them

    def end() -> None:
        del starts["xf"]

    starts = {"numFmt": learn, "cellXfs": begin}
    if STYLES in archive.namelist():
        read(archive, STYLES, Handlers(starts, {"cellXfs": end}))
    known = BUILTIN_FORMATS | custom
    return [_format(known.get(number, "General")) for number in numbers]


def _format(code: str) -> str:
    if is_date_format(code):
        return "date"
    return "percent" if code.endswith("%") else ""


def _counts_from_1904(archive: zipfile.ZipFile) -> bool:
    told: list[Attributes] = []
    read(archive, BOOK, Handlers({"workbookPr": told.append}))
    return any(each.get("date1904") in {"1", "true"} for each in told)
