"""What our people spent on whom in the last two years, as a report of accuracy keeps it."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import numpy as np

from accounts.models import Workspace, start_of
from forecasting.engine.effort import Contact, effort_of
from forecasting.engine.purchase_file import ItemState
from forecasting.queries.accuracy import quarter_of
from forecasting.queries.anchored import by_anchor
from forecasting.queries.deal import file_of
from forecasting.queries.portfolio import in_base
from forecasting.queries.rates import all_rates_into
from opportunities.actions import RateMissing
from opportunities.models import Opportunity, Outcome
from readiness.engine.arrays import Vector
from readiness.engine.expert import ANCHORS
from readiness.queries.models import LoadedModel
from readiness.queries.reading import PersonRead
from readiness.queries.timing import stood_by
from stakeholders.models import (
    FileExisted,
    Interaction,
    OutcomeReview,
    Participation,
    PurchaseFileItem,
)

QUARTERS = 8  # this one included
EVEN = 0.5  # P(file) of which nothing is known


@dataclass(frozen=True, slots=True)
class Spent:
    """A conversation and the day it was on."""

    on: date
    contact: Contact


@dataclass(frozen=True, slots=True)
class Won:
    """A deal won in these quarters; its amount in the base currency, None if unknown."""

    owner_id: UUID
    on: date
    amount: float | None


def first_day(today: date) -> date:
    """The first day of the quarters that are looked at."""
    months = (today.year * 12 + quarter_of(today).month - 1) - 3 * (QUARTERS - 1)
    return date(months // 12, months % 12 + 1, 1)


def spent_on(
    deals: Sequence[Opportunity],
    read: Mapping[UUID, Mapping[UUID, PersonRead]],
    *,
    model: LoadedModel,
    workspace: Workspace,
    since: date,
) -> dict[UUID, list[Spent]]:
    """The conversations of some deals since a day, by deal; four queries.

    Its people stand as they were read when it was over, so a first talk counts with what
    it told. Minutes are shared evenly over those who had been heard.
    """
    ids = [deal.pk for deal in deals]
    rows = Interaction.objects.standing().filter(
        opportunity__in=ids, occurred_at__gte=start_of(since, workspace.zone)
    )
    with_whom = defaultdict(list)
    for pk, who in Participation.objects.filter(interaction__in=rows).values_list(
        "interaction_id", "stakeholder_id"
    ):
        with_whom[pk].append(who)
    has_file = _files(deals, read, model=model)
    spent: dict[UUID, list[Spent]] = defaultdict(list)
    for pk, deal, at, minutes in rows.values_list(
        "pk", "opportunity_id", "occurred_at", "minutes"
    ):
        people = [read[deal][who] for who in with_whom[pk] if who in read[deal]]
        phases = _stood(people, at, anchors=model.anchors)
        contact = Contact(minutes, phases, has_file(deal))
        spent[deal].append(Spent(workspace.today(at), contact))
    return spent


def _stood(
    people: Iterable[PersonRead], at: datetime, *, anchors: Sequence[str]
) -> Vector | None:
    found = [stood_by(person.reading, at.timestamp()) for person in people]
    heard = [chances for chances in found if chances is not None]
    if not heard:
        return None
    mean = by_anchor(np.mean(heard, axis=0), anchors)
    return tuple(mean.tolist())


def _files(
    deals: Sequence[Opportunity],
    read: Mapping[UUID, Mapping[UUID, PersonRead]],
    *,
    model: LoadedModel,
) -> Callable[[UUID], bool | None]:
    """Whether each deal has a purchase file: by its review, else by what was heard of it."""
    ids = [deal.pk for deal in deals]
    reviews = OutcomeReview.objects.standing().filter(opportunity__in=ids)
    said = dict(
        reviews.exclude(file_existed=FileExisted.UNKNOWN)
        .order_by("reviewed_on", "pk")
        .values_list("opportunity_id", "file_existed")
    )
    items: dict[UUID, dict[int, ItemState]] = defaultdict(dict)
    known = PurchaseFileItem.objects.standing().filter(opportunity__in=ids)
    for deal, item, state in known.order_by("seen_on", "logged_at", "pk").values_list(
        "opportunity_id", "item", "state"
    ):
        items[deal][item] = ItemState(state)

    def has_file(deal: UUID) -> bool | None:
        if deal in said:
            return bool(said[deal] == FileExisted.YES)
        found = file_of(read[deal], items=items[deal], model=model)
        return None if found.probability == EVEN else found.probability > EVEN

    return has_file


def won_since(day: date, *, workspace: Workspace) -> list[Won]:
    """The deals won since a day; three queries at most."""
    rates = all_rates_into(workspace.base_currency)
    rows = Opportunity.objects.standing().filter(
        outcome=Outcome.WON, closed_on__gte=day
    )
    won = []
    for owner, on, amount, currency in rows.order_by("pk").values_list(
        "owner_id", "closed_on", "won_amount", "currency"
    ):
        if on is None:  # no deal is won without a day; the type does not say so
            continue
        try:
            value = in_base(amount, currency=currency, day=on, rates=rates)
        except RateMissing:
            value = None
        won.append(Won(owner, on, None if value is None else float(value)))
    return won


def effort_told(
    spent: Sequence[Spent],
    *,
    won: Collection[Won],
    deals: int,
    is_all: bool,
    since: date,
    today: date,
) -> dict[str, Any]:
    """What the page shows of them, in all and by quarter, ready for JSON."""
    quarters = [since]
    while (after := _next(quarters[-1])) <= today:
        quarters.append(after)
    return {
        "since": str(since),
        "deals": deals,
        "is_all": is_all,
        **_told(spent, won),
        "quarters": [
            {
                "starts_on": str(quarter),
                **_told(
                    [each for each in spent if quarter_of(each.on) == quarter],
                    [each for each in won if quarter_of(each.on) == quarter],
                ),
            }
            for quarter in quarters
        ],
    }


def _told(spent: Sequence[Spent], won: Collection[Won]) -> dict[str, Any]:
    effort = effort_of([each.contact for each in spent], phases=len(ANCHORS))
    amounts = [each.amount for each in won if each.amount is not None]
    return {
        "effort": asdict(effort) | {"early": effort.early},
        "won": {
            "n": len(won),
            "amount": sum(amounts),
            "unknown": len(won) - len(amounts),
        },
    }


def _next(quarter: date) -> date:
    months = quarter.year * 12 + quarter.month + 2
    return date(months // 12, months % 12 + 1, 1)
