"""What a buyer can take along: neutral texts, and of our own notes only what was chosen."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any
from uuid import UUID

from opportunities.models import Opportunity
from stakeholders.models import DecisionDate, Task


class Part(StrEnum):
    """What a page for a buyer may hold, in this order."""

    CHECKLIST = "checklist"
    BUSINESS_CASE = "business_case"
    QUESTIONS = "questions"
    PLAN = "plan"


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the shared plan: what, with whom of theirs, when."""

    what: str
    who: str
    on: date | None


@dataclass(frozen=True, slots=True)
class Material:
    """A page for a buyer in one language; nothing in it comes from what we believe."""

    texts: Mapping[str, Any]
    parts: tuple[Part, ...]
    steps: tuple[Step, ...] = ()


def open_tasks(deal: Opportunity) -> list[Task]:
    """What may be put on the shared plan: tasks with what is still to be done."""
    rows = Task.objects.filter(opportunity=deal, done_at__isnull=True)
    return list(
        rows.select_related("stakeholder__person").order_by("due_on", "title", "pk")
    )


def decision_on(deal: Opportunity) -> date | None:
    """The day by which they said they will decide, as it was last set."""
    dates = DecisionDate.objects.filter(opportunity=deal).order_by("-set_at", "-pk")
    return dates.values_list("decision_on", flat=True).first()


def material_in(
    language: str,
    *,
    parts: Collection[Part],
    tasks: Collection[Task] = (),
    chosen: Collection[UUID] = (),
    decision: date | None = None,
) -> Material:
    """The page, with of the tasks those that were chosen and the decision's day if given."""
    texts = _in(language, _shipped())
    steps = [
        Step(
            task.title,
            str(task.stakeholder.person) if task.stakeholder else "",
            task.due_on,
        )
        for task in tasks
        if task.pk in chosen
    ]
    if decision is not None:
        steps.append(Step(texts["plan"]["decision"], "", decision))
    steps.sort(key=lambda step: (step.on is None, step.on))
    return Material(texts, tuple(part for part in Part if part in parts), tuple(steps))


@cache
def _shipped() -> dict[str, Any]:
    path = files("stakeholders") / "defaults" / "material.json"
    shipped: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return shipped


def _in(language: str, text: Any) -> Any:
    """The same tree with every `{language: words}` put into one language."""
    if isinstance(text, dict):
        if "en" in text:
            return text[language]
        return {name: _in(language, each) for name, each in text.items()}
    return [_in(language, each) for each in text] if isinstance(text, list) else text
