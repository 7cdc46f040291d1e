"""The eight things a buyer's own file holds, and what is known of each in a deal."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from accounts.models import in_words
from stakeholders.models import FileItemState


@dataclass(frozen=True, slots=True)
class FileItem:
    """One of the eight, with its texts and the signals that tell it by themselves."""

    number: int
    texts: Mapping[str, Mapping[str, str]]
    told_by: tuple[str, ...]

    @property
    def name(self) -> str:
        return in_words(self.texts, "name")

    @property
    def question(self) -> str:
        return in_words(self.texts, "question")


@dataclass(frozen=True, slots=True)
class FileLine:
    """An item with the last that was said of it in a deal."""

    item: FileItem
    state: str = FileItemState.UNKNOWN
    evidence: str = ""
    seen_on: date | None = None

    @property
    def state_label(self) -> str:
        return str(FileItemState(self.state).label)


@cache
def file_items() -> tuple[FileItem, ...]:
    """The list as it is shipped, by number."""
    path = files("stakeholders") / "defaults" / "purchase_file.json"
    shipped = json.loads(path.read_text())
    return tuple(
        FileItem(
            number=row["number"],
            texts={"name": row["name"], "question": row["question"]},
            told_by=tuple(row["told_by"]),
        )
        for row in shipped["items"]
    )


def file_lines(rows: Iterable[Mapping[str, Any]]) -> list[FileLine]:
    """All eight, each with the last of the rows about it.

    `rows` are mappings of item, state, evidence and seen_on, in the order in which they
    were entered.
    """
    last = {row["item"]: row for row in rows}
    lines = []
    for item in file_items():
        row = last.get(item.number)
        lines.append(
            FileLine(item, row["state"], row["evidence"], row["seen_on"])
            if row
            else FileLine(item)
        )
    return lines
