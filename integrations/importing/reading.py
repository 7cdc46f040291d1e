"""A file as the rows of a staging table: read once, in order, a piece at a time."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol


@dataclass(slots=True)
class Parsed:
    """One object of the file. With an error it is refused, and only named."""

    line: int
    kind: str
    values: dict[str, Any] = field(default_factory=dict)
    error: str = ""

    @property
    def external_id(self) -> str:
        found = self.values.get("id", "")
        return found if isinstance(found, str) else ""


class Reading(Protocol):
    """What every kind of file offers to the one who stages it."""

    path: Path
    dropped: set[str]  # personal columns that were left out
    notes: list[str]  # what the report should say besides

    @property
    def characters(self) -> int:
        """How many were read so far, for the progress bar."""

    def rows(self) -> Iterator[Parsed]:
        """Every object of the file. A file that breaks off ends with its error."""


def broken_off(line: int, sentence: str) -> Parsed:
    return Parsed(line=line, kind="", error=sentence)
