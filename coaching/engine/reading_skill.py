"""How well somebody reads phases: proper scores of probabilities, with their n."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecasting.engine.scoring import Interval, bootstrap, wilson

# What every phase keeps: nobody can be certain of another's mind, and a zero would cost
# infinity. It is taken before the score, so the score stays proper.
KEPT = 0.005
# Below this many cases a mean says next to nothing.
FEWEST = 5
IN_A_RUN = 5


@dataclass(frozen=True, slots=True)
class Read:
    """One case: what somebody said, what the model said of the same signals, the key."""

    said: tuple[float, ...]
    model: tuple[float, ...]
    key: int

    @property
    def log_loss(self) -> float:
        return log_loss(self.said, self.key)

    @property
    def model_log_loss(self) -> float:
        return log_loss(self.model, self.key)


@dataclass(frozen=True, slots=True)
class Skill:
    """Means over n cases with their 95 % intervals; lower losses are better.

    `gap` is the own log loss minus the model's, case by case. `confusion` has a row for
    each key and a column for each likeliest phase said.
    """

    n: int
    log_loss: Interval
    brier: Interval
    gap: Interval
    right: Interval
    nothing: float
    confusion: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Run:
    """A few cases in a row."""

    first: int
    last: int
    log_loss: float
    model_log_loss: float


def probabilities_of(weights: Sequence[float]) -> tuple[float, ...]:
    """Return weights of any size as probabilities, none of them below `KEPT`.

    :raises ValueError: if one is negative or not finite, or none is above zero.
    """
    total = math.fsum(weights)
    if min(weights) < 0 or not math.isfinite(total) or total <= 0:
        raise ValueError(f"{list(weights)} are no weights.")
    rest = 1 - KEPT * len(weights)
    return tuple(KEPT + rest * weight / total for weight in weights)


def log_loss(said: Sequence[float], key: int) -> float:
    """Return -log of what the key was given, in nats (Good 1952)."""
    return -math.log(max(said[key], 1e-12))


def brier(said: Sequence[float], key: int) -> float:
    """Return the sum of squared differences over all phases, 0 to 2 (Brier 1950)."""
    return math.fsum((p - (place == key)) ** 2 for place, p in enumerate(said))


def skill_of(reads: Sequence[Read]) -> Skill | None:
    """Return how well the cases were read; None below `FEWEST`.

    Intervals are of the bootstrap over cases, and Wilson's for the share right.
    """
    if len(reads) < FEWEST:
        return None
    count = len(reads[0].said)
    confusion = [[0] * count for _ in range(count)]
    for read in reads:
        confusion[read.key][_likeliest(read.said)] += 1
    right = sum(confusion[place][place] for place in range(count))
    return Skill(
        n=len(reads),
        log_loss=_mean([read.log_loss for read in reads]),
        brier=_mean([brier(read.said, read.key) for read in reads]),
        gap=_mean([read.log_loss - read.model_log_loss for read in reads]),
        right=wilson(right, len(reads)),
        nothing=math.log(count),
        confusion=tuple(tuple(row) for row in confusion),
    )


def runs_of(reads: Sequence[Read]) -> list[Run]:
    """Return the mean losses of each few cases in a row, in their order."""
    runs = []
    for first in range(0, len(reads), IN_A_RUN):
        part = reads[first : first + IN_A_RUN]
        runs.append(
            Run(
                first=first + 1,
                last=first + len(part),
                log_loss=math.fsum(read.log_loss for read in part) / len(part),
                model_log_loss=math.fsum(r.model_log_loss for r in part) / len(part),
            )
        )
    return runs


def _mean(values: Sequence[float]) -> Interval:
    return bootstrap(np.asarray(values, dtype=np.float64), np.mean)


def _likeliest(said: Sequence[float]) -> int:
    return max(range(len(said)), key=lambda place: (said[place], -place))
