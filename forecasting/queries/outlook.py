"""What a forecast says: as it is kept, and as lists and pages show it."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from accounts.models import Workspace
from forecasting.engine.group import GroupForecast
from forecasting.queries.decisions import ENGINE_VERSION
from forecasting.queries.forecasted import Forecasted
from readiness.queries.models import LoadedModel
from stakeholders.models import ANCHORS


def forecast_values(
    made: Forecasted, *, model: LoadedModel, now: datetime
) -> dict[str, Any]:
    """A forecast by the columns of `Forecast`; no query."""
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
        "people": _people_json(forecast),
        "file_probability": deal.file.probability,
        "model_version": model.version,
        "map_version": deal.calibration.version,
        "engine_version": ENGINE_VERSION,
        "inputs_hash": deal.digest,
    }


def _people_json(forecast: GroupForecast) -> dict[str, dict[str, float]]:
    """What hangs on each person, by stakeholder id."""
    return {
        person.key: {
            "weight": person.weight,
            "shadow_price": person.shadow_price,
            "value_of_knowing": person.value_of_knowing,
        }
        for person in forecast.people
    }


def outlook_values(
    made: Forecasted,
    *,
    model: LoadedModel,
    workspace: Workspace,
    now: datetime,
) -> dict[str, Any]:
    """What lists and pages show of a forecast, by the columns of `Outlook`; no query.

    Without the amount in the base currency, which needs rates.
    """
    deal, forecast = made.deal, made.forecast
    when, key = forecast.decision_time, forecast.binding.key
    worth = max(forecast.people, key=lambda each: each.value_of_knowing, default=None)
    heard_days = [
        person.silent_days for person in deal.people if person.silent_days is not None
    ]
    return {
        "target_on": deal.target.on,
        "target_basis": deal.target.basis,
        "won_by_target_probability": forecast.won_by_target,
        "decided_probability": when.chance,
        "decision_early_on": _day_after(now, when.p25, workspace=workspace),
        "decision_median_on": _day_after(now, when.p50, workspace=workspace),
        "decision_late_on": _day_after(now, when.p75, workspace=workspace),
        "constraint_kind": str(forecast.binding.kind),
        "constraint_stakeholder_id": UUID(key) if key else None,
        "constraint_gain": forecast.binding.gain,
        "constraint_anchor": _anchor_of(key, made, model=model),
        "amount": deal.amount.value,
        "currency": deal.amount.currency,
        "phase_mix": _phase_mix(made, model=model),
        "phase_spread": forecast.phase_spread,
        "coverage": forecast.coverage,
        "knowing_stakeholder_id": UUID(worth.key) if worth else None,
        "knowing_value": worth.value_of_knowing if worth else None,
        "heard_count": forecast.heard,
        "people_count": sum(not person.has_left for person in deal.people),
        "seat_count": len(made.group.seats),
        "last_heard_at": _last_heard(heard_days, now),
    }


def _day_after(
    now: datetime, days: float | None, *, workspace: Workspace
) -> date | None:
    """The day in the workspace's zone that lies so many days from now, or None."""
    if days is None:
        return None
    return workspace.today(now + timedelta(days=days))


def _phase_mix(made: Forecasted, *, model: LoadedModel) -> list[float] | None:
    """Mean π over the people heard, weighted by influence, by anchor."""
    mix = dict.fromkeys(ANCHORS, 0.0)
    total = 0.0
    for seat, weight in zip(made.group.seats, made.group.weights, strict=True):
        if seat.person is None or seat.person.silent_days is None:
            continue
        for anchor, chance in zip(model.anchors, seat.phases, strict=True):
            mix[anchor] += float(weight * chance)
        total += float(weight)
    if not total:
        return None
    return [chance / total for chance in mix.values()]


def _anchor_of(key: str | None, made: Forecasted, *, model: LoadedModel) -> str:
    """Where the limiting person most likely stands; empty when nobody heard them."""
    for person in made.deal.people:
        if person.key == key and person.silent_days is not None:
            return str(model.anchors[int(person.phases.argmax())])
    return ""


def _last_heard(heard_days: list[float], now: datetime) -> datetime | None:
    return now - timedelta(days=min(heard_days)) if heard_days else None
