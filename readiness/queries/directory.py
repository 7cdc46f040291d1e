"""People over all their deals: which, and where they stand in each."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import Workspace
from opportunities.models import Opportunity
from readiness.queries.positions import Position, positions_of
from stakeholders.models import Person, Stakeholder


@dataclass(frozen=True, slots=True)
class SeatLine:
    """One deal of a person."""

    stakeholder: Stakeholder
    position: Position

    @property
    def opportunity(self) -> Opportunity:
        deal: Opportunity = self.stakeholder.opportunity
        return deal


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person with the deals one may see."""

    person: Person
    seats: tuple[SeatLine, ...]

    @property
    def last_heard_at(self) -> datetime | None:
        moments = [seat.position.heard_at for seat in self.seats]
        return max(filter(None, moments), default=None)


def person_lines(
    people: Sequence[Person],
    *,
    deals: "QuerySet[Opportunity]",
    workspace: Workspace,
    now: datetime,
) -> list[PersonLine]:
    """Each person with their seats in these deals, open ones first; four queries."""
    seats = list(
        Stakeholder.objects.filter(
            person__in=[person.pk for person in people], opportunity__in=deals
        )
        .select_related("opportunity__company", "person")
        .order_by("-opportunity__opened_on", "pk")
    )
    positions = positions_of(seats, workspace=workspace, now=now)
    lines: dict[UUID, list[SeatLine]] = defaultdict(list)
    for seat in sorted(seats, key=lambda seat: seat.opportunity.is_closed):
        lines[seat.person_id].append(SeatLine(seat, positions[seat.pk]))
    return [PersonLine(person, tuple(lines[person.pk])) for person in people]
