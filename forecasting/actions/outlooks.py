"""Keep the cache that lists and dashboards read: one row per opportunity."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.models import Workspace
from forecasting.actions.forecasts import Forecasted, day_after
from forecasting.models import Outlook
from opportunities.actions import RateMissing, rate_to_base
from opportunities.models import Opportunity
from readiness.queries.models import LoadedModel
from stakeholders.models import ANCHORS


@transaction.atomic
def refresh_outlook(
    made: Forecasted, *, model: LoadedModel, workspace: Workspace, now: datetime
) -> Outlook:
    """Write what the forecast says into the cache. Symptoms are coaching's to fill."""
    row, _made = Outlook.objects.update_or_create(
        opportunity=made.deal.opportunity,
        defaults=_values(made, model=model, workspace=workspace, now=now),
    )
    return row


@transaction.atomic
def drop_outlook(opportunity: Opportunity) -> None:
    """A deal that was taken back stands in no list."""
    Outlook.objects.filter(opportunity=opportunity).delete()


def _values(
    made: Forecasted, *, model: LoadedModel, workspace: Workspace, now: datetime
) -> dict[str, Any]:
    deal, forecast = made.deal, made.forecast
    when, key = forecast.decision_time, forecast.binding.key
    heard_days = [
        person.silent_days for person in deal.people if person.silent_days is not None
    ]
    return {
        "refreshed_at": now,
        "computed_at": now,
        "target_on": deal.target.on,
        "target_basis": deal.target.basis,
        "won_by_target_probability": forecast.won_by_target,
        "decided_probability": when.chance,
        "decision_early_on": day_after(now, when.p25, workspace=workspace),
        "decision_median_on": day_after(now, when.p50, workspace=workspace),
        "decision_late_on": day_after(now, when.p75, workspace=workspace),
        "constraint_kind": str(forecast.binding.kind),
        "constraint_stakeholder_id": UUID(key) if key else None,
        "constraint_gain": forecast.binding.gain,
        "amount": deal.amount.value,
        "currency": deal.amount.currency,
        "amount_sort": _in_base(made, workspace=workspace, now=now),
        "phase_mix": _phase_mix(made, model=model),
        "phase_spread": forecast.phase_spread,
        "coverage": forecast.coverage,
        "heard_count": forecast.heard,
        "people_count": sum(not person.has_left for person in deal.people),
        "seat_count": len(made.group.seats),
        "last_heard_at": _last_heard(heard_days, now),
    }


def _in_base(
    made: Forecasted, *, workspace: Workspace, now: datetime
) -> float | None:
    amount = made.deal.amount
    if amount.value is None:
        return None
    try:
        rate = rate_to_base(
            currency=amount.currency,
            base=workspace.base_currency,
            day=workspace.today(now),
        )
    except RateMissing:
        return None  # the list says "no rate"; a sum is refused in words
    return float(amount.value * rate)


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


def _last_heard(heard_days: list[float], now: datetime) -> datetime | None:
    return now - timedelta(days=min(heard_days)) if heard_days else None
