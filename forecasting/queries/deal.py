"""Deals, gathered from all that was entered about them, for the engine."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

import numpy as np

from accounts.models import Workspace, end_of, start_of
from forecasting.engine.passage import HORIZON_DAYS
from forecasting.engine.purchase_file import (
    FileSignal,
    ItemState,
    PurchaseFile,
    file_factor,
    purchase_file,
)
from forecasting.engine.rules import (
    GroupRule,
    default_rule,
    economic_buyer_alone,
    m_of_n,
    quorum_rule,
    unanimity_of_approvers,
)
from forecasting.engine.seats import Influence, Person, Role, role
from forecasting.models import TargetBasis
from forecasting.queries.amounts import Amount, amount_of, quotes_of
from forecasting.queries.decisions import ENGINE_VERSION
from forecasting.queries.maps import LoadedMap, active_map
from forecasting.queries.periods import period_of
from opportunities.models import DecisionRule, Importance, Opportunity
from readiness.engine.arrays import Floats
from readiness.engine.evidence import TEMPERS
from readiness.engine.records import Reading
from readiness.queries.evidence import CLOCK_DRIFT, as_known
from readiness.queries.models import LoadedModel
from readiness.queries.reading import PersonRead
from readiness.queries.standing import drifting_prior
from stakeholders.models import (
    DecisionDate,
    PurchaseFileItem,
    Quote,
    RoleHeld,
    RoleType,
    Stakeholder,
)
from stakeholders.queries.roles import held_on

# Expert defaults: how many people decide, by importance; not set counts as mid-size.
GROUP_SIZES: Mapping[str, int] = {
    Importance.SMALL: 2,
    Importance.MID: 6,
    Importance.LARGE: 9,
    Importance.STRATEGIC: 12,
    "": 6,
}


class Placed(Protocol):
    """A stakeholder with where they stand: replayed, or from the stored reading."""

    @property
    def stakeholder(self) -> Stakeholder: ...
    @property
    def reading(self) -> Reading: ...


@dataclass(frozen=True, slots=True)
class Target:
    """The day "won by" speaks of, and whose day it is."""

    on: date
    basis: TargetBasis
    days: float


@dataclass(frozen=True, slots=True, eq=False)
class Deal:
    """Everything a forecast rests on. No stage, percentage, close date or override in it.

    `digest` is empty where no forecast is to be stored; `entered` is what it was made of.
    """

    opportunity: Opportunity
    people: tuple[Person, ...]
    roles: Mapping[str, Role]
    stranger: Floats
    expected_size: int
    rule: GroupRule
    file: PurchaseFile
    evidenced_items: int
    target: Target
    amount: Amount
    calibration: LoadedMap
    digest: str
    entered: "Entered"


@dataclass(frozen=True, slots=True, eq=False)
class Entered:
    """What was entered about some deals besides what was heard, as of a moment."""

    workspace: Workspace
    now: datetime
    today: date
    catalogue: Mapping[str, Role]
    roles: Mapping[UUID, list[RoleHeld]]  # by stakeholder
    items: Mapping[UUID, dict[int, ItemState]]  # these by opportunity
    dates: Mapping[UUID, list[DecisionDate]]  # in the order in which they were set
    quotes: Mapping[UUID, list[Quote]]
    calibration: LoadedMap


def deal_of(
    *,
    opportunity: Opportunity,
    read: Mapping[UUID, PersonRead],
    model: LoadedModel,
    workspace: Workspace,
    now: datetime,
    known_at: datetime | None = None,
) -> Deal:
    """Gather a deal; six queries, whatever its size."""
    entered = entered_about(
        [opportunity], workspace=workspace, now=now, known_at=known_at
    )
    return replayed_deal(opportunity, read=read, model=model, entered=entered)


def entered_about(
    opportunities: Sequence[Opportunity],
    *,
    workspace: Workspace,
    now: datetime,
    known_at: datetime | None = None,
    calibration: LoadedMap | None = None,
) -> Entered:
    """Gather what was entered about some deals; six queries, whatever their number.

    With `known_at`, which is `now` then, only what was known by that moment; with
    another `calibration` than the one in force, one query less.
    """
    deals = [opportunity.pk for opportunity in opportunities]
    today = workspace.today(now)
    held: dict[UUID, list[RoleHeld]] = defaultdict(list)
    for row in RoleHeld.objects.filter(stakeholder__opportunity__in=deals):
        held[row.stakeholder_id].append(row)
    return Entered(
        workspace=workspace,
        now=now,
        today=today,
        catalogue=_catalogue(),
        roles=held,
        items=_items(deals, today=today, known_at=known_at),
        dates=_dates(deals, now=now, known_at=known_at),
        quotes=quotes_of(deals, today=today, known_at=known_at),
        calibration=calibration or active_map(),
    )


def replayed_deal(
    opportunity: Opportunity,
    *,
    read: Mapping[UUID, PersonRead],
    model: LoadedModel,
    entered: Entered,
) -> Deal:
    """A deal by what was heard from its people."""
    file = file_of(read, items=entered.items.get(opportunity.pk, {}), model=model)
    return _deal(opportunity, read, file=file, model=model, entered=entered, heard=read)


def stored_deal(
    opportunity: Opportunity,
    *,
    placed: Mapping[UUID, Placed],
    file_probability: float | None,
    model: LoadedModel,
    entered: Entered,
) -> Deal:
    """A deal by the stored readings of its people and the file of its last forecast."""
    chance = 0.5 if file_probability is None else file_probability
    file = PurchaseFile(
        score=0.0,
        untold=0.0,
        told=frozenset(),
        probability=chance,
        factor=file_factor(chance),
    )
    return _deal(opportunity, placed, file=file, model=model, entered=entered)


def _deal(
    opportunity: Opportunity,
    placed: Mapping[UUID, Placed],
    *,
    file: PurchaseFile,
    model: LoadedModel,
    entered: Entered,
    heard: Mapping[UUID, PersonRead] | None = None,
) -> Deal:
    people = _people(placed, entered=entered)
    target = _target(entered.dates.get(opportunity.pk, []), entered=entered)
    size = opportunity.expected_group_size or GROUP_SIZES[opportunity.importance]
    stranger = drifting_prior(
        start_of(opportunity.opened_on, entered.workspace.zone).timestamp(),
        entered.now,
        model=model,
        importance=opportunity.importance or None,
        buying_class=opportunity.buying_class or None,
    )
    states = entered.items.get(opportunity.pk, {})
    evidenced = {item for item, state in states.items() if state == ItemState.EVIDENCED}
    rule = rule_of(opportunity)
    rest = [size, file.probability, str(target.on), target.basis]
    if rule != default_rule():  # a deal that has none keeps the hash it had
        rest.append(repr(rule))
    return Deal(
        opportunity=opportunity,
        people=people,
        roles=entered.catalogue,
        stranger=np.array(stranger.probabilities),
        expected_size=size,
        rule=rule,
        file=file,
        evidenced_items=len(evidenced | file.told),
        target=target,
        amount=amount_of(opportunity, entered.quotes.get(opportunity.pk, [])),
        calibration=entered.calibration,
        digest=""
        if heard is None
        else _digest(
            opportunity,
            read=heard,
            people=people,
            model=model,
            rest=[*rest, _roles_json(entered.catalogue)],
            map_version=entered.calibration.version,
        ),
        entered=entered,
    )


def rule_of(opportunity: Opportunity) -> GroupRule:
    """The rule a deal is decided by: its own, else the default."""
    quorum = opportunity.quorum_share
    share = {} if quorum is None else {"quorum": quorum}
    if opportunity.decision_rule == DecisionRule.ECONOMIC_BUYER:
        return economic_buyer_alone()
    if opportunity.decision_rule == DecisionRule.QUORUM:
        return quorum_rule(**share)
    if opportunity.decision_rule == DecisionRule.M_OF_N:
        return m_of_n(endorsements=opportunity.endorsements_needed or 1)
    if opportunity.decision_rule == DecisionRule.UNANIMITY:
        return unanimity_of_approvers()
    return default_rule(**share)


def _people(placed: Mapping[UUID, Placed], *, entered: Entered) -> tuple[Person, ...]:
    today = entered.today
    seated = {pk for pk, each in placed.items() if each.stakeholder.joined_on <= today}
    return tuple(
        _person(person, roles=entered.roles.get(pk, []), entered=entered)
        for pk, person in placed.items()
        if pk in seated and _sits(person.stakeholder, seated=seated, today=today)
    )


def _sits(stakeholder: Stakeholder, *, seated: set[UUID], today: date) -> bool:
    """Active, or gone and no successor is there yet: then the seat is an unmapped one."""
    return not _has_left(stakeholder, today) or stakeholder.replaced_by_id not in seated


def _has_left(stakeholder: Stakeholder, today: date) -> bool:
    return stakeholder.left_on is not None and stakeholder.left_on <= today


def _person(person: Placed, *, roles: list[RoleHeld], entered: Entered) -> Person:
    stakeholder, reading = person.stakeholder, person.reading
    silent, now = reading.last_heard_at, entered.now.timestamp()
    return Person(
        key=str(stakeholder.pk),
        phases=np.array(reading.probabilities),
        # A role that was taken off the list counts as none.
        roles=tuple(
            code for code in held_on(roles, entered.today) if code in entered.catalogue
        ),
        influence=Influence(stakeholder.influence or Influence.MEDIUM),
        stance=reading.stance,
        opposing_signals=reading.negative_signals,
        silent_days=None if silent is None else max(0.0, now - silent) / 86_400,
        has_left=_has_left(stakeholder, entered.today),
    )


def _catalogue() -> dict[str, Role]:
    return {
        row.code: role(
            row.counts_as,
            weight=row.default_weight,
            weight_alone=row.weight_alone,
        )
        for row in RoleType.objects.order_by("code")
    }


def _items(
    deals: Sequence[UUID], *, today: date, known_at: datetime | None
) -> dict[UUID, dict[int, ItemState]]:
    """The last state of each item."""
    rows = as_known(PurchaseFileItem.objects.all(), known_at)
    seen = rows.filter(opportunity__in=deals, seen_on__lte=today)
    items: dict[UUID, dict[int, ItemState]] = defaultdict(dict)
    last = seen.order_by("seen_on", "logged_at", "pk")
    for deal, item, state in last.values_list("opportunity", "item", "state"):
        items[deal][item] = ItemState(state)
    return items


def _dates(
    deals: Sequence[UUID], *, now: datetime, known_at: datetime | None
) -> dict[UUID, list[DecisionDate]]:
    """Every decision date that was set by now."""
    rows = as_known(DecisionDate.objects.all(), known_at)
    said = rows.filter(opportunity__in=deals, set_at__lte=now + CLOCK_DRIFT)
    dates: dict[UUID, list[DecisionDate]] = defaultdict(list)
    for row in said.order_by("set_at", "logged_at", "pk"):
        dates[row.opportunity_id].append(row)
    return dates


def file_of(
    read: Mapping[UUID, PersonRead],
    *,
    items: Mapping[int, ItemState],
    model: LoadedModel,
) -> PurchaseFile:
    """Judge a deal's purchase file from everybody's signals and its checklist."""
    signals = sorted(
        (signal.at, signal.code)
        for person in read.values()
        for signal in person.heard.signals
    )
    catalogue = model.engine.catalogue
    return purchase_file(
        [
            FileSignal(code=code, temper=TEMPERS[catalogue.class_of(code)])
            for _at, code in signals
        ],
        items=items,
    )


def _target(dates: Sequence[DecisionDate], *, entered: Entered) -> Target:
    workspace, today = entered.workspace, entered.today
    customers = dates[-1].decision_on if dates else None
    if customers is not None and customers >= today:
        on, basis = customers, TargetBasis.CUSTOMER
    else:
        on = period_of(today, workspace=workspace).ends_on
        basis = TargetBasis.PERIOD if customers is None else TargetBasis.PASSED
    days = days_until(on, workspace=workspace, now=entered.now)
    if days > HORIZON_DAYS:  # nothing is said beyond the 78 weeks
        on, days = today + timedelta(days=int(HORIZON_DAYS) - 1), HORIZON_DAYS
    return Target(on=on, basis=basis, days=days)


def days_until(day: date, *, workspace: Workspace, now: datetime) -> float:
    """How many days from now a day of the workspace ends."""
    return (end_of(day, workspace.zone) - now).total_seconds() / 86_400


def _digest(
    opportunity: Opportunity,
    *,
    read: Mapping[UUID, PersonRead],
    people: tuple[Person, ...],
    model: LoadedModel,
    map_version: str,
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
    versions = [str(model.pk), map_version, ENGINE_VERSION]
    own = [opportunity.opened_on, opportunity.importance, opportunity.buying_class]
    inputs = json.dumps([versions, seats, own, *rest], default=str)
    return hashlib.sha256(inputs.encode()).hexdigest()


def _roles_json(catalogue: Mapping[str, Role]) -> list[Any]:
    return [
        [code, sorted(each.rights), each.weight, each.weight_alone]
        for code, each in catalogue.items()
    ]
