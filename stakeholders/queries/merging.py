"""What a merge would move, for those who are asked whether two are one."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from opportunities.models import Company, Opportunity
from stakeholders.models import Interaction, Person, Stakeholder, Task

SHOWN = 20


@dataclass(frozen=True, slots=True)
class DealMoved:
    """A deal of the one that goes; in a shared one two seats become one."""

    opportunity: Opportunity
    is_shared: bool


@dataclass(frozen=True, slots=True)
class Moves:
    deals: tuple[DealMoved, ...]
    more: int  # not shown, or not seen by who asks
    talks: int
    tasks: int
    people: int


def moves_of_person(
    kept: Person, gone: Person, *, deals: "QuerySet[Opportunity]"
) -> Moves:
    """The deals of a person with what hangs on them; five queries."""
    seats = Stakeholder.objects.filter(person=gone)
    mine = Stakeholder.objects.filter(person=kept, opportunity__in=deals)
    shared = set(mine.values_list("opportunity_id", flat=True))
    seen = list(
        deals.filter(pk__in=seats.values("opportunity_id")).order_by("name", "pk")
    )
    talks = Interaction.objects.standing().filter(participations__stakeholder__in=seats)
    return Moves(
        deals=tuple(DealMoved(each, each.pk in shared) for each in seen[:SHOWN]),
        more=seats.count() - len(seen[:SHOWN]),
        talks=talks.distinct().count(),
        tasks=Task.objects.filter(stakeholder__in=seats).count(),
        people=0,
    )


def moves_of_company(
    kept: Company, gone: Company, *, deals: "QuerySet[Opportunity]"
) -> Moves:
    """The deals and the people of a company; three queries."""
    of_it: Any = Opportunity.objects.standing().filter(company=gone)
    seen = list(deals.filter(company=gone).order_by("name", "pk")[:SHOWN])
    return Moves(
        deals=tuple(DealMoved(each, is_shared=False) for each in seen),
        more=of_it.count() - len(seen),
        talks=0,
        tasks=0,
        people=Person.objects.filter(company=gone).count(),
    )
