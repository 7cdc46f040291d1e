"""How good forecasts were, once it is known what happened: proper scores with their n."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit, logit

from readiness.engine.arrays import Floats

BINS = 10
DRAWS = 2_000
DRAWS_AT_ONCE = 250  # of some thousand deals each
CERTAIN = 1e-6  # a chance said to be 0 or 1 costs this much, not infinity
Z95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with the 95 % interval around it."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Murphy:
    """Brier = reliability - resolution + uncertainty + what lies within the bins."""

    reliability: float
    resolution: float
    uncertainty: float
    within: float


@dataclass(frozen=True, slots=True)
class Bin:
    """Forecasts of about the same chance: how many, what was said, what happened."""

    n: int
    said: float
    happened: Interval


@dataclass(frozen=True, slots=True)
class CalibrationLine:
    """logit P(happened) = intercept + slope · logit(said); 0 and 1 are perfect."""

    intercept: float
    slope: float
    intercept_error: float
    slope_error: float
    n: int


def brier(said: npt.ArrayLike, happened: npt.ArrayLike) -> float:
    """Return the mean squared difference, in [0, 1]; lower is better.

    Both are (n,). Source: Brier 1950.

    :raises ValueError: if there is nothing, a chance is not in [0, 1], or an outcome is
        neither 0 nor 1.
    """
    p, y = _pairs(said, happened)
    return float(np.mean((p - y) ** 2))


def log_loss(said: npt.ArrayLike, happened: npt.ArrayLike) -> float:
    """Return the mean of -log P(what happened), in nats; chances are kept off 0 and 1.

    :raises ValueError: as `brier`.
    """
    p, y = _pairs(said, happened)
    p = np.clip(p, CERTAIN, 1 - CERTAIN)
    return float(-np.mean(y * np.log(p) + (1 - y) * np.log1p(-p)))


def skill(score: float, *, baseline: float) -> float | None:
    """Return 1 - score / baseline: the part of the baseline's error that is gone.

    None where the baseline has no error, so that nothing can be better.
    """
    return None if baseline <= 0 else 1.0 - score / baseline


def murphy(said: npt.ArrayLike, happened: npt.ArrayLike, *, bins: int = BINS) -> Murphy:
    """Split the Brier score over equal-count bins. Source: Murphy 1973.

    `within` is what the bins hide (the spread of the chances in each, and their
    covariance with the outcomes; Stephenson, Coelho and Jolliffe 2008): the four parts
    give the score exactly.

    :raises ValueError: as `brier`, or if there is no bin.
    """
    p, y = _pairs(said, happened)
    rate, reliability, resolution = y.mean(), 0.0, 0.0
    for rows in _equal_counts(p, bins=bins):
        share = len(rows) / len(p)
        reliability += share * (p[rows].mean() - y[rows].mean()) ** 2
        resolution += share * (y[rows].mean() - rate) ** 2
    uncertainty = rate * (1 - rate)
    within = np.mean((p - y) ** 2) - (reliability - resolution + uncertainty)
    return Murphy(
        reliability=float(reliability),
        resolution=float(resolution),
        uncertainty=float(uncertainty),
        within=float(within),
    )


def reliability_bins(
    said: npt.ArrayLike,
    happened: npt.ArrayLike,
    *,
    deals: Sequence[str] | None = None,
    bins: int = BINS,
    draws: int = DRAWS,
    seed: int = 0,
) -> tuple[Bin, ...]:
    """Return equal-count bins in rising order, each with a bootstrap band.

    Equal chances never stand in two bins, so there may be fewer. The band says where
    the share in the bin lies in 95 % of samples drawn again from it. `deals` (n,) says of
    which deal each row is: a deal is drawn again with all its rows in the bin.

    :raises ValueError: as `murphy`, or if there is not one deal for each row.
    """
    p, y = _pairs(said, happened)
    of = _clusters(deals, n=len(y))
    rng = np.random.default_rng(seed)
    return tuple(
        Bin(
            n=len(rows),
            said=float(p[rows].mean()),
            happened=_band(y[rows], of[rows], draws=draws, rng=rng),
        )
        for rows in _equal_counts(p, bins=bins)
    )


def calibration_line(
    said: npt.ArrayLike, happened: npt.ArrayLike
) -> CalibrationLine | None:
    """Fit the logistic line of what happened on what was said. Source: Cox 1958.

    The standard errors come from the inverse information. None where no finite line
    fits: all outcomes alike, all chances alike, or the chances part the outcomes.

    :raises ValueError: as `brier`.
    """
    p, y = _pairs(said, happened)
    x = logit(np.clip(p, CERTAIN, 1 - CERTAIN))
    if _parted(x, y) or np.ptp(x) == 0:
        return None
    design = np.column_stack([np.ones_like(x), x])

    def loss(line: Floats) -> tuple[float, Floats]:
        at = design @ line
        off = expit(at) - y
        return float(np.mean(np.logaddexp(0.0, at) - y * at)), design.T @ off / len(y)

    def information(line: Floats) -> Floats:
        fitted = expit(design @ line)
        spread = fitted * (1 - fitted)
        return np.asarray(design.T @ (design * spread[:, None]) / len(y))

    found = minimize(
        loss,
        x0=np.array([0.0, 1.0]),
        jac=True,
        hess=information,
        method="trust-exact",
        options={"gtol": 1e-9},
    )
    line = found.x
    errors = np.sqrt(np.diag(np.linalg.inv(len(y) * information(line))))
    return CalibrationLine(
        intercept=float(line[0]),
        slope=float(line[1]),
        intercept_error=float(errors[0]),
        slope_error=float(errors[1]),
        n=len(p),
    )


def auc(said: npt.ArrayLike, happened: npt.ArrayLike) -> float | None:
    """Return the chance that one that happened was given more than one that did not.

    Equal chances count half (Mann and Whitney 1947). None where all outcomes are alike.

    :raises ValueError: as `brier`.
    """
    p, y = _pairs(said, happened)
    ones, zeros = int(y.sum()), int(len(y) - y.sum())
    if not ones or not zeros:
        return None
    _values, place, counts = np.unique(p, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    return float((ranks[y == 1].sum() - ones * (ones + 1) / 2) / (ones * zeros))


def ranked_score(said: npt.ArrayLike, happened: npt.ArrayLike) -> float:
    """Return the mean ranked probability score of ordered classes, in [0, 1].

    `said` is (n, k) chances, `happened` (n,) the class that was true, from 0. Divided by
    k - 1. Source: Epstein 1969.

    :raises ValueError: if the shapes do not fit, a row does not sum to one, or a class
        is not among the k.
    """
    p = np.asarray(said, dtype=np.float64)
    truth = np.asarray(happened, dtype=np.int64)
    if p.ndim != 2 or p.shape[1] < 2 or truth.shape != p.shape[:1] or not len(p):
        raise ValueError(f"Shapes {p.shape} and {truth.shape} do not fit.")
    if (p < 0).any() or np.abs(p.sum(axis=1) - 1).max() > 1e-6:
        raise ValueError("A row of chances does not sum to one.")
    if truth.min() < 0 or truth.max() >= p.shape[1]:
        raise ValueError("A class is not among those given chances.")
    below = np.arange(p.shape[1]) >= truth[:, None]
    gaps = (np.cumsum(p, axis=1) - below)[:, :-1]
    return float(np.mean((gaps**2).sum(axis=1)) / (p.shape[1] - 1))


def crps(draws: npt.ArrayLike, observed: float) -> float:
    """Return E|X - x| - E|X - X'| / 2 of the empirical draws, in the unit of x.

    `draws` is (n,). Source: Gneiting and Raftery 2007, eq. 21.

    :raises ValueError: if there are no draws or a number is not finite.
    """
    values = np.sort(np.asarray(draws, dtype=np.float64))
    if not len(values) or not np.isfinite(values).all() or not np.isfinite(observed):
        raise ValueError("A score of nothing, or of no number.")
    n = len(values)
    spread = (2 * np.arange(1, n + 1) - n - 1) @ values / n**2
    return float(np.abs(values - observed).mean() - spread)


def pinball(quantile: float, observed: float, *, level: float) -> float:
    """Return what a stated quantile costs when `observed` came; in its unit.

    :raises ValueError: if the level is not within (0, 1).
    """
    if not 0 < level < 1:
        raise ValueError(f"A level lies between 0 and 1, not at {level}.")
    miss = observed - quantile
    return max(level * miss, (level - 1) * miss)


def coverage(
    low: npt.ArrayLike, high: npt.ArrayLike, observed: npt.ArrayLike
) -> Interval:
    """Return the share of (n,) observations within their ranges, ends included.

    With Wilson's interval (1927).

    :raises ValueError: if there is nothing or the shapes differ.
    """
    bottom, top, seen = (np.asarray(a, dtype=float) for a in (low, high, observed))
    if not seen.size or not bottom.shape == top.shape == seen.shape:
        raise ValueError("There is nothing to cover, or not one range for each.")
    return wilson(int(((bottom <= seen) & (seen <= top)).sum()), seen.size)


def wilson(count: int, n: int) -> Interval:
    """Return count / n with Wilson's 95 % interval.

    :raises ValueError: if n is not positive or the count is not within it.
    """
    if n < 1 or not 0 <= count <= n:
        raise ValueError(f"{count} of {n} is no share.")
    share, z2 = count / n, Z95**2
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z95 / (1 + z2 / n) * np.sqrt(share * (1 - share) / n + z2 / (4 * n**2))
    return Interval(
        share, max(0.0, float(centre - half)), min(1.0, float(centre + half))
    )


def difference(
    ours: npt.ArrayLike,
    theirs: npt.ArrayLike,
    happened: npt.ArrayLike,
    *,
    deals: Sequence[str] | None = None,
    draws: int = DRAWS,
    seed: int = 0,
) -> Interval:
    """Return our Brier score minus theirs on the same rows; below zero ours is better.

    With a paired bootstrap interval. `deals` (n,) says of which deal each row is: a deal
    is drawn again with all its rows, since they share one fate.

    :raises ValueError: as `brier`, or if there is not one deal for each row.
    """
    mine, y = _pairs(ours, happened)
    other, _same = _pairs(theirs, happened)
    gaps = (mine - y) ** 2 - (other - y) ** 2
    return mean_by_deal(gaps, deals=deals, draws=draws, seed=seed)


def mean_by_deal(
    values: Floats,
    *,
    deals: Sequence[str] | None = None,
    draws: int = DRAWS,
    seed: int = 0,
) -> Interval:
    """Return the mean of the values (n,) with an interval of the bootstrap over deals.

    A deal is drawn again with all its rows, since they share one fate.

    :raises ValueError: if there is not one deal for each value.
    """
    of = _clusters(deals, n=len(values))
    counts = np.bincount(of).astype(np.float64)
    sums = np.column_stack([np.bincount(of, weights=values), counts])
    return bootstrap(sums, _mean_of_sums, draws=draws, seed=seed)


def bootstrap(
    rows: Floats,
    statistic: Callable[[Floats], np.floating[npt.NBitBase] | float],
    *,
    draws: int = DRAWS,
    seed: int = 0,
) -> Interval:
    """Return a statistic of the rows with the middle 95 % of it over redrawn rows."""
    rng = np.random.default_rng(seed)
    n = len(rows)
    again = [float(statistic(rows[rng.integers(0, n, n)])) for _ in range(draws)]
    low, high = np.quantile(again, [0.025, 0.975]).tolist()
    return Interval(float(statistic(rows)), low, high)


def _mean_of_sums(sums: Floats) -> float:
    """The mean over rows from (deals, 2): the sum of each deal's rows, and their number."""
    total, n = sums.sum(axis=0)
    return float(total / n)


def _pairs(said: npt.ArrayLike, happened: npt.ArrayLike) -> tuple[Floats, Floats]:
    p = np.asarray(said, dtype=np.float64)
    y = np.asarray(happened, dtype=np.float64)
    if p.ndim != 1 or p.shape != y.shape or not len(p):
        raise ValueError(f"Shapes {p.shape} and {y.shape} do not fit.")
    if not ((p >= 0) & (p <= 1)).all():
        raise ValueError("A chance is in [0, 1].")
    if not ((y == 0) | (y == 1)).all():
        raise ValueError("Something happened, 1, or did not, 0.")
    return p, y


def _equal_counts(p: Floats, *, bins: int) -> list[npt.NDArray[np.intp]]:
    """Rows by rising chance in bins of about one size; ties stay together."""
    if bins < 1:
        raise ValueError(f"{bins} bins are too few.")
    order = np.argsort(p, kind="stable")
    ordered = p[order]
    wanted = np.arange(1, bins) * len(p) / bins
    # A cut falls before the first of those that are alike.
    cuts = np.searchsorted(ordered, ordered[np.floor(wanted).astype(int)], side="left")
    return [rows for rows in np.split(order, np.unique(cuts)) if len(rows)]


def _clusters(deals: Sequence[str] | None, *, n: int) -> npt.NDArray[np.intp]:
    """Return which deal each row is of, as a number; without deals each is its own."""
    if deals is None:
        return np.arange(n)
    if len(deals) != n:
        raise ValueError(f"{len(deals)} deals for {n} rows.")
    return np.asarray(np.unique(deals, return_inverse=True)[1])


def _band(
    happened: Floats,
    of: npt.NDArray[np.intp],
    *,
    draws: int,
    rng: np.random.Generator,
) -> Interval:
    """The share that happened, and where it lies when the deals are drawn again."""
    _deals, place, counts = np.unique(of, return_inverse=True, return_counts=True)
    sums = np.bincount(place, weights=happened)
    again = np.empty(draws)
    for start in range(0, draws, DRAWS_AT_ONCE):
        part = again[start : start + DRAWS_AT_ONCE]
        drawn = rng.multinomial(
            len(counts), np.full(len(counts), 1 / len(counts)), len(part)
        )
        part[:] = drawn @ sums / (drawn @ counts)
    low, high = np.quantile(again, [0.025, 0.975]).tolist()
    return Interval(float(happened.mean()), low, high)


def _parted(x: Floats, y: Floats) -> bool:
    """Whether some threshold parts what happened from what did not, or one is missing."""
    ones, zeros = x[y == 1], x[y == 0]
    if not len(ones) or not len(zeros):
        return True
    return bool(ones.min() >= zeros.max() or ones.max() <= zeros.min())
