"""A phase foretold some days ahead, beside standing still and beside the usual shares.

Source: science.md 4, "RPS for phases"; Epstein 1969.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from forecasting.engine.scoring import Interval, mean_by_deal
from readiness.engine.arrays import Floats, Integers, Vector

AHEAD_DAYS = 30
# Below these nobody can be told apart from chance.
FEWEST = 30
FEWEST_DEALS = 10


class Stander(StrEnum):
    """Who else could have said where somebody would be."""

    STILL = "still"  # where they are is where they will be
    USUAL = "usual"  # as everybody else was, whoever it is


class Beaten(StrEnum):
    """What may be said of the model against one of them."""

    BETTER = "better"
    WORSE = "worse"
    UNDECIDED = "not_told_apart"


@dataclass(frozen=True, slots=True)
class Foretold:
    """One person on one day: P of each phase then, P foretold, and the phase that came.

    `now` and `ahead` are (K,) and sum to one; `came` counts from 0. Rows of one `deal`
    share its fate.
    """

    deal: str
    now: Vector
    ahead: Vector
    came: int

    @property
    def has_moved(self) -> bool:
        """Whether they came out elsewhere than in the likeliest phase of that day."""
        return int(np.argmax(self.now)) != self.came


@dataclass(frozen=True, slots=True)
class Against:
    """A rival's mean score, the model's minus it with its 95 % interval, the verdict."""

    score: float
    gap: Interval
    verdict: Beaten


@dataclass(frozen=True, slots=True)
class Ahead:
    """Mean ranked probability scores in [0, 1], lower is better, over n rows."""

    n: int
    deals: int
    moved: int
    score: float
    still: Against
    usual: Against


def compared(rows: Sequence[Foretold]) -> Ahead | None:
    """Return how the model did beside both; None below `FEWEST` rows or deals.

    The usual shares are those of what came in all *other* deals, earlier and later: they
    know what nobody could know then, which makes them harder to beat, not easier. The
    intervals are of the paired bootstrap over deals.

    :raises ValueError: if the rows differ in their number of phases.
    """
    deals = [row.deal for row in rows]
    if len(rows) < FEWEST or len(set(deals)) < FEWEST_DEALS:
        return None
    of = np.unique(deals, return_inverse=True)[1]
    came = np.array([row.came for row in rows])
    ahead = np.array([row.ahead for row in rows])
    ours = scores(ahead, came)
    still = scores(np.array([row.now for row in rows]), came)
    usual = scores(usual_shares(came, of, phases=ahead.shape[1]), came)
    return Ahead(
        n=len(rows),
        deals=len(set(deals)),
        moved=sum(row.has_moved for row in rows),
        score=float(ours.mean()),
        still=_against(ours, still, deals=deals),
        usual=_against(ours, usual, deals=deals),
    )


def scores(said: Floats, came: Integers) -> Floats:
    """Return the ranked probability score (n,) of each row of chances (n, K).

    The sum over k < K of (P(at most k) - 1[came <= k])², divided by K - 1.
    """
    phases = said.shape[1]
    below = np.arange(phases) >= came[:, None]
    gaps = (np.cumsum(said, axis=1) - below)[:, :-1]
    scored: Floats = (gaps**2).sum(axis=1) / (phases - 1)
    return scored


def usual_shares(came: Integers, of: Integers, *, phases: int) -> Floats:
    """Return for each row the shares (n, K) of what came in all deals but its own.

    :raises ValueError: if there is one deal only.
    """
    counts = np.zeros((int(of.max()) + 1, phases))
    np.add.at(counts, (of, came), 1.0)
    others = counts.sum(axis=0) - counts
    totals = others.sum(axis=1, keepdims=True)
    if (totals == 0).any():
        raise ValueError("What is usual in other deals needs another deal.")
    shares: Floats = (others / totals)[of]
    return shares


def _against(ours: Floats, theirs: Floats, *, deals: Sequence[str]) -> Against:
    gap = mean_by_deal(ours - theirs, deals=deals)
    return Against(float(theirs.mean()), gap, _verdict(gap))


def _verdict(gap: Interval) -> Beaten:
    if gap.high < 0:
        return Beaten.BETTER
    return Beaten.WORSE if gap.low > 0 else Beaten.UNDECIDED
