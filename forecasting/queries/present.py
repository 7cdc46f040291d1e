"""Deals as of now by what is stored: readings drifted to the moment, no history read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.models import Workspace, start_of
from forecasting.models import Forecast
from forecasting.queries.deal import Entered, Placed, entered_about, stored_deal
from forecasting.queries.forecasted import Forecasted, compute
from opportunities.models import Opportunity
from readiness.engine.records import Reading
from readiness.models import PhaseReading
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


def forecasts_now(
    deals: Sequence[Opportunity],
    *,
    last: Mapping[UUID, LastForecast],
    model: LoadedModel,
    workspace: Workspace,
    now: datetime,
) -> list[Forecasted]:
    """Each deal from its stored readings, drifted to now; a fixed number of queries."""
    placed = placed_now(deals, model=model, workspace=workspace, now=now)
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


def last_forecasts(deals: Sequence[Opportunity]) -> dict[UUID, LastForecast]:
    """By deal; one query."""
    rows = Forecast.objects.filter(opportunity__in=[deal.pk for deal in deals])
    last = rows.order_by("opportunity", "-computed_at", "-id").distinct("opportunity")
    kept = last.values_list("opportunity_id", "file_probability", "inputs_hash")
    return {deal: LastForecast(file, inputs) for deal, file, inputs in kept}


def placed_now(
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
