"""What a night does: put the cache right, and freeze what is believed of every open deal."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import Workspace
from forecasting.actions.outlooks import refresh_outlooks
from forecasting.models import RAW_WEEKS, Snapshot
from forecasting.queries.amounts import sigma_of
from forecasting.queries.as_of import forecasts_at
from forecasting.queries.forecasted import Forecasted
from forecasting.queries.present import forecasts_now, last_forecasts
from forecasting.queries.rates import Rates, rates_into
from opportunities.actions import RateMissing
from opportunities.models import Opportunity, Outcome
from readiness.queries.as_of import AsOf, open_deals
from readiness.queries.models import LoadedModel


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
    last = last_forecasts(deals)
    made = forecasts_now(deals, last=last, model=model, workspace=workspace, now=now)
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
        outcome=Outcome.OPEN,  # that night; it may be closed by now
        amount=amount.value,
        currency=amount.currency,
        amount_spread=sigma_of(amount),
        rate_to_base=rate,
        inputs_hash=inputs,
        model_version=model.version,
        model_won=made.forecast.curves.model.won[: RAW_WEEKS + 1].tolist(),
        file_factor=deal.file.factor,
        map_version=deal.calibration.version,
    )
