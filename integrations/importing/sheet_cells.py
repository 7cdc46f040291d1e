"""The cells of a sheet as text, from the elements of its XML."""

from collections.abc import Callable
from datetime import datetime, time
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from openpyxl.utils.datetime import from_excel
from openpyxl.utils.escape import unescape

from integrations.importing.parts import Attributes, Handlers
from integrations.importing.refusal import Unreadable

MOST_STRINGS = 2_000_000
MOST_ROWS, MOST_CELLS, MOST_WIDE = 1_048_576, 20_000_000, 1_000
LONGEST_CELL = 100_000
NOT_COMPUTED = "#?"  # a formula that was written down and never worked out
Record = tuple[int, list[str]]


class Texts:
    """Takes the elements of the texts that cells point at by number."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._parts: list[str] = []
        self._is_text = self._is_aloud = False  # how a text is said is none of it

    def handlers(self) -> Handlers:
        starts = {"t": self._open, "rPh": self._open_aloud}
        ends = {"t": self._close, "rPh": self._close_aloud, "si": self._end}
        return Handlers(starts, ends, self._text)

    def _open(self, told: Attributes) -> None:
        self._is_text = True

    def _close(self) -> None:
        self._is_text = False

    def _open_aloud(self, told: Attributes) -> None:
        self._is_aloud = True

    def _close_aloud(self) -> None:
        self._is_aloud = False

    def _text(self, words: str) -> None:
        if self._is_text and not self._is_aloud:
            self._parts.append(words)

    def _end(self) -> None:
        self.texts.append(_plain("".join(self._parts)))
        self._parts.clear()
        if len(self.texts) > MOST_STRINGS:
            raise Unreadable(1, _("There is too much text in this spreadsheet."))


class SheetCells:
    """Takes the elements of a sheet, gives rows of text."""

    def __init__(
        self, *, texts: list[str], formats: list[str], epoch: datetime
    ) -> None:
        self._texts, self._formats, self._epoch = texts, formats, epoch
        self._rows: list[Record] = []
        self._row: list[str] = []
        self._number = self._count = self._column = self._length = 0
        self._kind, self._style = "n", 0
        self._is_value = self._is_formula = False
        self._value: list[str] = []
        self._words: dict[str, Callable[[str], str]] = {
            "s": lambda value: self._texts[int(value)],
            "b": lambda value: "true" if value.strip() in {"1", "true"} else "false",
            "d": _day_or_moment,
            "n": self._number_text,
        }

    def handlers(self) -> Handlers:
        starts = {"row": self._begin_row, "c": self._begin, "v": self._open}
        starts["f"] = self._formula
        ends = {"row": self._end_row, "c": self._end, "v": self._close}
        return Handlers(
            starts | {"t": self._open}, ends | {"t": self._close}, self._text
        )

    def taken(self) -> list[Record]:
        rows, self._rows = self._rows, []
        return rows

    def _begin_row(self, told: Attributes) -> None:
        self._number = int(told.get("r", self._number + 1))
        self._row, self._column = [], 0
        if self._number > MOST_ROWS:
            raise Unreadable(1, _("There are too many rows in this spreadsheet."))

    def _end_row(self) -> None:
        self._count += len(self._row)
        if self._count > MOST_CELLS:
            raise Unreadable(
                self._number, _("There are too many cells in this spreadsheet.")
            )
        self._rows.append((self._number, self._row))

    def _begin(self, told: Attributes) -> None:
        place = told.get("r")
        self._column = _column(place) if place else self._column + 1
        if self._column > MOST_WIDE:
            raise Unreadable(
                self._number, _("There are too many columns in this spreadsheet.")
            )
        self._kind, self._style = told.get("t", "n"), int(told.get("s", 0))
        self._value.clear()
        self._length, self._is_formula = 0, False

    def _end(self) -> None:
        value = "".join(self._value)
        if value:
            self._keep(self._words.get(self._kind, _plain)(value))
        elif self._is_formula and self._kind != "str":
            self._keep(NOT_COMPUTED)

    def _keep(self, text: str) -> None:
        self._row += [""] * (self._column - 1 - len(self._row))
        self._row[self._column - 1 :] = [text]

    def _formula(self, told: Attributes) -> None:
        self._is_formula = True

    def _open(self, told: Attributes) -> None:
        self._is_value = True

    def _close(self) -> None:
        self._is_value = False

    def _text(self, words: str) -> None:
        if self._is_value:
            self._length += len(words)
            if self._length > LONGEST_CELL:
                raise Unreadable(self._number, _("A cell holds too much text."))
            self._value.append(words)

    def _number_text(self, value: str) -> str:
        formats = self._formats
        kind = formats[self._style] if self._style < len(formats) else ""
        if kind == "date":
            return _time_text(from_excel(float(value), self._epoch))
        if value.isdecimal() and not kind:
            return value
        if kind == "percent":
            return f"{_decimal(float(value) * 100)}%"
        return _decimal(float(value))


def _column(place: str) -> int:
    """The number of a column: of AB12 it is 28."""
    number = 0
    for letter in place:
        if letter.isdigit():
            break
        number = number * 26 + ord(letter) - 64
    return number


def _decimal(number: float) -> str:
    """A number with the fifteen digits a spreadsheet knows, and no exponent."""
    text = f"{Decimal(f'{number:.15g}'):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _day_or_moment(value: str) -> str:
    return _time_text(datetime.fromisoformat(value))


def _time_text(moment: Any) -> str:
    is_day = isinstance(moment, datetime) and moment.time() == time()
    return str(moment.date()) if is_day else str(moment)


def _plain(text: str) -> str:
    return unescape(text) if "_x" in text else text
