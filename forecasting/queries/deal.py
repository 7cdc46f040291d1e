"""One deal, gathered from all that was entered about it, for the engine."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import numpy as np

from accounts.models import Workspace, end_of, start_of
from forecasting.engine.ends import HORIZON_DAYS
from forecasting.engine.purchase_file import (
    FileSignal,
    ItemState,
    PurchaseFile,
    purchase_file,
)
from forecasting.engine.seats import Influence, Person, Role, role
from forecasting.models import TargetBasis
from forecasting.queries.periods import period_of
from opportunities.models import Importance, Opportunity
from readiness.actions.readings import PersonRead
from readiness.engine.arrays import Floats
from readiness.engine.evidence import TEMPERS
from readiness.queries.models import LoadedModel
from readiness.queries.standing import drifting_prior
from stakeholders.models import (
    DecisionDate,
    PurchaseFileItem,
    Quote,
    QuoteChange,
    RoleHeld,
    RoleType,
    Stakeholder,
)
from stakeholders.queries import held_on

# Expert defaults: how many people decide, by importance; not set counts as mid-size.
GROUP_SIZES: Mapping[str, int] = {
    Importance.SMALL: 2,
    Importance.MID: 6,
    Importance.LARGE: 9,
    Importance.STRATEGIC: 12,
    "": 6,
}


@dataclass(frozen=True, slots=True)
class Target:
    """The day "won by" speaks of, and whose day it is."""

    on: date
    basis: TargetBasis
    days: float


@dataclass(frozen=True, slots=True)
class Amount:
    """The expected amount: the last quote's total, else the typed one, else unknown."""

    value: Decimal | None
    currency: str
    scope_changes: int
    has_quote: bool


@dataclass(frozen=True, slots=True, eq=False)
class Deal:
    """Everything a forecast rests on. No stage, percentage, close date or override in it."""

    opportunity: Opportunity
    people: tuple[Person, ...]
    roles: Mapping[str, Role]
    stranger: Floats
    expected_size: int
    file: PurchaseFile
    target: Target
    amount: Amount
    digest: str


def deal_of(
    *,
    opportunity: Opportunity,
    read: Mapping[UUID, PersonRead],
    model: LoadedModel,
    workspace: Workspace,
    now: datetime,
) -> Deal:
    """Gather a deal; six queries, whatever its size."""
    today = workspace.today(now)
    people = _people(read, today=today, now=now)
    file = _file(opportunity, read=read, model=model)
    target = _target(opportunity, workspace=workspace, today=today, now=now)
    roles = _roles()
    size = opportunity.expected_group_size or GROUP_SIZES[opportunity.importance]
    stranger = drifting_prior(
        start_of(opportunity.opened_on, workspace.zone).timestamp(),
        now,
        model=model,
        importance=opportunity.importance or None,
        buying_class=opportunity.buying_class or None,
    )
    return Deal(
        opportunity=opportunity,
        people=people,
        roles=roles,
        stranger=np.array(stranger.probabilities),
        expected_size=size,
        file=file,
        target=target,
        amount=_amount(opportunity),
        digest=_digest(
            opportunity=opportunity,
            read=read,
            people=people,
            model=model,
            rest=[size, file.probability, str(target.on), target.basis],
        ),
    )


def _people(
    read: Mapping[UUID, PersonRead], *, today: date, now: datetime
) -> tuple[Person, ...]:
    held: dict[UUID, list[RoleHeld]] = defaultdict(list)
    for row in RoleHeld.objects.filter(stakeholder__in=list(read)):
        held[row.stakeholder_id].append(row)
    return tuple(
        _person(person, roles=held_on(held[pk], today), today=today, now=now)
        for pk, person in read.items()
        if _sits(person.stakeholder, today)
    )


def _sits(stakeholder: Stakeholder, today: date) -> bool:
    """Active, or gone without a successor: then their seat is an unmapped one."""
    if stakeholder.joined_on > today:
        return False
    return not _has_left(stakeholder, today) or stakeholder.replaced_by_id is None


def _has_left(stakeholder: Stakeholder, today: date) -> bool:
    return stakeholder.left_on is not None and stakeholder.left_on <= today


def _person(
    person: PersonRead, *, roles: list[str], today: date, now: datetime
) -> Person:
    stakeholder, reading = person.stakeholder, person.reading
    silent = reading.last_heard_at
    return Person(
        key=str(stakeholder.pk),
        phases=np.array(reading.probabilities),
        roles=tuple(roles),
        influence=Influence(stakeholder.influence or Influence.MEDIUM),
        stance=reading.stance,
        opposing_signals=reading.negative_signals,
        silent_days=(
            None if silent is None else max(0.0, now.timestamp() - silent) / 86_400
        ),
        has_left=_has_left(stakeholder, today),
    )


def _roles() -> dict[str, Role]:
    return {
        row.code: role(
            row.counts_as,
            weight=row.default_weight,
            weight_alone=row.weight_alone,
        )
        for row in RoleType.objects.all()
    }


def _file(
    opportunity: Opportunity, *, read: Mapping[UUID, PersonRead], model: LoadedModel
) -> PurchaseFile:
    signals = sorted(
        (signal.at, signal.code)
        for person in read.values()
        for signal in person.heard.signals
    )
    rows = PurchaseFileItem.objects.standing().filter(opportunity=opportunity)
    last = rows.order_by("seen_on", "logged_at", "pk").values_list("item", "state")
    catalogue = model.engine.catalogue
    return purchase_file(
        [
            FileSignal(code=code, temper=TEMPERS[catalogue.class_of(code)])
            for _at, code in signals
        ],
        items={item: ItemState(state) for item, state in last},
    )


def _target(
    opportunity: Opportunity, *, workspace: Workspace, today: date, now: datetime
) -> Target:
    dates = DecisionDate.objects.standing().filter(opportunity=opportunity)
    last = dates.order_by("-set_at", "-logged_at", "-pk").first()
    if last is not None and last.decision_on >= today:
        on, basis = last.decision_on, TargetBasis.CUSTOMER
    else:
        on = period_of(today, workspace=workspace).ends_on
        basis = TargetBasis.PERIOD if last is None else TargetBasis.PASSED
    days = (end_of(on, workspace.zone) - now).total_seconds() / 86_400
    if days > HORIZON_DAYS:  # nothing is said beyond the 78 weeks
        on, days = today + timedelta(days=int(HORIZON_DAYS) - 1), HORIZON_DAYS
    return Target(on=on, basis=basis, days=days)


def _amount(opportunity: Opportunity) -> Amount:
    rows = Quote.objects.standing().filter(opportunity=opportunity)
    quotes = list(rows.order_by("number"))
    last = quotes[-1] if quotes else None
    return Amount(
        value=last.total if last else opportunity.amount,
        currency=last.currency if last else opportunity.currency,
        scope_changes=sum(quote.change == QuoteChange.SCOPE for quote in quotes),
        has_quote=last is not None,
    )


def _digest(
    *,
    opportunity: Opportunity,
    read: Mapping[UUID, PersonRead],
    people: tuple[Person, ...],
    model: LoadedModel,
    rest: list[Any],
) -> str:
    """All a forecast rests on but the moment: time passing alone writes no row."""
    seats = [
        [
            person.key,
            person.roles,
            person.influence,
            person.has_left,
            read[UUID(person.key)].heard.digest(model=model, opportunity=opportunity),
        ]
        for person in people
    ]
    inputs = json.dumps([seats, str(opportunity.opened_on), *rest], default=str)
    return hashlib.sha256(inputs.encode()).hexdigest()
