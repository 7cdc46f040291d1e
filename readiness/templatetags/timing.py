"""How our steps would be timed, on a page that plans one and knows no model."""

from collections.abc import Sequence
from typing import Any

from django import template

from readiness.queries.models import active_model
from readiness.queries.timing import StepNow, steps_for_people
from stakeholders.models import Stakeholder

register = template.Library()


@register.simple_tag(takes_context=True)
def steps_if_done_now(context: Any, people: Sequence[Stakeholder]) -> list[StepNow]:
    """What would suit or harm these people at the page's `now`; two queries."""
    if not people:
        return []
    return steps_for_people(people, model=active_model(), now=context["now"])
