"""Forecast a deal from the phases of its people; keep it when its inputs changed."""

from datetime import datetime

from django.db import transaction

from accounts.models import Workspace
from forecasting.models import Forecast
from forecasting.queries.deal import Deal
from forecasting.queries.forecasted import Forecasted, compute
from forecasting.queries.outlook import forecast_values
from forecasting.signals import forecast_changed
from readiness.queries.models import LoadedModel


@transaction.atomic(savepoint=False)  # always within a recompute
def forecast_opportunity(
    deal: Deal, *, model: LoadedModel, workspace: Workspace, now: datetime
) -> Forecasted:
    """Compute a deal's forecast; store a row when what it rests on changed."""
    made = compute(deal, model=model)
    rows = Forecast.objects.filter(opportunity=deal.opportunity)
    last = rows.order_by("-computed_at", "-id").values_list("inputs_hash", flat=True)
    if last.first() != deal.digest:
        row = Forecast.objects.create(**forecast_values(made, model=model, now=now))
        forecast_changed.send(sender=Forecast, forecast=row)
    return made
