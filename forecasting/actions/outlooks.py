"""Keep the cache that lists and dashboards read: one row per opportunity."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.models import Workspace
from forecasting.actions.forecasts import day_after
from forecasting.models import Outlook
from forecasting.queries.forecasted import Forecasted
from forecasting.queries.portfolio import in_base
from forecasting.queries.rates import Rates, rates_into
from opportunities.actions import RateMissing
from opportunities.models import Opportunity
from readiness.queries.models import LoadedModel
from stakeholders.models import ANCHORS


@transaction.atomic
def refresh_outlook(
    made: Forecasted, *, model: LoadedModel, workspace: Workspace, now: datetime
) -> Outlook:
    """Write what the forecast says into the cache. Symptoms are coaching's to fill."""
    rates = rates_into(workspace.base_currency, of=[made.deal.amount.currency])
    values = _values(made, model=model, workspace=workspace, rates=rates, now=now)
    row = Outlook(
        opportunity=made.deal.opportunity, computed_at=now, refreshed_at=now, **values
    )
    _write([row], fields=[*values, "computed_at", "refreshed_at"])
    return row


@transaction.atomic
def refresh_outlooks(
    mades: Sequence[Forecasted],
    *,
    model: LoadedModel,
    workspace: Workspace,
    now: datetime,
) -> None:
    """Write what time passing did to many deals into the cache."""
    rates = rates_into(
        workspace.base_currency, of=[made.deal.amount.currency for made in mades]
    )
    rows, fields = [], ["refreshed_at"]
    for made in mades:
        values = _values(made, model=model, workspace=workspace, rates=rates, now=now)
        fields = [*values, "refreshed_at"]
        deal = made.deal.opportunity
        rows.append(Outlook(opportunity=deal, refreshed_at=now, **values))
    _write(rows, fields=fields)


def _write(rows: list[Outlook], *, fields: list[str]) -> None:
    Outlook.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["workspace", "opportunity"],
        update_fields=[name.removesuffix("_id") for name in fields],
    )


@transaction.atomic(savepoint=False)  # always within coaching's own
def mark_symptoms(opportunity: Opportunity, *, codes: Sequence[str]) -> None:
    """Note which symptoms a deal shows, for its lists; coaching tells them."""
    shown = " ".join(codes)
    rows = Outlook.objects.filter(opportunity=opportunity)
    rows.exclude(symptoms=shown).update(symptoms=shown)


@transaction.atomic
def drop_outlook(opportunity: Opportunity) -> None:
    """A deal that was taken back stands in no list."""
    Outlook.objects.filter(opportunity=opportunity).delete()


def _values(
    made: Forecasted,
    *,
    model: LoadedModel,
    workspace: Workspace,
    rates: Rates,
    now: datetime,
) -> dict[str, Any]:
    deal, forecast = made.deal, made.forecast
    when, key = forecast.decision_time, forecast.binding.key
    heard_days = [
        person.silent_days for person in deal.people if person.silent_days is not None
    ]
    return {
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
        "constraint_anchor": _anchor_of(key, made, model=model),
        "amount": deal.amount.value,
        "currency": deal.amount.currency,
        "amount_sort": _in_base(made, rates=rates, today=workspace.today(now)),
        "phase_mix": _phase_mix(made, model=model),
        "phase_spread": forecast.phase_spread,
        "coverage": forecast.coverage,
        "heard_count": forecast.heard,
        "people_count": sum(not person.has_left for person in deal.people),
        "seat_count": len(made.group.seats),
        "last_heard_at": _last_heard(heard_days, now),
    }


def _in_base(made: Forecasted, *, rates: Rates, today: date) -> float | None:
    amount = made.deal.amount
    try:
        value = in_base(amount.value, currency=amount.currency, day=today, rates=rates)
    except RateMissing:
        return None  # the list says "no rate"; a sum is refused in words
    return None if value is None else float(value)


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
