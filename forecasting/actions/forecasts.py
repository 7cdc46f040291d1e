"""Forecast a deal from the phases of its people; keep it when its inputs changed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.models import Workspace
from forecasting.engine.group import GroupForecast
from forecasting.models import Forecast
from forecasting.queries.deal import Deal
from forecasting.queries.decisions import ENGINE_VERSION, MAP_VERSION
from forecasting.queries.forecasted import Forecasted, compute
from forecasting.signals import forecast_changed
from readiness.queries.models import LoadedModel


@transaction.atomic
def forecast_opportunity(
    deal: Deal, *, model: LoadedModel, workspace: Workspace, now: datetime
) -> Forecasted:
    """Compute a deal's forecast; store a row when what it rests on changed."""
    made = compute(deal, model=model)
    rows = Forecast.objects.filter(opportunity=deal.opportunity)
    last = rows.order_by("-computed_at", "-id").values_list("inputs_hash", flat=True)
    if last.first() != deal.digest:
        row = Forecast.objects.create(**_values(made, model=model, now=now))
        forecast_changed.send(sender=Forecast, forecast=row)
    return made


def _values(made: Forecasted, *, model: LoadedModel, now: datetime) -> dict[str, Any]:
    forecast, deal = made.forecast, made.deal
    final, when = forecast.curves.final, forecast.decision_time
    points = (when.p25, when.p50, when.p75)
    key = forecast.binding.key
    return {
        "opportunity": deal.opportunity,
        "computed_at": now,
        "starts_at": now,
        "won": final.won.tolist(),
        "lost": final.lost.tolist(),
        "no_decision": final.no_decision.tolist(),
        "target_on": deal.target.on,
        "target_basis": deal.target.basis,
        "won_by_target_probability": forecast.won_by_target,
        "decided_probability": when.chance,
        "decision_days": None if when.p50 is None else list(points),
        "constraint_kind": str(forecast.binding.kind),
        "constraint_stakeholder_id": UUID(key) if key else None,
        "constraint_gain": forecast.binding.gain,
        "people": people_json(forecast),
        "file_probability": deal.file.probability,
        "model_version": model.version,
        "map_version": MAP_VERSION,
        "engine_version": ENGINE_VERSION,
        "inputs_hash": deal.digest,
    }


def people_json(forecast: GroupForecast) -> dict[str, dict[str, float]]:
    """What hangs on each person, by stakeholder id."""
    return {
        person.key: {
            "weight": person.weight,
            "shadow_price": person.shadow_price,
            "value_of_knowing": person.value_of_knowing,
        }
        for person in forecast.people
    }
