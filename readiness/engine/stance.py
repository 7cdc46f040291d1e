"""For or against buying from us: a second axis, which never touches the phase."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StanceScale:
    """A logit that starts at `origin` and returns to it with time constant `decay_days`."""

    origin: float = 0.5
    gain: float = 0.8
    decay_days: float = 90.0
    floor: float = 0.05
    ceiling: float = 0.95
    free_from: int = 3  # signals with an effect; fewer cannot prove a champion

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


def logistic(logit: float) -> float:
    """Return 1 / (1 + exp(-logit)) without overflow."""
    if logit >= 0:
        return 1 / (1 + math.exp(-logit))
    odds = math.exp(logit)
    return odds / (1 + odds)
