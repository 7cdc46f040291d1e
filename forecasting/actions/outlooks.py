"""Keep the cache that lists and dashboards read: one row per opportunity."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from accounts.models import Workspace
from forecasting.models import Outlook
from forecasting.queries.forecasted import Forecasted
from forecasting.queries.outlook import outlook_values
from forecasting.queries.portfolio import in_base
from forecasting.queries.rates import Rates, rates_into
from opportunities.actions import RateMissing
from opportunities.models import Opportunity
from readiness.queries.models import LoadedModel


@transaction.atomic(savepoint=False)  # always within a recompute
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
    told = outlook_values(made, model=model, workspace=workspace, now=now)
    in_money = _in_base(made, rates=rates, today=workspace.today(now))
    return told | {"amount_sort": in_money}


def _in_base(made: Forecasted, *, rates: Rates, today: date) -> float | None:
    amount = made.deal.amount
    try:
        value = in_base(amount.value, currency=amount.currency, day=today, rates=rates)
    except RateMissing:
        return None  # the list says "no rate"; a sum is refused in words
    return None if value is None else float(value)
