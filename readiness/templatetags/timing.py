"""How our steps would be timed, on pages that plan them and know no model."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django import template

from readiness.queries.catalogue import catalogue_of
from readiness.queries.planned import Planned, planned_steps
from readiness.queries.standing import stand_now
from readiness.queries.timing import StepNow, steps_now
from stakeholders.models import Stakeholder, Task

register = template.Library()


@register.simple_tag(takes_context=True)
def steps_if_done_now(context: Any, people: Sequence[Stakeholder]) -> list[StepNow]:
    """What would suit or harm these people at the page's `now`; one query."""
    if not people:
        return []
    model, standing = stand_now([each.pk for each in people], now=context["now"])
    heard = [each for each in people if each.pk in standing]
    named = [(each.person.name, standing[each.pk]) for each in heard]
    return steps_now(named, catalogue_of(model))


@register.simple_tag(takes_context=True)
def steps_planned(context: Any, tasks: Iterable[Task]) -> Mapping[UUID, Planned]:
    """The steps that these tasks plan, at the page's `now`; at most one query."""
    return planned_steps(tasks, now=context["now"])


@register.inclusion_tag("readiness/planned_step.html")
def step_of(steps: Mapping[UUID, Planned], task: Task) -> dict[str, Planned | None]:
    """What stands beside a task: its step, and whether that fits now."""
    return {"step": steps.get(task.pk)}
