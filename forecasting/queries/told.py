"""What is, or was, said of some deals: the stored forecasts, or those of another moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from forecasting.models import Forecast
from forecasting.queries.amounts import (
    Amount,
    AmountRange,
    amounts_of,
    range_of,
    sigma_of,
)
from forecasting.queries.as_of import forecasts_at
from forecasting.queries.outlook import forecast_values
from opportunities.models import Opportunity
from readiness.queries.as_of import AsOf
from readiness.queries.models import active_model

COLUMNS = (
    *("opportunity_id", "computed_at", "starts_at", "won", "lost", "no_decision"),
    *("target_on", "target_basis", "won_by_target_probability"),
    *("decided_probability", "decision_days", "constraint_kind"),
    *("constraint_stakeholder_id", "constraint_gain", "people", "model_version"),
)


@dataclass(frozen=True, slots=True)
class Told:
    """What was said of one deal, by the columns of `Forecast`, and of its amount."""

    values: Mapping[str, Any]
    amount: AmountRange | None


def stored_forecasts(
    opportunities: Sequence[Opportunity], *, when: AsOf
) -> dict[UUID, Told]:
    """The last forecast stored of each deal by a moment, of those with one; two queries."""
    rows = Forecast.objects.filter(
        opportunity__in=[deal.pk for deal in opportunities], computed_at__lte=when.at
    )
    last = rows.order_by("opportunity", "-computed_at", "-id").distinct("opportunity")
    amounts = amounts_of(
        opportunities, today=when.workspace.today(when.at), known_at=when.known_at
    )
    return {
        row["opportunity_id"]: Told(row, _range(amounts[row["opportunity_id"]]))
        for row in last.values(*COLUMNS)
    }


def replayed_forecasts(
    opportunities: Sequence[Opportunity], *, when: AsOf
) -> dict[UUID, Told]:
    """What the facts known at a moment say, by today's model; eight queries."""
    model = active_model()
    return {
        made.deal.opportunity.pk: Told(
            forecast_values(made, model=model, now=when.at), _range(made.deal.amount)
        )
        for made in forecasts_at(opportunities, when=when, model=model)
    }


def _range(amount: Amount) -> AmountRange | None:
    if amount.value is None:
        return None
    return range_of(amount.value, currency=amount.currency, sigma=sigma_of(amount))
