"""What a night does: put the cache right, and freeze what is believed of every open deal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import Workspace, start_of
from forecasting.actions.outlooks import refresh_outlooks
from forecasting.models import Forecast, Snapshot
from forecasting.queries.amounts import sigma_of
from forecasting.queries.as_of import forecasts_at
from forecasting.queries.deal import Entered, Placed, entered_about, stored_deal
from forecasting.queries.decisions import MAP_VERSION
from forecasting.queries.forecasted import Forecasted, compute
from forecasting.queries.rates import Rates, rates_into
from opportunities.actions import RateMissing
from opportunities.models import Opportunity
from readiness.engine.records import Reading
from readiness.models import PhaseReading
from readiness.queries.as_of import AsOf, open_deals
from readiness.queries.models import LoadedModel
from readiness.queries.reading import read_people
from readiness.queries.standing import drifting_prior, last_readings, reading_at
from stakeholders.models import Stakeholder


@dataclass(frozen=True, slots=True)
class Stands:
    """A stakeholder where their stored reading puts them now."""

    stakeholder: Stakeholder
    reading: Reading


@dataclass(frozen=True, slots=True)
class LastForecast:
    """P(file) of a deal's last forecast, and the hash of what that one rests on."""

    file: float | None
    inputs: str


@transaction.atomic
def freeze_deals(
    opportunities: Sequence[Opportunity],
    *,
    model: LoadedModel,
    workspace: Workspace,
    now: datetime,
) -> int:
    """Refresh the cache and write tonight's snapshot of these deals; return how many.

    From the stored readings, drifted to now, not from the history of signals. Writes no
    reading and no forecast. A deal that has its snapshot of tonight is left alone.
    """
    night = workspace.today(now)
    there = set(
        Snapshot.objects.filter(
            opportunity__in=[deal.pk for deal in opportunities], taken_on=night
        ).values_list("opportunity_id", flat=True)
    )
    deals = [deal for deal in opportunities if deal.pk not in there]
    last = _last_forecasts(deals)
    made = _forecasts(deals, last=last, model=model, workspace=workspace, now=now)
    refresh_outlooks(made, model=model, workspace=workspace, now=now)
    inputs = {deal: forecast.inputs for deal, forecast in last.items()}
    return _freeze(made, inputs=inputs, model=model, workspace=workspace, now=now)


@transaction.atomic
def freeze_past_night(when: AsOf, *, model: LoadedModel) -> int:
    """Write the snapshots of a night nobody froze, from what was known by then.

    For made-up worlds only: what was frozen in a real one is scored as such.
    """
    made = list(forecasts_at(open_deals(when), when=when, model=model))
    inputs = {each.deal.opportunity.pk: each.deal.digest for each in made}
    return _freeze(
        made, inputs=inputs, model=model, workspace=when.workspace, now=when.at
    )


def _freeze(
    made: Sequence[Forecasted],
    *,
    inputs: Mapping[UUID, str],
    model: LoadedModel,
    workspace: Workspace,
    now: datetime,
) -> int:
    rates = rates_into(
        workspace.base_currency, of=[each.deal.amount.currency for each in made]
    )
    rows = [
        _snapshot(
            each,
            inputs.get(each.deal.opportunity.pk, ""),
            rates=rates,
            model=model,
            workspace=workspace,
            now=now,
        )
        for each in made
    ]
    # Two workers may be at the same night: the first to commit has frozen it.
    Snapshot.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _forecasts(
    deals: Sequence[Opportunity],
    *,
    last: Mapping[UUID, LastForecast],
    model: LoadedModel,
    workspace: Workspace,
    now: datetime,
) -> list[Forecasted]:
    placed = _placed(deals, model=model, workspace=workspace, now=now)
    entered: Entered = entered_about(deals, workspace=workspace, now=now)
    return [
        compute(
            stored_deal(
                deal,
                placed=placed[deal.pk],
                file_probability=last[deal.pk].file if deal.pk in last else None,
                model=model,
                entered=entered,
            ),
            model=model,
        )
        for deal in deals
    ]


def _placed(
    deals: Sequence[Opportunity],
    *,
    model: LoadedModel,
    workspace: Workspace,
    now: datetime,
) -> dict[UUID, dict[UUID, Placed]]:
    """Where everybody stands by the last stored readings, by deal and stakeholder."""
    by_id = {deal.pk: deal for deal in deals}
    people = list(
        Stakeholder.objects.filter(opportunity__in=list(by_id)).order_by("pk")
    )
    last = last_readings(people)
    placed: dict[UUID, dict[UUID, Placed]] = {deal.pk: {} for deal in deals}
    for person in people:
        row = last.get(person.pk)
        if row is not None and row.model_id != model.pk:
            continue
        deal = by_id[person.opportunity_id]
        reading = _reading(person, row, deal, model=model, workspace=workspace, now=now)
        placed[deal.pk][person.pk] = Stands(person, reading)
    # Read with another version of the model: that night they are replayed.
    other = [
        by_id[p.opportunity_id] for p in people if p.pk not in placed[p.opportunity_id]
    ]
    if other:
        read = read_people(other, model=model, zone=workspace.zone, now=now)
        for deal in other:
            placed[deal.pk] = dict(read[deal.pk])
    return placed


def _reading(
    person: Stakeholder,
    row: PhaseReading | None,
    deal: Opportunity,
    *,
    model: LoadedModel,
    workspace: Workspace,
    now: datetime,
) -> Reading:
    if row is not None:
        return reading_at(row, now, model=model)
    return drifting_prior(
        start_of(person.joined_on, workspace.zone).timestamp(),
        now,
        model=model,
        importance=deal.importance or None,
        buying_class=deal.buying_class or None,
    )


def _last_forecasts(deals: Sequence[Opportunity]) -> dict[UUID, LastForecast]:
    rows = Forecast.objects.filter(opportunity__in=[deal.pk for deal in deals])
    last = rows.order_by("opportunity", "-computed_at", "-id").distinct("opportunity")
    kept = last.values_list("opportunity_id", "file_probability", "inputs_hash")
    return {deal: LastForecast(file, inputs) for deal, file, inputs in kept}


def _snapshot(
    made: Forecasted,
    inputs: str,
    *,
    rates: Rates,
    model: LoadedModel,
    workspace: Workspace,
    now: datetime,
) -> Snapshot:
    deal, curves = made.deal, made.forecast.curves.final
    amount, night = deal.amount, workspace.today(now)
    try:
        rate = rates.on(night, currency=amount.currency) if amount.currency else None
    except RateMissing:
        rate = None
    return Snapshot(
        opportunity=deal.opportunity,
        taken_on=night,
        starts_at=now,
        won=curves.won.tolist(),
        lost=curves.lost.tolist(),
        no_decision=curves.no_decision.tolist(),
        owner_id=deal.opportunity.owner_id,
        outcome=deal.opportunity.outcome,
        closed_on=deal.opportunity.closed_on,
        amount=amount.value,
        currency=amount.currency,
        amount_spread=sigma_of(amount),
        rate_to_base=rate,
        inputs_hash=inputs,
        model_version=model.version,
        map_version=MAP_VERSION,
    )
