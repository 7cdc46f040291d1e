"""A gathered deal, and what comes of it. Writes nothing."""

from dataclasses import dataclass

from forecasting.engine.group import GroupForecast, forecast_group
from forecasting.engine.seats import Group, group_of
from forecasting.queries.deal import Deal
from forecasting.queries.decisions import decisions_for
from readiness.queries.models import LoadedModel


@dataclass(frozen=True, slots=True, eq=False)
class Forecasted:
    """A deal's group, and what comes of it as of now."""

    deal: Deal
    group: Group
    forecast: GroupForecast


def compute(deal: Deal, *, model: LoadedModel) -> Forecasted:
    """The forecast of a gathered deal."""
    group = group_of(
        deal.people,
        roles=deal.roles,
        prior=deal.stranger,
        expected_size=deal.expected_size,
    )
    forecast = forecast_group(
        group,
        model=decisions_for(
            deal.opportunity, model=model, calibration=deal.calibration
        ),
        rule=deal.rule,
        target_days=deal.target.days,
        file_factor=deal.file.factor,
    )
    return Forecasted(deal=deal, group=group, forecast=forecast)
