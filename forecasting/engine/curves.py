"""How deals really ended over time: competing risks, with what the numbers are worth.

Deals still open count for as long as they were watched. Won, lost and no decision
compete: a curve per end that took the others for "still open" would overstate each.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from readiness.engine.arrays import Floats, Integers, frozen


@dataclass(frozen=True, slots=True, eq=False)
class RiskCurves:
    """Curves of C ends at the T distinct times at which a deal ended or was last seen.

    `times` (T,) rise; `at_risk` (T,) is how many were being watched just before, `ended`
    (T, C) how many ended then. `open` (T,) is the chance of still being open, `ends`
    (T, C) of having come to each end: open + ends sum to one. `open_error` and
    `ends_error` are their standard errors. All hold from their time to the next.
    """

    times: Floats
    at_risk: Integers
    ended: Integers
    open: Floats
    ends: Floats
    open_error: Floats
    ends_error: Floats
    count: int

    def at(self, days: npt.ArrayLike) -> tuple[Floats, Floats, Floats, Floats]:
        """Return open, ends and their errors at any times (n,): (n,), (n, C) and both.

        Before the first time all are open; beyond the last nobody was watched, and the
        numbers are nan.
        """
        asked = np.asarray(days, dtype=np.float64)
        place = np.searchsorted(self.times, asked, side="right")
        is_beyond = asked > self.times[-1]

        def told(first: npt.ArrayLike, values: Floats) -> Floats:
            rows = np.concatenate(
                [np.broadcast_to(first, (1, *values.shape[1:])), values]
            )
            answer = rows[place]
            answer[is_beyond] = np.nan
            return answer

        return (
            told(1.0, self.open),
            told(0.0, self.ends),
            told(0.0, self.open_error),
            told(0.0, self.ends_error),
        )

    def interval(self, level: float = 0.95) -> tuple[Floats, Floats]:
        """Return the lower and upper bound (T, C) of `ends`, point by point.

        1 - (1 - F)^exp(±z s / ((1 - F) |log(1 - F)|)): never outside 0 and 1. (The
        log-log transform: Kalbfleisch & Prentice 2002, 1.4; Choudhury 2002.)

        :raises ValueError: if the level is not between 0 and 1.
        """
        if not 0 < level < 1:
            raise ValueError(f"A level lies between 0 and 1, not {level!r}.")
        width = NormalDist().inv_cdf(0.5 + level / 2)
        rest = 1 - self.ends
        inside = (self.ends > 0) & (rest > 0)
        logs = np.log(rest, where=inside, out=np.full(rest.shape, -1.0))
        spread = width * self.ends_error / np.where(inside, rest * -logs, 1.0)
        low = np.where(inside, 1 - rest ** np.exp(-spread), self.ends)
        high = np.where(inside, 1 - rest ** np.exp(spread), self.ends)
        return low, high

    def quantile(self, share: float, *, end: int) -> float:
        """Return the first time at which so large a share of all came to this end.

        Infinity when it never got that far.
        """
        reached = self.ends[:, end] >= share
        return float(self.times[reached.argmax()]) if reached.any() else math.inf


def risk_curves(
    *,
    days: npt.ArrayLike,
    end: npt.ArrayLike,
    ends: int,
    entered: npt.ArrayLike | None = None,
) -> RiskCurves:
    """Return the Aalen-Johansen curves of n deals.

    `days` (n,) is when each ended or was last seen, `end` (n,) which end it came to, 0..
    C-1, or -1 while open; `entered` (n,) is the day from which it was watched (left
    truncation, as of imported deals that were already old); None: from the start. A deal
    last seen on the day on which others ended was at risk then.

    F_c(t) = sum over t_i <= t of S(t_i-) d_ci / Y_i (Aalen & Johansen 1978). The
    covariance of the row (S, F_1 .. F_C) follows it: V -> M' V M + S(t-)^2 D, where M is
    one step and D the multinomial covariance of d / Y, d (Y - d) / Y^3 (the recursion
    of Greenwood type: Andersen et al. 1993, IV.4.1.3; de Wreede, Fiocco & Putter 2010).

    :raises ValueError: if shapes differ, there is no deal, a time is not finite, a deal
        ended before it was watched, or an end does not exist.
    """
    when, which = np.asarray(days, dtype=np.float64), np.asarray(end, dtype=np.int64)
    # Who was watched from the first day on is at risk on that day, too.
    since = np.full(when.shape, -np.inf)
    if entered is not None:
        since = np.asarray(entered, dtype=np.float64)
    _check(when, which, since, ends=ends)
    times = np.unique(when)
    place = np.searchsorted(times, when)
    ended = np.zeros((len(times), ends), dtype=np.int64)
    np.add.at(ended, (place[which >= 0], which[which >= 0]), 1)
    gone = np.cumsum(np.bincount(place, minlength=len(times)))
    here = np.searchsorted(np.sort(since), times, side="left")
    at_risk = here - np.concatenate([[0], gone[:-1]])
    row = np.eye(1, ends + 1)[0]
    spread = np.zeros((ends + 1, ends + 1))
    rows = np.empty((len(times), ends + 1))
    errors = np.empty_like(rows)
    for n, (watched, deaths) in enumerate(zip(at_risk, ended, strict=True)):
        if deaths.any():
            row, spread = _stepped(
                row, spread, shares=deaths / watched, watched=int(watched)
            )
        rows[n] = row
        errors[n] = np.sqrt(np.maximum(spread.diagonal(), 0.0))
    return RiskCurves(
        times=frozen(times),
        at_risk=at_risk,
        ended=ended,
        open=frozen(rows[:, 0]),
        ends=frozen(rows[:, 1:]),
        open_error=frozen(errors[:, 0]),
        ends_error=frozen(errors[:, 1:]),
        count=len(when),
    )


def _stepped(
    row: Floats, spread: Floats, *, shares: Floats, watched: int
) -> tuple[Floats, Floats]:
    """Return the row and its covariance after one time; `shares` (C,) ended at it."""
    step = np.eye(len(row))
    step[0, 0] = 1 - shares.sum()
    step[0, 1:] = shares
    # What leaves is what arrives, so the covariance of the first entry is minus the sums.
    among = (np.diag(shares) - np.outer(shares, shares)) / watched
    own = np.zeros_like(spread)
    own[1:, 1:] = among
    own[0, 1:] = own[1:, 0] = -among.sum(axis=0)
    own[0, 0] = among.sum()
    return row @ step, step.T @ spread @ step + row[0] ** 2 * own


def _check(when: Floats, which: Integers, since: Floats, *, ends: int) -> None:
    if not (when.shape == which.shape == since.shape) or when.ndim != 1:
        raise ValueError(f"{when.shape} times do not fit {which.shape} ends.")
    if not len(when):
        raise ValueError("Curves need at least one deal.")
    if not np.isfinite(when).all() or np.isnan(since).any():
        raise ValueError("The time of an end must be a finite number.")
    if (when <= since).any():
        raise ValueError("A deal ended before it was watched.")
    if ends < 1 or (which < -1).any() or (which >= ends).any():
        raise ValueError(f"There is no end {int(which.max(initial=0))} of {ends}.")
