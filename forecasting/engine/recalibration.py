"""A map of a workspace's own: fitted on frozen forecasts, judged on later ones."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

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
TURNS = 7  # how often a map is fitted anew for the forecasts that come next
FIRST = 0.3  # the share of forecasts, the earliest, that only teach
# How far from the prior map a workspace may well lie: deviations of the intercept, of the
# logarithm of the slope and of the file's weight; expert default, worth some tens of
# forecasts.
SPREADS = (0.5, 0.35, 0.5)


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
        filed = self.factor**calibration.file_weight
        return mapped_chance(self.chance, calibration=calibration) * filed

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
    """A map against the one in force. `scored` forecasts; of them those that judged.

    `found` is fitted on all of them. `before` and `after` are Brier scores of those that
    judged, `gap` after - before with its interval by deals; `slopes` are the calibration
    slopes before and after.
    """

    scored: int
    verdict: MapVerdict
    judged: int = 0
    judged_deals: int = 0
    found: CalibrationMap | None = None
    before: float | None = None
    after: float | None = None
    gap: scoring.Interval | None = None
    slopes: tuple[float | None, float | None] = (None, None)


def fitted_map(past: Past, *, prior: CalibrationMap) -> CalibrationMap:
    """Return the map of the largest likelihood, held to `prior`.

    Platt's map, times the file's factor f to a power w, with a ridge:
    -log L + (a - a0)² / 2·.5² + (log b - log b0)² / 2·.35² + (w - w0)² / 2·.5². Below the
    floor a map leaves what is said as good as impossible: such forecasts teach it
    nothing. Source: Platt 1999; science.md 2.

    :raises ValueError: as `scoring.brier`.
    :raises DidNotConverge: if the search does not settle.
    """
    scoring.brier(past.chance, past.happened)  # refuses what are no forecasts
    past = past.of((past.chance >= prior.floor) & (past.factor > 0))
    if not len(past.chance):
        return prior
    chance = np.minimum(past.chance, 1 - scoring.CERTAIN)
    x, y, lowered = logit(chance), past.happened, np.log(past.factor)
    centre = np.array([prior.intercept, np.log(prior.slope), prior.file_weight])
    spreads = np.array(SPREADS)

    def loss(at: Floats) -> tuple[float, Floats]:
        slope = np.exp(at[1])
        raised = expit(at[0] + slope * x)
        filed = raised * np.exp(at[2] * lowered)
        said = np.clip(filed, scoring.CERTAIN, 1 - scoring.CERTAIN)
        held = (at - centre) / spreads
        value = -np.sum(y * np.log(said) + (1 - y) * np.log1p(-said)) + held @ held / 2
        pull = -(y / said - (1 - y) / (1 - said)) * filed
        rise = pull * (1 - raised)
        gradient = np.array([rise.sum(), (rise * x).sum() * slope, pull @ lowered])
        return float(value) / len(y), (gradient + held / spreads) / len(y)

    found = minimize(
        loss,
        centre,
        jac=True,
        method="L-BFGS-B",
        bounds=[(None, None)] * 2 + [(0, None)],
    )
    if not found.success:
        raise DidNotConverge(iterations=int(found.nit), change=float("nan"))
    intercept, log_slope, file_weight = found.x.tolist()
    return CalibrationMap(intercept, float(np.exp(log_slope)), prior.floor, file_weight)


def tried(
    past: Past, *, prior: CalibrationMap, in_force: CalibrationMap, seed: int = 0
) -> MapTrial:
    """Fit in turns and judge on what came next each time, beside the map in force.

    Fitting is better when the Brier score of what it said in turn is lower, with a 95 %
    interval by deals that leaves out zero, and its log loss is no higher. What is found
    is then the fit whose turn it is next: on all forecasts.
    """
    scored = len(past.chance)
    said = said_in_turn(past, prior=prior)
    judges = ~np.isnan(said)
    judging, after = past.of(judges), said[judges]
    if scored < FEWEST or not _is_enough(judging, deals=FEWEST_DEALS):
        return MapTrial(scored, MapVerdict.TOO_FEW)
    before, y = judging.said(in_force), judging.happened
    gap = scoring.difference(after, before, y, deals=judging.deals, seed=seed)
    is_better = gap.high < 0 and (
        scoring.log_loss(after, y) <= scoring.log_loss(before, y)
    )
    return MapTrial(
        scored=scored,
        verdict=MapVerdict.BETTER if is_better else MapVerdict.NOT_BETTER,
        judged=len(y),
        judged_deals=len(set(judging.deals)),
        found=fitted_map(past, prior=prior),
        before=scoring.brier(before, y),
        after=scoring.brier(after, y),
        gap=gap,
        slopes=(_slope(before, y), _slope(after, y)),
    )


def said_in_turn(past: Past, *, prior: CalibrationMap) -> Floats:
    """Return what maps fitted before each forecast would have said, (N,).

    A forecast teaches only when its end was known on the day on which the first of those
    that come next was made. nan where too little was known to fit anything.
    """
    said = np.full(len(past.chance), np.nan)
    for start, end in _turns(past.made):
        taught = past.of((past.made < start) & (past.known <= start))
        if len(taught.chance) >= FEWEST / 2 and _is_enough(taught):
            judged = (past.made >= start) & (past.made < end)
            said[judged] = past.of(judged).said(fitted_map(taught, prior=prior))
    return said


def _turns(made: Integers) -> Iterator[tuple[float, float]]:
    """The days on which a turn begins and the next does, about as many forecasts each."""
    if not len(made):
        return iter(())
    days, counts = np.unique(made, return_counts=True)
    before = np.concatenate([[0], np.cumsum(counts)[:-1]]) / len(made)
    wanted = np.linspace(FIRST, 1, TURNS, endpoint=False)
    starts = np.unique(days[np.abs(before - wanted[:, None]).argmin(axis=1)])
    return pairwise([*starts.tolist(), np.inf])


def _is_enough(past: Past, *, deals: int = 1) -> bool:
    """So many deals, and ends of either kind."""
    return len(set(past.deals)) >= deals and (
        0 < past.happened.sum() < len(past.happened)
    )


def _slope(said: Floats, happened: Floats) -> float | None:
    line = scoring.calibration_line(said, happened)
    return None if line is None else line.slope
