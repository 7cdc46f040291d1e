"""Every customer has their own way of showing it: a person's own p(signal | phase).

Learned only from what the person said plainly. An inferred phase teaches nothing here:
it would make a habit of its own mistakes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from readiness.engine.arrays import SECONDS_PER_DAY, Floats, frozen
from readiness.engine.evidence import Catalogue
from readiness.engine.hidden.chain import Chain, smooth_all
from readiness.engine.hidden.sequences import sequences_of
from readiness.engine.model import ReadinessModel
from readiness.engine.records import Confirmation, Fact, Signal

# The workspace's catalogue weighs as much as so many signals of this person in a phase.
WORTH = 50.0
# A confirmation tells of the signals so many days around it, at the pace of the deal.
REACH_DAYS = 30.0


@dataclass(frozen=True, slots=True)
class History:
    """One person's facts in one deal. Times are seconds since 1970 UTC."""

    facts: Sequence[Fact]
    joined_at: float
    importance: str | None = None
    buying_class: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Dialect:
    """How often a person gave each signal in each phase, as far as their words say.

    `counts` (S, K): phases of one anchor hold the same. `confirmations` is what it rests
    on; without any the person speaks as everybody does.
    """

    counts: Floats
    confirmations: int

    def weights(self) -> Floats:
        """Return the share (K,) of this person's own in p(signal | phase)."""
        heard = self.counts.sum(axis=0)
        return np.asarray(heard / (heard + WORTH))

    def chances(self, catalogue: Catalogue) -> Floats:
        """Return the person's p(signal | phase), (S, K).

        T (50 p/T + counts) / (50 + sum of counts), T the sum of the catalogue's column
        (1 unless signals were added): the mean under a Dirichlet prior centred on it.

        :raises ValueError: if the dialect is of another catalogue.
        """
        shared = catalogue.likelihoods
        if shared.shape != self.counts.shape:
            raise ValueError(f"A dialect of {self.counts.shape} for {shared.shape}.")
        totals = shared.sum(axis=0)
        heard = self.counts.sum(axis=0)
        return np.asarray((WORTH * shared + totals * self.counts) / (WORTH + heard))


def dialect_of(histories: Sequence[History], model: ReadinessModel) -> Dialect:
    """Return what a person's confirmations, in one or more deals, teach of their signals.

    A signal counts in phase k with P(k at its time | all confirmations of that deal),
    smoothed over the model's dynamics, and 1/n as the n-th of its code in the damping
    days; signals further than 30 paced days from every confirmation do not count.

    :raises ValueError: if a code, anchor, importance or buying class is unknown.
    """
    counts = np.zeros(model.catalogue.likelihoods.shape)
    confirmations = 0
    for history in histories:
        words = [fact for fact in history.facts if isinstance(fact, Confirmation)]
        if words:
            counts += _counted(history, model)
            confirmations += len(words)
    same = np.equal.outer(np.array(model.anchors), np.array(model.anchors))
    # What is heard at an anchor is heard in each of its phases.
    return Dialect(frozen(counts @ same), confirmations)


def speaking(model: ReadinessModel, dialect: Dialect) -> ReadinessModel:
    """Return the model for this person; the same object when nothing was confirmed.

    :raises ValueError: if the dialect is of another catalogue.
    """
    if not dialect.counts.any():
        return model
    old = model.catalogue
    own = frozen(dialect.chances(old))
    is_whole = old.reference.shape == own.shape
    catalogue = replace(
        old,
        likelihoods=own,
        log_likelihoods=frozen(np.log(own)),
        reference=own if is_whole else old.reference,
    )
    return replace(model, catalogue=catalogue)


def _counted(history: History, model: ReadinessModel) -> Floats:
    """Return the counts (S, K) of one deal, by phase."""
    ordered = sorted(history.facts, key=lambda fact: fact.at)
    pace = model.pace(history.importance, history.buying_class)
    times = np.array([fact.at for fact in ordered]) / SECONDS_PER_DAY / pace
    start = min(history.joined_at / SECONDS_PER_DAY / pace, float(times[0]))
    # Signals are silent here: only the words tell of the phase.
    logs = np.vstack(
        [np.zeros(model.count), *(model.confirmation(a) for a in model.anchors)]
    )
    column = [
        1 + model.anchors.index(fact.anchor) if isinstance(fact, Confirmation) else 0
        for fact in ordered
    ]
    sequences = sequences_of(
        sequence=np.zeros(len(ordered), dtype=np.int64),
        days=np.diff(times, prepend=start),
        column=column,
    )
    chain = Chain(model.prior_of(history.buying_class), model.dynamics, logs)
    known = sequences.in_given_order(smooth_all(chain, sequences).chances)
    told = times[np.array(column) > 0]
    near = np.abs(times[:, None] - told).min(axis=1) <= REACH_DAYS
    counts = np.zeros(model.catalogue.likelihoods.shape)
    recent: list[tuple[str, float]] = []
    for n, fact in enumerate(ordered):
        if isinstance(fact, Signal):
            weight = _weight(fact, recent, model.settings.damping_days)
            if near[n]:
                counts[model.catalogue.row(fact.code)] += weight * known[n]
    return counts


def _weight(
    signal: Signal, recent: list[tuple[str, float]], window: float | None
) -> float:
    """Return 1/n for the n-th signal of its code within the window, and remember it."""
    if window is None:
        return 1.0
    oldest = signal.at - window * SECONDS_PER_DAY
    recent[:] = [(code, at) for code, at in recent if at >= oldest]
    recent.append((signal.code, signal.at))
    return 1 / sum(code == signal.code for code, _ in recent)
