"""What the lines of one deal share."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from forecasting.engine.world.calendars import Calendar
from forecasting.engine.world.wording import Speaker

Line = dict[str, Any]
INFLUENCES = ("low", "medium", "high")


def line(kind: str, **fields: Any) -> Line:
    """A line with the fields that say something."""
    told = {k: v for k, v in fields.items() if v is not None and v not in ("", [])}
    return {"type": kind} | told


@dataclass(slots=True)
class Telling:
    """One deal's names, language and calendar; per seat the person, name and language."""

    id: str
    company: str
    language: str
    owner_email: str
    owner_name: str
    owner_label: str
    amount: float
    calendar: Calendar
    speaker: Speaker
    rng: np.random.Generator
    people: dict[int, str] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    languages: dict[int, str] = field(default_factory=dict)
    roles: list[str] = field(default_factory=list)

    def seat(self, number: int | None) -> str | None:
        """The id of a seat."""
        return None if number is None else f"{self.id}-s{number + 1}"

    def money(self, factor: float) -> str:
        """An amount, in tens."""
        return f"{round(self.amount * factor, -1):.2f}"
