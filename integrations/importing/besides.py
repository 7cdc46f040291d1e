"""Files beside the deals' own: found by their name, read by what their columns hold."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from django.utils.translation import gettext as _

from integrations.importing.mappings import Beside, Columns
from integrations.importing.personal import is_personal
from integrations.importing.reading import Parsed
from integrations.importing.refusal import Unreadable
from integrations.importing.sheets import table_of
from integrations.importing.values import show

ENDINGS = (".csv", ".tsv", ".txt", ".xlsx")


@dataclass(frozen=True, slots=True)
class BesideRow:
    """A row of a file beside, by what its columns hold; what it does not hold is empty."""

    file: str
    line: int
    cells: dict[str, str]

    def get(self, word: str) -> str:
        return self.cells.get(word, "")

    def refused(self, kind: str, sentence: str) -> Parsed:
        """The report counts lines of the main file: this one is told in words."""
        told = {"file": self.file, "line": self.line, "trouble": sentence}
        error = _("%(file)s, line %(line)s: %(trouble)s") % told
        return Parsed(1, kind, {"id": self.get("id")}, error=error)


def named(beside: Beside, names: Iterable[str]) -> list[str]:
    """Which of these files it can be: by its own name, or by another it often has."""
    own = Path(beside.file).stem.lower()
    found = [name for name in names if name.lower().endswith(ENDINGS)]
    exact = [name for name in found if Path(name).stem.lower() == own]
    return exact or [
        name
        for name in found
        if any(fnmatchcase(Path(name).stem.lower(), form) for form in beside.also)
    ]


def path_beside(path: Path, beside: Beside) -> Path | None:
    """The file beside `path`, if it is there.

    :raises Unreadable: when it may be one or another.
    """
    others = sorted(
        each.name for each in path.parent.iterdir() if each.is_file() and each != path
    )
    found = named(beside, others)
    if len(found) > 1:
        told = {"one": found[0], "other": found[1]}
        raise Unreadable(
            1, _("Both %(one)s and %(other)s lie beside the file: keep one.") % told
        )
    return path.parent / found[0] if found else None


def fitted(columns: Columns, header: Iterable[str]) -> dict[str, str]:
    """Which column holds what, of the names it may have; what is missing is left out."""
    there = {_letters(name): name for name in header}
    fits = {}
    for word, told in columns.items():
        names = [told] if isinstance(told, str) else told
        match = next((there[key] for key in map(_letters, names) if key in there), None)
        if match is not None:
            fits[word] = match
    return fits


class Besides:
    """Reads the files beside one file; what is missing is told in the notes."""

    def __init__(self, path: Path, *, notes: list[str], dropped: set[str]) -> None:
        self._path, self._notes, self._dropped = path, notes, dropped

    def rows(
        self, beside: Beside | None, *, needs: Iterable[str]
    ) -> Iterator[BesideRow]:
        """:raises Unreadable: naming that file."""
        if beside is None:
            return
        path = path_beside(self._path, beside)
        if path is None:
            self._notes.append(
                _("%(file)s is not beside the file.") % {"file": beside.file}
            )
            return
        try:
            yield from self._read(path, beside, set(needs))
        except Unreadable as error:
            told = {"file": path.name, "line": error.line, "trouble": error}
            raise Unreadable(
                1, _("%(file)s, line %(line)s: %(trouble)s") % told
            ) from None

    def _read(self, path: Path, beside: Beside, needs: set[str]) -> Iterator[BesideRow]:
        rows = table_of(path).rows()
        header = next(rows).cells
        columns = fitted(beside.columns, header)
        self._refuse_missing(beside.columns, columns, needs)
        self._dropped |= {column for column in header if is_personal(column)}
        for row in rows:
            if row.error:
                raise Unreadable(row.line, row.error)
            cells = {word: row.cells[column] for word, column in columns.items()}
            yield BesideRow(path.name, row.line, cells)

    def _refuse_missing(
        self, asked: Columns, found: Mapping[str, str], needs: set[str]
    ) -> None:
        for word in sorted(needs - set(found)):
            told = asked.get(word, word)
            raise Unreadable(1, no_column(told if isinstance(told, str) else told[0]))


def no_column(column: str) -> str:
    return _("There is no column %(column)s.") % {"column": show(column)}


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())
