"""Whether a step that a task plans fits where its person stands now."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from readiness.queries.catalogue import Catalogue, catalogue_of
from readiness.queries.standing import stand_now
from readiness.queries.timing import Timing, timing_of
from stakeholders.models import Task


@dataclass(frozen=True, slots=True)
class Planned:
    """A step by its name, and how it would come now; None where that is not known."""

    name: str
    timing: Timing | None


def planned_step(
    code: str, *, who: str, standing: Sequence[float] | None, catalogue: Catalogue
) -> Planned:
    """A step for somebody who stands there; by its code when the model lacks it."""
    action, timing = catalogue.actions.get(code), None
    if action is not None and standing is not None:
        labels = catalogue.phase_names
        timing = timing_of(action, name=who, standing=standing, labels=labels)
    return Planned(catalogue.action(code), timing)


def planned_steps(tasks: Iterable[Task], *, now: datetime) -> dict[UUID, Planned]:
    """Of those tasks that plan a step, by task; one query, none when there is no such task.

    The tasks come with their deal and their person.
    """
    planning = [task for task in tasks if task.action]
    if not planning:
        return {}
    ahead = {task.pk: _whom(task) for task in planning}
    model, standing = stand_now({who for who in ahead.values() if who}, now=now)
    catalogue = catalogue_of(model)
    return {
        task.pk: planned_step(
            task.action,
            who=task.stakeholder.person.name if task.stakeholder else "",
            standing=standing.get(who) if (who := ahead[task.pk]) else None,
            catalogue=catalogue,
        )
        for task in planning
    }


def _whom(task: Task) -> UUID | None:
    """For whom it is still to be done; None when nobody is there to be met."""
    who = task.stakeholder
    is_ahead = task.done_at is None and not task.opportunity.is_closed
    return who.pk if is_ahead and who is not None and who.left_on is None else None
