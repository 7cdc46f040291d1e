"""What goes into a replay and what comes out: plain values that compare and serialise."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from readiness.engine.arrays import Vector, entropy


@dataclass(frozen=True, slots=True)
class Signal:
    """Something a buyer said or did, at a time in seconds since 1970 UTC.

    `evidence_class` None is the class of the catalogue's row. `key` is the caller's
    own name for the row; it comes back in the explanation and weighs nothing.
    """

    at: float
    code: str
    evidence_class: str | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The buyer's own plain words about where they stand, as an anchor."""

    at: float
    anchor: str
    key: str = ""


Fact: TypeAlias = Signal | Confirmation


@dataclass(frozen=True, slots=True)
class Step:
    """One link of an explanation: what happened and how each P(phase) changed by it.

    A step of time ends at `at` and has `days`. A signal has its `code`, its class's
    `temper`, its repeat `weight`, its `surprise` -log p under the predictive
    distribution before that moment, the `threshold` above which a surprise is rare, and
    the `pull` that it gave to the logit of the stance.
    A confirmation has its anchor as `code`.
    """

    kind: Literal["time", "signal", "confirmation"]
    at: float
    change: Vector
    days: float = 0.0
    code: str = ""
    key: str = ""
    temper: float = 1.0
    weight: float = 1.0
    surprise: float | None = None
    threshold: float | None = None
    pull: float = 0.0

    @property
    def is_surprising(self) -> bool:
        """Whether a person like this shows such a signal less than one time in twenty."""
        if self.surprise is None or self.threshold is None:
            return False
        return self.surprise > self.threshold


@dataclass(frozen=True, slots=True)
class State:
    """All that a later fact needs to know of the earlier ones, at the last fact.

    `recent` holds (code, time) of the signals that can still damp a repeat.
    `pace` is importance times buying class: after a change of either, replay.
    """

    at: float
    pace: float
    probabilities: Vector
    signals: int = 0
    confirmations: int = 0
    stance_logit: float = 0.0
    stance_signals: int = 0
    negative_signals: int = 0
    is_surprised: bool = False
    recent: tuple[tuple[str, float], ...] = ()

    @property
    def is_unknown(self) -> bool:
        """Whether nothing was ever heard from this person."""
        return self.signals == 0 and self.confirmations == 0


@dataclass(frozen=True, slots=True)
class Reading:
    """Where one person stands at `as_of`, and why.

    `probabilities` has one P per phase; `stance` is P(for) or None when nothing bearing
    on it was heard; `steps` lead from `start` (the prior, or the stored state a replay
    was resumed from) to `probabilities`: their changes sum to the difference.
    """

    as_of: float
    probabilities: Vector
    stance: float | None
    state: State
    start: Vector
    steps: tuple[Step, ...]
    ambiguity: float

    @property
    def is_unknown(self) -> bool:
        """Whether nothing was ever heard: then no phase is shown, not even the first."""
        return self.state.is_unknown

    @property
    def signals(self) -> int:
        """How many buyer-side signals it rests on."""
        return self.state.signals

    @property
    def negative_signals(self) -> int:
        """How many of them speak against buying from us."""
        return self.state.negative_signals

    @property
    def last_heard_at(self) -> float | None:
        """When the last signal or confirmation occurred."""
        return None if self.is_unknown else self.state.at

    @property
    def most_likely(self) -> int | None:
        """The index of the most likely phase (the earlier of equals), None if unknown."""
        if self.is_unknown:
            return None
        return self.probabilities.index(max(self.probabilities))

    @property
    def entropy(self) -> float:
        """-sum p log p, in nats."""
        return float(entropy(np.array(self.probabilities)))

    @property
    def certainty(self) -> float:
        """1 - entropy / log K: 0 when every phase is as likely, 1 when one is sure."""
        return min(max(1 - self.entropy / math.log(len(self.probabilities)), 0.0), 1.0)

    @property
    def is_contradictory(self) -> bool:
        """Whether to ask one clarifying question instead of averaging in silence.

        The last thing heard was surprising, or what was heard leaves too much open.
        """
        if self.is_unknown:
            return False
        return self.state.is_surprised or 1 - self.certainty > self.ambiguity

    @property
    def surprises(self) -> Mapping[str, float]:
        """-log p of each signal of the explanation by its key."""
        return {s.key: s.surprise for s in self.steps if s.surprise is not None}
