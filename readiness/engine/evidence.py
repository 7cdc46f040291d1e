"""What a buyer-side signal says about the phase, and how loudly."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from readiness.engine.arrays import Floats, finite, frozen

# Five steps from rare to very typical, about a factor of two apart.
STEP_FACTOR = 2.2
STEPS = frozenset({1, 2, 3, 4, 5})
TEMPERS: Mapping[str, float] = {"A": 1.0, "O": 0.8, "T": 0.6, "I": 0.3}
CONFIRMED = 0.9


@dataclass(frozen=True, slots=True)
class SignalKind:
    """One row of a catalogue: a step 1..5 per phase, class A, O, T or I, effect -2..2."""

    code: str
    steps: tuple[int, ...]
    evidence_class: str
    stance_effect: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """The signals that can be heard and what each tells.

    `likelihoods` (S x K) is p(signal | phase), one row per code of `rows`, and
    `log_likelihoods` its logarithm. `reference` (S' x K) is p of the catalogue it is
    normalised over: its columns sum to one, so it is the distribution that a surprise
    is measured against.
    """

    rows: Mapping[str, int]
    likelihoods: Floats
    log_likelihoods: Floats
    reference: Floats
    classes: tuple[str, ...]
    effects: tuple[float, ...]

    def row(self, code: str) -> int:
        """Return where the code stands.

        :raises ValueError: if the catalogue does not hold it.
        """
        if code not in self.rows:
            raise ValueError(f"The catalogue has no signal {code!r}.")
        return self.rows[code]

    def class_of(self, code: str) -> str:
        """Return the class of evidence of a code.

        :raises ValueError: if the catalogue does not hold it.
        """
        return self.classes[self.row(code)]

    def effect_of(self, code: str) -> float:
        """Return what a code does to the stance, -2..2.

        :raises ValueError: if the catalogue does not hold it.
        """
        return self.effects[self.row(code)]

    def likelihoods_of(self, code: str) -> Floats:
        """Return p(code | phase), shape (K,).

        :raises ValueError: if the catalogue does not hold it.
        """
        return np.asarray(self.likelihoods[self.row(code)])


def catalogue_of(
    kinds: Sequence[SignalKind], *, normalised_over: Sequence[SignalKind] | None = None
) -> Catalogue:
    """Return p(s|k) = m[s, k] / sum of m[s', k] with m = 2.2^(step - 3).

    The sum runs over `normalised_over`, the default catalogue (`kinds` when None): a
    signal added to `kinds` alone then moves no reading that does not rest on it.

    :raises ValueError: if a code stands twice, a step is not 1..5, the numbers of
        steps differ, or a class or an effect is unknown.
    """
    reference = kinds if normalised_over is None else normalised_over
    _check_kinds(kinds, count=len(reference[0].steps) if reference else 0)
    _check_kinds(reference, count=len(kinds[0].steps))
    totals = _multipliers(reference).sum(axis=0)
    likelihoods = _multipliers(kinds) / totals
    return Catalogue(
        rows={kind.code: row for row, kind in enumerate(kinds)},
        likelihoods=frozen(likelihoods),
        log_likelihoods=frozen(np.log(likelihoods)),
        reference=frozen(_multipliers(reference) / totals),
        classes=tuple(kind.evidence_class for kind in kinds),
        effects=tuple(float(kind.stance_effect) for kind in kinds),
    )


def temper(evidence_class: str) -> float:
    """Return the weight of a class of evidence: artefact, observed, statement, impression.

    :raises ValueError: if there is no such class.
    """
    if evidence_class not in TEMPERS:
        raise ValueError(f"There is no class of evidence {evidence_class!r}.")
    return TEMPERS[evidence_class]


def confirmation_log_likelihoods(anchors: Sequence[str], anchor: str) -> Floats:
    """Return log likelihoods (K,) of the buyer's own plain words about a phase.

    .9 on the phases of that anchor, .1 shared by the other anchors, each phase with the
    likelihood of its anchor: splitting a phase then moves no anchor's probability.

    :raises ValueError: if no phase has the anchor.
    """
    if anchor not in anchors:
        raise ValueError(f"No phase has the anchor {anchor!r}.")
    others = max(len(set(anchors)) - 1, 1)
    chances = [CONFIRMED if a == anchor else (1 - CONFIRMED) / others for a in anchors]
    return frozen(np.log(chances))


def surprise_threshold(predictive: Floats, quantile: float) -> float:
    """Return the quantile of -log p(S) when S is drawn from `predictive` (S,).

    The least x with P(-log p(S) <= x) >= quantile; a surprise above it is a rare one.
    """
    rising = np.sort(predictive)
    rarer = rising.cumsum()  # the chance of something as rare or rarer
    allowed = (1 - quantile) * rarer[-1] * (1 + 1e-12)
    return -math.log(rising[rarer.searchsorted(allowed, side="right")])


def _multipliers(kinds: Sequence[SignalKind]) -> Floats:
    steps = np.array([kind.steps for kind in kinds], dtype=np.float64)
    return np.asarray(STEP_FACTOR ** (steps - 3))


def _check_kinds(kinds: Sequence[SignalKind], *, count: int) -> None:
    if not kinds:
        raise ValueError("A catalogue needs at least one signal.")
    seen: set[str] = set()
    for kind in kinds:
        if kind.code in seen:
            raise ValueError(f"The catalogue has {kind.code!r} twice.")
        seen.add(kind.code)
        if len(kind.steps) != count:
            raise ValueError(f"{kind.code!r} needs {count} steps, not {kind.steps}.")
        if not STEPS.issuperset(kind.steps):
            raise ValueError(f"The steps of {kind.code!r} are 1..5, not {kind.steps}.")
        if abs(finite(kind.stance_effect, name="A stance effect")) > 2:
            raise ValueError(f"The effect of {kind.code!r}: {kind.stance_effect!r}.")
        temper(kind.evidence_class)
