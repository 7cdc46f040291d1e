"""What a forecast said at some moment: computed again from then, or as it was stored."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any
from uuid import UUID

import numpy as np

from forecasting.engine.ends import (
    EndCurves,
    Ends,
    curves_of,
    ends_by,
    place_of,
)
from forecasting.engine.passage import HORIZON_DAYS
from forecasting.engine.seats import Person
from forecasting.models import Forecast, Snapshot
from forecasting.queries.amounts import AmountRange, range_of, sigma_of
from forecasting.queries.deal import days_until, deal_of, entered_about, replayed_deal
from forecasting.queries.forecasted import Forecasted, compute
from forecasting.queries.maps import LoadedMap
from forecasting.queries.periods import Span
from forecasting.queries.portfolio import (
    Expected,
    chance_by,
    in_base,
)
from forecasting.queries.rates import Rates
from opportunities.models import Opportunity, Outcome
from readiness.engine.expert import ANCHORS
from readiness.queries.as_of import AsOf, open_deals, states_on
from readiness.queries.models import LoadedModel
from readiness.queries.reading import PersonRead, read_people

DEALS_AT_ONCE = 200


@dataclass(frozen=True, slots=True, eq=False)
class Outcomes:
    """What was said of one deal: its curves since `starts_at`, its amount, what binds it."""

    opportunity: Opportunity
    starts_at: datetime
    curves: EndCurves
    amount: Decimal | None
    currency: str
    sigma: float | None
    rate: Decimal | None  # frozen with a snapshot; None: today's
    constraint_kind: str
    constraint_stakeholder_id: UUID | None
    model: str
    heard: int | None = None  # people somebody listened to; None: not stored
    # Where they stood, by influence: P of the seven anchors; None: nobody, or not stored.
    mix: tuple[float, ...] | None = None
    # Who of them was heard, as they were read at that moment; empty: not stored.
    people: tuple[Person, ...] = ()

    def by(self, day: date, *, when: AsOf) -> Ends:
        """The four chances by the end of a day.

        :raises BeyondHorizon: for a day before that moment's, or beyond 78 weeks.
        """
        days = days_until(day, workspace=when.workspace, now=when.at)
        place_of(days)  # seen from that moment; a night's curves began a little before
        gone = (when.at - self.starts_at).total_seconds() / 86_400
        return ends_by(self.curves, days=min(days + gone, HORIZON_DAYS))

    def amount_range(self) -> AmountRange | None:
        if self.amount is None or self.sigma is None:
            return None
        return range_of(self.amount, currency=self.currency, sigma=self.sigma)


def forecasts_at(
    opportunities: Sequence[Opportunity],
    *,
    when: AsOf,
    model: LoadedModel,
    calibration: LoadedMap | None = None,
) -> Iterator[Forecasted]:
    """Forecast deals from what was known at a moment, many at a time.

    The map is the one in force unless another is given.
    """
    rest = iter(opportunities)
    while some := list(islice(rest, DEALS_AT_ONCE)):
        read = read_people(
            some,
            model=model,
            zone=when.workspace.zone,
            now=when.at,
            known_at=when.known_at,
        )
        entered = entered_about(
            some,
            workspace=when.workspace,
            now=when.at,
            known_at=when.known_at,
            calibration=calibration,
        )
        for row in some:
            deal = replayed_deal(row, read=read[row.pk], model=model, entered=entered)
            yield compute(deal, model=model)


def forecast_at(
    opportunity: Opportunity, *, when: AsOf, model: LoadedModel
) -> tuple[dict[UUID, PersonRead], Forecasted]:
    """Read the people of one deal as of a moment, and forecast it; eight queries."""
    moment: dict[str, Any] = {"now": when.at, "known_at": when.known_at}
    read = read_people([opportunity], model=model, zone=when.workspace.zone, **moment)[
        opportunity.pk
    ]
    deal = deal_of(
        opportunity=opportunity,
        read=read,
        model=model,
        workspace=when.workspace,
        **moment,
    )
    return read, compute(deal, model=model)


def outcomes_at(
    when: AsOf, *, model: LoadedModel, calibration: LoadedMap | None = None
) -> Iterator[Outcomes]:
    """What the facts of that moment say of every deal open then."""
    for made in forecasts_at(
        open_deals(when), when=when, model=model, calibration=calibration
    ):
        deal, binding = made.deal, made.forecast.binding
        yield Outcomes(
            opportunity=deal.opportunity,
            starts_at=when.at,
            curves=made.forecast.curves.final,
            amount=deal.amount.value,
            currency=deal.amount.currency,
            sigma=sigma_of(deal.amount),
            rate=None,
            constraint_kind=str(binding.kind),
            constraint_stakeholder_id=UUID(binding.key) if binding.key else None,
            model=model.version,
            heard=sum(each.silent_days is not None for each in deal.people),
            mix=_mix(made, anchors=model.anchors),
            people=tuple(each for each in deal.people if each.silent_days is not None),
        )


def _mix(made: Forecasted, *, anchors: Sequence[str]) -> tuple[float, ...] | None:
    """How the influence of those heard is spread over the anchors."""
    group, sums = made.group, dict.fromkeys(ANCHORS, 0.0)
    total = 0.0
    for seat, weight in zip(group.seats, group.weights, strict=True):
        if seat.person is not None and seat.person.silent_days is not None:
            total += float(weight)
            for anchor, chance in zip(anchors, seat.phases, strict=True):
                sums[anchor] += float(weight * chance)
    if not total:
        return None
    return tuple(round(share / total, 4) for share in sums.values())


def stored_outcomes(when: AsOf) -> Iterator[Outcomes]:
    """What was frozen of every deal open then: the last night's curves by that moment.

    A deal of which no night was frozen by then is left out.
    """
    deals = open_deals(when)
    ids = [deal.pk for deal in deals]
    nights = Snapshot.objects.filter(opportunity__in=ids, starts_at__lte=when.at)
    nights = nights.order_by("opportunity", "-taken_on").distinct("opportunity")
    frozen = {row.opportunity_id: row for row in nights}
    made = Forecast.objects.filter(opportunity__in=ids, computed_at__lte=when.at)
    made = made.order_by("opportunity", "-computed_at", "-id").distinct("opportunity")
    bound = {
        row.opportunity_id: row for row in made.defer("won", "lost", "no_decision")
    }
    for deal in deals:
        if (night := frozen.get(deal.pk)) is not None:
            yield _stored(deal, night, bound.get(deal.pk))


def _stored(deal: Opportunity, night: Snapshot, bound: Forecast | None) -> Outcomes:
    return Outcomes(
        opportunity=deal,
        starts_at=night.starts_at,
        curves=curves_in(night),
        amount=night.amount,
        currency=night.currency,
        sigma=night.amount_spread,
        rate=night.rate_to_base,
        constraint_kind=bound.constraint_kind if bound else "",
        constraint_stakeholder_id=bound.constraint_stakeholder_id if bound else None,
        model=night.model_version,
    )


def curves_in(row: Forecast | Snapshot) -> EndCurves:
    """The curves a row keeps."""
    return curves_of(
        won=np.array(row.won),
        lost=np.array(row.lost),
        no_decision=np.array(row.no_decision),
    )


def expected_in(
    span: Span,
    outcomes: Sequence[Outcomes],
    *,
    when: AsOf,
    rates: Rates,
    days: Sequence[date] = (),
) -> list[Expected]:
    """The open deals with their chance to be won in the period, in the base currency.

    Of a period to come, what is won before it begins is left out. `days` are those within
    it by which a chance is asked for besides.

    :raises RateMissing: when a sum would need a rate that nobody has entered.
    """
    today = when.workspace.today(when.at)
    eve = span.starts_on - timedelta(days=1)
    expected = []
    for each in outcomes:
        before = _won_by(each, eve, when=when) if eve >= today else 0.0
        last, *earlier = (
            _won_by(each, day, when=when) - before for day in (span.ends_on, *days)
        )
        expected.append(
            Expected(
                opportunity_id=each.opportunity.pk,
                owner_id=each.opportunity.owner_id,
                probability=last,
                amount=_amount_in_base(each, day=today, rates=rates),
                sigma=each.sigma or 0.0,
                earlier=tuple(earlier),
            )
        )
    return expected


def _won_by(each: Outcomes, day: date, *, when: AsOf) -> float:
    days = days_until(day, workspace=when.workspace, now=each.starts_at)
    return chance_by(each.curves, days)


def _amount_in_base(each: Outcomes, *, day: date, rates: Rates) -> Decimal | None:
    if each.amount is not None and each.rate is not None:
        return each.amount * each.rate
    return in_base(each.amount, currency=each.currency, day=day, rates=rates)


def won_by(span: Span, *, when: AsOf) -> list[Opportunity]:
    """The deals won in the period up to that moment's day, by what is known of them now."""
    day, states = when.workspace.today(when.at), states_on(when)
    rows = Opportunity.objects.standing().filter(
        outcome=Outcome.WON,
        closed_on__gte=span.starts_on,
        closed_on__lte=min(day, span.ends_on),
    )
    return [
        row
        for row in rows.order_by("pk")
        if states.get(row.pk, Outcome.WON) == Outcome.WON
    ]
