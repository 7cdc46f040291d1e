"""For or against buying from us: a second axis, which never touches the phase."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from readiness.engine.arrays import Floats


@dataclass(frozen=True, slots=True)
class StanceScale:
    """A logit that starts at `origin` and returns to it with time constant `decay_days`.

    As the experts have it (`tilt` 0) a signal adds gain * temper * weight * effect. With a
    `tilt` learned it adds temper * weight * log of how many times as likely it is from
    somebody for us as from somebody against, where this person may stand (`voices`): what
    is usual in a phase then says little.
    """

    origin: float = 0.5
    gain: float = 0.8
    decay_days: float = 90.0
    floor: float = 0.05
    ceiling: float = 0.95
    free_from: int = 3  # signals with an effect; fewer cannot prove a champion
    tilt: float = 0.0

    def relaxed(self, logit: float, days: float) -> float:
        """Return the logit after so many days: L0 + (L - L0) exp(-days / constant)."""
        return self.origin + (logit - self.origin) * math.exp(-days / self.decay_days)

    def support(self, logit: float, heard: int) -> float | None:
        """Return P(for), or None when nothing bearing on it was heard."""
        if heard == 0:
            return None
        chance = logistic(logit)
        if heard < self.free_from:
            return min(max(chance, self.floor), self.ceiling)
        return chance


def voices(
    likelihoods: Floats, effects: npt.ArrayLike, *, tilt: float
) -> tuple[Floats, Floats]:
    """Return p(signal | phase) of people for us and of people against, (S, K) each.

    Among the signals with an effect p is tilted by e^(+tilt * effect) and e^(-tilt *
    effect), in each phase back to its sum: how often any of them is heard tells nothing of
    the stance, nor does any other signal.
    """
    effect = np.array(effects)
    bears = effect != 0
    told = likelihoods[bears]
    both = []
    for side in (tilt, -tilt):
        said = np.array(likelihoods)
        tilted = told * np.exp(side * effect[bears])[:, None]
        said[bears] = tilted * (told.sum(axis=0) / tilted.sum(axis=0))
        both.append(said)
    return both[0], both[1]


def logistic(logit: float) -> float:
    """Return 1 / (1 + exp(-logit)) without overflow."""
    if logit >= 0:
        return 1 / (1 + math.exp(-logit))
    odds = math.exp(logit)
    return odds / (1 + odds)
