"""The expert defaults of the seven phases: chosen by hand, not fitted to data."""

from collections.abc import Sequence

from readiness.engine.arrays import Floats
from readiness.engine.dynamics import banded_jumps, generator_of
from readiness.engine.evidence import SignalKind, catalogue_of
from readiness.engine.model import BuyingClass, ReadinessModel, Settings, model_of

ANCHORS = (
    "status_quo",
    "recognition",
    "resolve",
    "criteria",
    "comparison",
    "settling_doubts",
    "commitment",
)
PRIOR = (0.30, 0.25, 0.13, 0.12, 0.10, 0.07, 0.03)
DWELL_DAYS = (60.0, 40.0, 30.0, 35.0, 35.0, 35.0, 250.0)
FORWARD_ONE = (1.0, 0.75, 0.75, 0.75, 0.75, 0.75, 0.0)
FORWARD_TWO = (0.0, 0.05, 0.05, 0.05, 0.05, 0.0, 0.0)
BACK_ONE = (0.0, 0.20, 0.20, 0.20, 0.20, 0.25, 1.0)
BUYING_CLASSES = {
    "new": BuyingClass(),
    "modified": BuyingClass(dwell_factor=0.75),
    "straight_rebuy": BuyingClass(
        prior=(0.05, 0.08, 0.12, 0.30, 0.30, 0.10, 0.05), dwell_factor=0.5
    ),
}


def expert_generator() -> Floats:
    """Return the default rates per day (7 x 7) of a mid-size deal."""
    jumps = banded_jumps(
        forward_one=FORWARD_ONE, forward_two=FORWARD_TWO, back_one=BACK_ONE
    )
    return generator_of(dwell_days=DWELL_DAYS, jumps=jumps)


def expert_model(
    kinds: Sequence[SignalKind],
    *,
    normalised_over: Sequence[SignalKind] | None = None,
    settings: Settings | None = None,
) -> ReadinessModel:
    """Return the default model over a catalogue of seven-step signals.

    :raises ValueError: as `catalogue_of`.
    """
    return model_of(
        anchors=ANCHORS,
        prior=PRIOR,
        generator=expert_generator(),
        catalogue=catalogue_of(kinds, normalised_over=normalised_over),
        buying_classes=BUYING_CLASSES,
        settings=settings,
    )
