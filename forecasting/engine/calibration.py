"""The map from what the model says to what tends to happen."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from forecasting.engine.ends import EndCurves, curves_of
from readiness.engine.arrays import Floats


@dataclass(frozen=True, slots=True)
class CalibrationMap:
    """p' = expit(intercept + slope · logit p) · min(1, p / floor); expert default.

    The last factor lets an impossible win stay impossible. Source: science.md 2.
    """

    intercept: float = -0.8
    slope: float = 0.58
    floor: float = 0.005

    def __post_init__(self) -> None:
        """Refuse a map that falls.

        :raises ValueError: if slope or floor is not above zero, or a number not finite.
        """
        numbers = (self.intercept, self.slope, self.floor)
        if not all(map(np.isfinite, numbers)) or self.slope <= 0 or self.floor <= 0:
            raise ValueError(f"No rising map: {numbers}.")


def mapped_chance(chance: npt.ArrayLike, *, calibration: CalibrationMap) -> Floats:
    """Return the mapped chances, of the same shape; 0 and 1 stay where they are."""
    p = np.clip(np.asarray(chance, dtype=np.float64), 0.0, 1.0)
    raised = expit(calibration.intercept + calibration.slope * logit(p))
    return np.asarray(raised * np.minimum(1.0, p / calibration.floor))


def mapped_curves(curves: EndCurves, *, calibration: CalibrationMap) -> EndCurves:
    """Map the win curve and scale the others by (1 - p') / (1 - p).

    Where the map lifts a win curve that is just rising from zero, the scaling can take
    down a curve that may not fall (by at most 3 % of it under the default map). It is
    then lowered before that week to the level it falls to, and the difference is open.
    """
    won = mapped_chance(curves.won, calibration=calibration)
    missed = 1.0 - curves.won
    scale = (1.0 - won) / np.where(missed > 0, missed, 1.0)
    return curves_of(
        won=won,
        lost=_never_falling(curves.lost * scale),
        no_decision=_never_falling(curves.no_decision * scale),
    )


def with_file(curves: EndCurves, *, factor: float) -> EndCurves:
    """Multiply the win curve by the purchase file's factor; the rest is no decision.

    :raises ValueError: if the factor is not in [0, 1].
    """
    if not 0 <= factor <= 1:
        raise ValueError(f"The factor of the purchase file {factor} is not in [0, 1].")
    return curves_of(
        won=curves.won * factor,
        lost=curves.lost,
        no_decision=curves.no_decision + curves.won * (1.0 - factor),
    )


def _never_falling(curve: Floats) -> Floats:
    return np.asarray(np.minimum.accumulate(curve[::-1])[::-1])
