"""The map from what the model says to what tends to happen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from forecasting.engine.ends import EndCurves, curves_of
from forecasting.engine.passage import WEEK_DAYS
from readiness.engine.arrays import Floats


@dataclass(frozen=True, slots=True)
class CalibrationMap:
    """p' = expit(intercept + slope · logit p) · min(1, p / floor); expert default.

    The last factor lets an impossible win stay impossible. What a purchase file multiplies
    p' by is taken to the power of `file_weight`: 1 as the experts have it, 0 where a file
    says nothing. Source: science.md 2.
    """

    intercept: float = -0.8
    slope: float = 0.58
    floor: float = 0.005
    file_weight: float = 1.0

    def __post_init__(self) -> None:
        """Refuse a map that falls.

        :raises ValueError: if slope or floor is not above zero, the file's weight is
            below it, or a number is not finite.
        """
        numbers = (self.intercept, self.slope, self.floor, self.file_weight)
        is_rising = self.slope > 0 and self.floor > 0 and self.file_weight >= 0
        if not is_rising or not all(map(np.isfinite, numbers)):
            raise ValueError(f"No rising map: {numbers}.")


@dataclass(frozen=True, slots=True)
class HorizonMaps:
    """Maps that were learned for some horizons, in days, ascending.

    Between two horizons intercept, slope and the file's weight go over in a straight line;
    before the first and after the last they stay. A win curve that would fall where one
    map gives way to the next is held.
    """

    knots: tuple[tuple[float, CalibrationMap], ...]

    def __post_init__(self) -> None:
        """Refuse horizons that do not ascend, and maps that part near zero.

        :raises ValueError: if there is none, they do not ascend, or the floors differ.
        """
        days = [day for day, _ in self.knots]
        if not days or sorted(set(days)) != days or len(self._floors) > 1:
            raise ValueError(f"No maps by horizon: {self.knots}.")

    @property
    def _floors(self) -> set[float]:
        return {each.floor for _, each in self.knots}

    def mapped(self, chance: Floats) -> Floats:
        """Return P by week (..., weeks from now on), mapped, of the same shape."""
        weeks = chance.shape[-1]
        (floor,) = self._floors
        raised = _raised(
            chance,
            intercept=self._by_week([each.intercept for _, each in self.knots], weeks),
            slope=self._by_week([each.slope for _, each in self.knots], weeks),
            floor=floor,
        )
        return np.asarray(np.maximum.accumulate(raised, axis=-1))

    def file_weights(self, weeks: int) -> Floats:
        """Return the weight of the file in so many weeks from now on, (weeks,)."""
        return self._by_week([each.file_weight for _, each in self.knots], weeks)

    def _by_week(self, at_knots: Sequence[float], weeks: int) -> Floats:
        days = [day for day, _ in self.knots]
        at_weeks = np.arange(weeks) * float(WEEK_DAYS)
        return np.asarray(np.interp(at_weeks, days, at_knots))


Calibration: TypeAlias = CalibrationMap | HorizonMaps


def mapped_chance(chance: npt.ArrayLike, *, calibration: CalibrationMap) -> Floats:
    """Return the mapped chances, of the same shape; 0 and 1 stay where they are."""
    return _raised(
        np.asarray(chance, dtype=np.float64),
        intercept=calibration.intercept,
        slope=calibration.slope,
        floor=calibration.floor,
    )


def mapped_by_week(chance: Floats, *, calibration: Calibration) -> Floats:
    """Return P by week (..., weeks from now on), mapped, of the same shape."""
    if isinstance(calibration, HorizonMaps):
        return calibration.mapped(chance)
    return mapped_chance(chance, calibration=calibration)


def _raised(
    chance: Floats, *, intercept: float | Floats, slope: float | Floats, floor: float
) -> Floats:
    p = np.clip(chance, 0.0, 1.0)
    return np.asarray(expit(intercept + slope * logit(p)) * np.minimum(1.0, p / floor))


def mapped_curves(curves: EndCurves, *, calibration: Calibration) -> EndCurves:
    """Map the win curve and scale the others by (1 - p') / (1 - p).

    Where the map lifts a win curve that is just rising from zero, the scaling can take
    down a curve that may not fall (by at most 3 % of it under the default map). It is
    then lowered before that week to the level it falls to, and the difference is open.
    """
    won = mapped_by_week(curves.won, calibration=calibration)
    missed = 1.0 - curves.won
    scale = (1.0 - won) / np.where(missed > 0, missed, 1.0)
    return curves_of(
        won=won,
        lost=_never_falling(curves.lost * scale),
        no_decision=_never_falling(curves.no_decision * scale),
    )


def file_by_week(factor: float, *, calibration: Calibration, weeks: int) -> Floats:
    """Return what the purchase file's factor comes to by week, (weeks,).

    :raises ValueError: if the factor is not in [0, 1].
    """
    if not 0 <= factor <= 1:
        raise ValueError(f"The factor of the purchase file {factor} is not in [0, 1].")
    if isinstance(calibration, CalibrationMap):
        return np.full(weeks, factor**calibration.file_weight)
    return np.asarray(factor ** calibration.file_weights(weeks))


def with_file(curves: EndCurves, *, factors: Floats) -> EndCurves:
    """Multiply the win curve by the file's factors (79,); the rest is no decision.

    Where the file comes to weigh more from one week to the next, a win curve that would
    fall is held; where it comes to weigh less, no decision is lowered as by a map.
    """
    won = np.maximum.accumulate(curves.won * factors)
    return curves_of(
        won=won,
        lost=curves.lost,
        no_decision=_never_falling(curves.no_decision + curves.won - won),
    )


def _never_falling(curve: Floats) -> Floats:
    return np.asarray(np.minimum.accumulate(curve[::-1])[::-1])
