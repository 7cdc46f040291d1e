"""A map of a workspace's own: fitted on frozen forecasts, judged on later ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit, logit

from forecasting.engine import scoring
from forecasting.engine.calibration import CalibrationMap, mapped_chance
from forecasting.engine.portfolio import DidNotConverge
from readiness.engine.arrays import Floats, Integers

FEWEST = 200  # scored forecasts of a horizon before anything is fitted
FEWEST_DEALS = 30  # deals among those that judge
LATER = 0.3  # the share of forecasts that judge: the last ones
# How far from the prior map a workspace may well lie: deviations of the intercept and of
# the logarithm of the slope; expert default, worth some tens of forecasts.
SPREADS = (0.5, 0.35)


class MapVerdict(StrEnum):
    """What came of a trial."""

    BETTER = "better"
    NOT_BETTER = "not_better"
    TOO_FEW = "not_enough_evidence"


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """N frozen forecasts of one horizon whose end is known, in any order.

    `chance` (N,) is the model's P(won), neither mapped nor lowered by a purchase file;
    `factor` (N,) what the file multiplied it by; `made` and `known` (N,) the days on which
    each was frozen and on which its end was known; `deals` (N,) the deal of each.
    """

    chance: Floats
    factor: Floats
    happened: Floats
    made: Integers
    known: Integers
    deals: Sequence[str]

    def said(self, calibration: CalibrationMap) -> Floats:
        """Return what would have been said under a map, (N,)."""
        return mapped_chance(self.chance, calibration=calibration) * self.factor

    def of(self, rows: npt.NDArray[np.bool_]) -> "Past":
        """Return some of them."""
        return Past(
            chance=self.chance[rows],
            factor=self.factor[rows],
            happened=self.happened[rows],
            made=self.made[rows],
            known=self.known[rows],
            deals=[deal for deal, yes in zip(self.deals, rows, strict=True) if yes],
        )


@dataclass(frozen=True, slots=True)
class MapTrial:
    """A map against the one in force. `scored` forecasts; of them the fitted and judging.

    `before` and `after` are Brier scores of the judging ones, `gap` after - before with
    its interval by deals; `slope` is the calibration slope before and after.
    """

    scored: int
    verdict: MapVerdict
    fitted: int = 0
    judged: int = 0
    judged_deals: int = 0
    found: CalibrationMap | None = None
    before: float | None = None
    after: float | None = None
    gap: scoring.Interval | None = None
    slopes: tuple[float | None, float | None] = (None, None)


def fitted_map(past: Past, *, prior: CalibrationMap) -> CalibrationMap:
    """Return intercept and slope of the largest likelihood, held to those of `prior`.

    Platt's map with a ridge: -log L + (a - a0)² / 2·.5² + (log b - log b0)² / 2·.35². What
    the purchase file takes away is in the likelihood as a factor. Below the floor a map
    leaves what is said as good as impossible: such forecasts teach it nothing. Source:
    Platt 1999; science.md 2.

    :raises ValueError: as `scoring.brier`.
    :raises DidNotConverge: if the search does not settle.
    """
    scoring.brier(past.chance, past.happened)  # refuses what are no forecasts
    past = past.of((past.chance >= prior.floor) & (past.factor > 0))
    if not len(past.chance):
        return prior
    chance = np.minimum(past.chance, 1 - scoring.CERTAIN)
    x, y, lowered = logit(chance), past.happened, past.factor
    centre = np.array([prior.intercept, np.log(prior.slope)])
    spreads = np.array(SPREADS)

    def loss(at: Floats) -> tuple[float, Floats]:
        slope = np.exp(at[1])
        raised = expit(at[0] + slope * x)
        said = np.clip(lowered * raised, scoring.CERTAIN, 1 - scoring.CERTAIN)
        held = (at - centre) / spreads
        value = -np.sum(y * np.log(said) + (1 - y) * np.log1p(-said)) + held @ held / 2
        pull = -(y / said - (1 - y) / (1 - said)) * lowered * raised * (1 - raised)
        gradient = np.array([pull.sum(), (pull * x).sum() * slope]) + held / spreads
        return float(value) / len(y), gradient / len(y)

    found = minimize(loss, centre, jac=True, method="L-BFGS-B")
    if not found.success:
        raise DidNotConverge(iterations=int(found.nit), change=float("nan"))
    return CalibrationMap(float(found.x[0]), float(np.exp(found.x[1])), prior.floor)


def tried(
    past: Past, *, prior: CalibrationMap, in_force: CalibrationMap, seed: int = 0
) -> MapTrial:
    """Fit on the earlier forecasts and judge on the later ones, beside the map in force.

    A forecast teaches only when its end was known on the day the first judging one was
    made. A map is better when its Brier score on the later ones is lower, with a 95 %
    interval by deals that leaves out zero, and its log loss is no higher.
    """
    scored = len(past.chance)
    first = _first_later(past.made)
    later = past.made >= first
    taught = ~later & (past.known <= first)
    if scored < FEWEST or not _is_enough(past.of(taught), past.of(later)):
        return MapTrial(scored, MapVerdict.TOO_FEW)
    found = fitted_map(past.of(taught), prior=prior)
    judging = past.of(later)
    before, after = judging.said(in_force), judging.said(found)
    y = judging.happened
    gap = scoring.difference(after, before, y, deals=judging.deals, seed=seed)
    is_better = gap.high < 0 and (
        scoring.log_loss(after, y) <= scoring.log_loss(before, y)
    )
    return MapTrial(
        scored=scored,
        verdict=MapVerdict.BETTER if is_better else MapVerdict.NOT_BETTER,
        fitted=int(taught.sum()),
        judged=len(y),
        judged_deals=len(set(judging.deals)),
        found=found,
        before=scoring.brier(before, y),
        after=scoring.brier(after, y),
        gap=gap,
        slopes=(_slope(before, y), _slope(after, y)),
    )


def _first_later(made: Integers) -> int:
    """The day from which on forecasts judge: about so large a share of them all."""
    if not len(made):
        return 0
    days, counts = np.unique(made, return_counts=True)
    shares = np.cumsum(counts[::-1])[::-1] / len(made)
    return int(days[np.abs(shares - LATER).argmin()])


def _is_enough(taught: Past, judging: Past) -> bool:
    """Both halves have forecasts enough, and ends of either kind."""
    parts = (taught, judging)
    return (
        len(taught.chance) >= FEWEST / 2
        and len(set(judging.deals)) >= FEWEST_DEALS
        and all(0 < part.happened.sum() < len(part.happened) for part in parts)
    )


def _slope(said: Floats, happened: Floats) -> float | None:
    line = scoring.calibration_line(said, happened)
    return None if line is None else line.slope
