"""Does reading well go with winning? An association over reps, by class of deal.

No rep is named or ranked in it. Source: domain.md 6, row 38; Greenland and Robins 1985.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from forecasting.engine.scoring import Interval

# Below these a difference between two halves says nothing, and shows who is who.
FEWEST_REPS = 8
FEWEST_DEALS = 60
DRAWS = 2_000


class Goes(StrEnum):
    """What may be said of the two halves."""

    TOGETHER = "together"
    APART = "apart"
    UNDECIDED = "not_told_apart"


@dataclass(frozen=True, slots=True)
class Rep:
    """How much closer than the model somebody read, and (class, won) of each ended deal."""

    closer_by: float
    deals: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Halves:
    """The half that read closer beside the other half.

    `difference` is the win rate of the first minus that of the second, weighed over the
    classes (Mantel-Haenszel), with an interval of the bootstrap over reps. `compared`
    counts the deals of classes that both halves have; others say nothing.
    """

    reps: int
    deals: int
    compared: int
    classes: int
    closer_won: int
    closer_deals: int
    other_won: int
    other_deals: int
    difference: Interval

    @property
    def verdict(self) -> Goes:
        """Together, apart, or not told apart where the interval holds both."""
        if self.difference.low > 0:
            return Goes.TOGETHER
        return Goes.APART if self.difference.high < 0 else Goes.UNDECIDED


def halves_of(reps: Sequence[Rep], *, seed: int = 0) -> Halves | None:
    """Return the two halves; None below `FEWEST_REPS` or `FEWEST_DEALS`.

    The halves are cut at the median of `closer_by`: whoever lies on it belongs to the
    other half. Reps are drawn again within their half with all their deals, since the
    deals of one rep share more than chance. None too where so many read alike that a
    half has too few people, or no class has deals of both halves.
    """
    told = [rep for rep in reps if rep.deals]
    count = sum(len(rep.deals) for rep in told)
    if len(told) < FEWEST_REPS or count < FEWEST_DEALS:
        return None
    median = float(np.median([rep.closer_by for rep in told]))
    closer = [rep for rep in told if rep.closer_by > median]
    other = [rep for rep in told if rep.closer_by <= median]
    difference = risk_difference(closer, other)
    if len(closer) < FEWEST_REPS // 2 or difference is None:
        return None
    (won, n), (other_won, other_n) = _sum(closer), _sum(other)
    shared = _by_class(closer).keys() & _by_class(other).keys()
    return Halves(
        reps=len(told),
        deals=count,
        compared=sum(c in shared for rep in told for c, _won in rep.deals),
        classes=len(shared),
        closer_won=won,
        closer_deals=n,
        other_won=other_won,
        other_deals=other_n,
        difference=_interval(difference, closer, other, seed=seed),
    )


def risk_difference(closer: Sequence[Rep], other: Sequence[Rep]) -> float | None:
    """Return the difference of two win rates, weighed over the classes of deals.

    Sum of (a·n0 - b·n1) / N over sum of n1·n0 / N, with a of n1 won in the first, b of
    n0 in the second, N = n1 + n0 of one class. None where no class has both.
    """
    first, second = _by_class(closer), _by_class(other)
    above = below = 0.0
    for name in first.keys() & second.keys():
        (a, n1), (b, n0) = first[name], second[name]
        above += (a * n0 - b * n1) / (n1 + n0)
        below += n1 * n0 / (n1 + n0)
    return above / below if below else None


def _by_class(reps: Sequence[Rep]) -> dict[str, tuple[int, int]]:
    """How many were won, of how many, in each class."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for rep in reps:
        for name, is_won in rep.deals:
            counts[name][0] += is_won
            counts[name][1] += 1
    return {name: (won, n) for name, (won, n) in counts.items()}


def _sum(reps: Sequence[Rep]) -> tuple[int, int]:
    deals = [is_won for rep in reps for _name, is_won in rep.deals]
    return sum(deals), len(deals)


def _interval(
    value: float, closer: Sequence[Rep], other: Sequence[Rep], *, seed: int
) -> Interval:
    rng = np.random.default_rng(seed)
    again = []
    for _draw in range(DRAWS):
        drawn = [
            [half[place] for place in rng.integers(0, len(half), len(half))]
            for half in (closer, other)
        ]
        found = risk_difference(*drawn)
        if found is not None:
            again.append(found)
    low, high = np.quantile(again, [0.025, 0.975]).tolist()
    return Interval(value, low, high)
