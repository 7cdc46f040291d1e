"""Closed deals as arrays for the learner: what was heard in them, until their end."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np

from accounts.models import end_of, start_of
from opportunities.models import Opportunity
from opportunities.models.opportunity import CLOSED_OUTCOMES
from readiness.engine.batch import Facts
from readiness.engine.learning.deals import ClosedDeals
from readiness.models import PhaseConfirmation, Signal
from readiness.queries.models import LoadedModel
from stakeholders.models import RoleHeld, Stakeholder

CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class _People:
    """Where each stakeholder stands in the arrays, and in which deal."""

    place: dict[UUID, int]
    deal: list[int]
    joined_at: list[float]


def closed_deals(
    *, model: LoadedModel, zone: ZoneInfo, known_at: datetime
) -> ClosedDeals:
    """What was known by a moment of the closed deals; five queries, read as a stream.

    What lies after a deal's last day is left out. In the order of ids, so that the same
    facts give the same arrays.
    """
    rows = Opportunity.objects.standing().filter(outcome__in=CLOSED_OUTCOMES)
    deals = list(
        rows.order_by("pk").values_list("pk", "importance", "buying_class", "closed_on")
    )
    closed_at = [end_of(on, zone).timestamp() for *_, on in deals if on]
    closed = rows.values("pk")
    people = _people_of(closed, {row[0]: n for n, row in enumerate(deals)}, zone=zone)
    roles, role = _roles_of(closed, people)
    return ClosedDeals(
        facts=_facts(closed, people, closed_at, model=model, known_at=known_at),
        deal=np.array(people.deal, dtype=np.int64),
        joined_at=np.array(people.joined_at, dtype=np.float64),
        role=role,
        roles=roles,
        importance=tuple(row[1] or None for row in deals),
        buying_class=tuple(row[2] or None for row in deals),
        closed_at=np.array(closed_at, dtype=np.float64),
    )


def _people_of(closed: Any, number: dict[UUID, int], *, zone: ZoneInfo) -> _People:
    people = _People({}, [], [])
    rows = Stakeholder.objects.filter(opportunity__in=closed).order_by("pk")
    values = rows.values_list("pk", "opportunity_id", "joined_on")
    for place, (pk, deal, joined_on) in enumerate(values.iterator(CHUNK)):
        people.place[pk] = place
        people.deal.append(number[deal])
        people.joined_at.append(start_of(joined_on, zone).timestamp())
    return people


def _roles_of(closed: Any, people: _People) -> tuple[tuple[str, ...], Any]:
    """The role that each person held first, of those shown first."""
    rows = RoleHeld.objects.filter(stakeholder__opportunity__in=closed)
    values = rows.order_by("held_from_on", "position", "role").values_list(
        "stakeholder_id", "role"
    )
    first: dict[UUID, str] = {}
    for pk, code in values.iterator(CHUNK):
        first.setdefault(pk, code)
    roles = tuple(sorted(set(first.values())))
    number = {code: n for n, code in enumerate(roles)}
    held = [number[first[pk]] if pk in first else -1 for pk in people.place]
    return roles, np.array(held, dtype=np.int64)


def _facts(
    closed: Any,
    people: _People,
    closed_at: list[float],
    *,
    model: LoadedModel,
    known_at: datetime,
) -> Facts:
    rows_of_signals = model.engine.catalogue.rows
    rows_of_words = {
        anchor: len(rows_of_signals) + model.anchors.index(anchor)
        for anchor in model.anchors
    }
    person: list[int] = []
    at: list[float] = []
    row: list[int] = []

    def gather(values: Iterable[Any], rows: Any) -> None:
        for who, word, moment in values:
            place, seconds = people.place[who], moment.timestamp()
            if word in rows and seconds <= closed_at[people.deal[place]]:
                person.append(place)
                at.append(seconds)
                row.append(rows[word])

    for facts, word, moment, rows in (
        (Signal.objects, "code", "occurred_at", rows_of_signals),
        (PhaseConfirmation.objects, "anchor", "confirmed_at", rows_of_words),
    ):
        known = facts.known_at(known_at).filter(stakeholder__opportunity__in=closed)
        values = known.order_by("pk").values_list("stakeholder_id", word, moment)
        gather(values.iterator(CHUNK), rows)
    return Facts(
        person=np.array(person, dtype=np.int64),
        at=np.array(at, dtype=np.float64),
        row=np.array(row, dtype=np.int64),
        evidence_class=np.full(len(person), -1, dtype=np.int64),
    )
