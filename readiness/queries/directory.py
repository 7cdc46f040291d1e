"""People over all their deals: which, and where they stand in each."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from accounts.models import Workspace
from opportunities.models import Opportunity, Outcome
from readiness.models import PhaseConfirmation, Signal
from readiness.queries.positions import Position, positions_of
from stakeholders.models import Person, Stakeholder

SHOWN = 3  # deals of one person in a list


@dataclass(frozen=True, slots=True)
class SeatLine:
    """One deal of a person."""

    stakeholder: Stakeholder
    position: Position

    @property
    def opportunity(self) -> Opportunity:
        deal: Opportunity = self.stakeholder.opportunity
        return deal

    @property
    def heard_at(self) -> datetime | None:
        """From the facts: a deal that closed before it was ever computed has no reading."""
        row: Any = self.stakeholder
        moments = [row.signalled_at, row.confirmed_at]
        return max(filter(None, moments), default=None)

    @property
    def has_position(self) -> bool:
        """Whether a phase is known, or is unknown because nothing was heard."""
        return not self.position.is_unknown or self.heard_at is None


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person with the deals one may see."""

    person: Person
    seats: tuple[SeatLine, ...]

    @property
    def first(self) -> tuple[SeatLine, ...]:
        return self.seats[:SHOWN]

    @property
    def more(self) -> int:
        return len(self.seats) - len(self.first)

    @property
    def last_heard_at(self) -> datetime | None:
        moments = [seat.heard_at for seat in self.seats]
        return max(filter(None, moments), default=None)


def seats_now(deals: "QuerySet[Opportunity]", *, of: Any) -> "QuerySet[Stakeholder]":
    """The seats of a person in these deals, of those still open, that they have not left."""
    return Stakeholder.objects.filter(
        person=of, left_on=None, opportunity__in=deals.filter(outcome=Outcome.OPEN)
    )


def _last(model: Any, moment: str) -> Subquery:
    rows = model.objects.standing().filter(stakeholder=OuterRef("pk"))
    return Subquery(rows.order_by(f"-{moment}").values(moment)[:1])


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
        .annotate(
            signalled_at=_last(Signal, "occurred_at"),
            confirmed_at=_last(PhaseConfirmation, "confirmed_at"),
        )
        .order_by("-opportunity__opened_on", "pk")
    )
    positions = positions_of(seats, workspace=workspace, now=now)
    lines: dict[UUID, list[SeatLine]] = defaultdict(list)
    for seat in sorted(seats, key=lambda seat: seat.opportunity.is_closed):
        lines[seat.person_id].append(SeatLine(seat, positions[seat.pk]))
    return [PersonLine(person, tuple(lines[person.pk])) for person in people]
