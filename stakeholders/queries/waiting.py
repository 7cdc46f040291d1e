"""Whose time it was in deals: the facts, as the engine counts them."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast
from uuid import UUID
from zoneinfo import ZoneInfo

from opportunities.models import Opportunity
from stakeholders.engine.waiting import (
    Step,
    Stretch,
    Talk,
    Turn,
    days_by_turn,
    stretches,
)
from stakeholders.models import Direction, Interaction, Task

BY = {Direction.INBOUND: Turn.THEM, Direction.OUTBOUND: Turn.US}


@dataclass(frozen=True, slots=True)
class Waited:
    """Of one deal: its stretches in order, and the days that waited on each."""

    stretches: tuple[Stretch, ...]
    days: Mapping[Turn, int]

    @property
    def total(self) -> int:
        return sum(self.days.values())


def waited_in(
    deals: Collection[Opportunity], *, today: date, zone: ZoneInfo
) -> dict[UUID, Waited]:
    """Whose time each deal's days were, until it closed or today; two queries for all."""
    ids = [deal.pk for deal in deals]
    talks, steps = (
        defaultdict[UUID, list[Talk]](list),
        defaultdict[UUID, list[Step]](list),
    )
    said = Interaction.objects.filter(opportunity__in=ids)
    for deal, at, direction in said.values_list(
        "opportunity_id", "occurred_at", "direction"
    ):
        by = BY[Direction(direction)] if direction else None
        talks[deal].append(Talk(_day(at, zone), by))
    planned = Task.objects.filter(opportunity__in=ids, due_on__isnull=False)
    for deal, due, done in planned.values_list("opportunity_id", "due_on", "done_at"):
        ended = None if done is None else _day(done, zone)
        steps[deal].append(Step(cast(date, due).toordinal(), ended))
    return {
        deal.pk: _waited(deal, talks[deal.pk], steps[deal.pk], today=today)
        for deal in deals
    }


def _waited(
    deal: Opportunity, talks: list[Talk], steps: list[Step], *, today: date
) -> Waited:
    found = stretches(
        opened=deal.opened_on.toordinal(),
        until=(deal.closed_on or today).toordinal(),
        talks=talks,
        steps=steps,
    )
    return Waited(tuple(found), days_by_turn(found))


def _day(at: datetime, zone: ZoneInfo) -> int:
    return at.astimezone(zone).date().toordinal()
