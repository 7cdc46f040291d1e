"""What all deals of one importance and buying class share, computed once in a process."""

from dataclasses import replace
from uuid import UUID

from forecasting.engine.ends import Hazards
from forecasting.engine.group import DecisionModel, decision_model
from forecasting.engine.passage import Speed
from forecasting.queries.maps import LoadedMap
from opportunities.models import Opportunity
from readiness.queries.models import LoadedModel

ENGINE_VERSION = "1"

_KEPT: dict[tuple[UUID, str, str], DecisionModel] = {}
_KEPT_AT_MOST = 128


def decisions_for(
    opportunity: Opportunity, *, model: LoadedModel, calibration: LoadedMap
) -> DecisionModel:
    """The first-passage tables and settings that this deal is computed with."""
    key = (model.pk, opportunity.importance, opportunity.buying_class)
    if key not in _KEPT:
        if len(_KEPT) >= _KEPT_AT_MOST:
            _KEPT.clear()
        _KEPT[key] = _build(opportunity, model=model)
    kept = _KEPT[key]
    if calibration.pk is None:
        return kept
    return replace(kept, calibration=calibration.calibration)


def _build(opportunity: Opportunity, *, model: LoadedModel) -> DecisionModel:
    parameters = model.parameters
    return decision_model(
        model.generator,
        anchors=model.anchors,
        pace=model.engine.pace(
            opportunity.importance or None, opportunity.buying_class or None
        ),
        speed=Speed(
            sigma=parameters["speed_sigma"], shared=parameters["speed_shared_variance"]
        ),
        hazards=Hazards(
            drift=parameters["hazard_no_decision_per_day"],
            stall=parameters["hazard_no_decision_early_per_day"],
            rival=parameters["hazard_external_loss_per_day"],
        ),
    )
