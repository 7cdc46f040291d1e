"""A chain, what its observations say, and the passes over many sequences."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from readiness.engine.arrays import Floats, Integers, frozen, probabilities
from readiness.engine.dynamics import Dynamics, dynamics_of
from readiness.engine.hidden.sequences import Kind, Sequences
from readiness.engine.hidden.waits import Rows, Waits, waits_of


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """K states: `prior` (K,) or (N, K), `dynamics`, and `logs` (U, K).

    `logs[u, k]` is the log likelihood of an observation of column u in state k; -inf
    where it is impossible.
    """

    prior: Floats
    dynamics: Dynamics
    logs: Floats

    @property
    def count(self) -> int:
        """The number of states."""
        return self.dynamics.count

    @property
    def jump_rates(self) -> Floats:
        """The rates between states (K x K), zero on the diagonal."""
        rates = np.array(self.dynamics.generator)
        np.fill_diagonal(rates, 0.0)
        return rates


@dataclass(frozen=True, slots=True, eq=False)
class Filtered:
    """The forward pass, rows in the order of the sequences' layout.

    `chances` (M, K) is P(state | observations so far), `scales` (M,) the likelihood of
    each observation given those before, of which `peaks` (M,) was taken out as a
    logarithm. `log_likelihood` (N,) is in the caller's order of sequences.
    """

    chances: Floats
    scales: Floats
    peaks: Floats
    log_likelihood: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Smoothed:
    """The backward pass: P(state | all observations) of M observations and N starts.

    `after` (M, K) is what follows an observation says of the state at it, relative to
    its mean: chances * after = smoothed. Rows of `chances` in the layout's order, of
    `starts` (N, K) in the caller's.
    """

    chances: Floats
    after: Floats
    starts: Floats


def chain_of(
    *, prior: npt.ArrayLike, generator: npt.ArrayLike, logs: npt.ArrayLike
) -> Chain:
    """Return the chain, checked.

    `prior` (K,) or (N, K), `generator` (K, K) in rates, `logs` (U, K).

    :raises ValueError: if the prior is no distribution, the generator none, or a log
        likelihood is not a number or infinitely large.
    """
    dynamics = dynamics_of(generator)
    table = frozen(logs)
    if table.ndim != 2 or table.shape[1] != dynamics.count:
        raise ValueError(f"{table.shape} log likelihoods for {dynamics.count} states.")
    if np.isnan(table).any() or (table == np.inf).any():
        raise ValueError("A log likelihood must be a number or minus infinity.")
    start = probabilities(prior, name="The prior", count=dynamics.count)
    return Chain(prior=start, dynamics=dynamics, logs=table)


def known_states(count: int) -> Floats:
    """Return log likelihoods (K, K): column k is the certainty of state k."""
    return frozen(np.where(np.eye(count, dtype=bool), 0.0, -np.inf))


def filter_all(chain: Chain, sequences: Sequences) -> Filtered:
    """Return the forward pass over all sequences at once.

    p -> p A_n e_n / scale, where A_n is exp(Q t) for SEEN; exp(Q t) R for ENTRY, R the
    rates between states (a density: Jackson 2011, J. Stat. Softw. 38(8), 2.2); the
    diagonal of exp(q t) for STAY; and that times R for JUMP. (Rabiner 1989, rescaled.)

    :raises ValueError: if the shapes do not fit or an observation is impossible in
        every state that can be reached.
    """
    return Steps(chain, sequences).filter()


def smooth_all(chain: Chain, sequences: Sequences) -> Smoothed:
    """Return both passes over all sequences at once.

    (Rabiner 1989, 30 and 37, with the scales of the forward pass.)

    :raises ValueError: as `filter_all`.
    """
    steps = Steps(chain, sequences)
    return steps.smooth(steps.filter())


class Steps:
    """One step of a chain for many sequences, forward and backward."""

    def __init__(self, chain: Chain, sequences: Sequences) -> None:
        if sequences.column.max(initial=-1) >= len(chain.logs):
            raise ValueError(f"There is no column {int(sequences.column.max())}.")
        highest = chain.logs.max(axis=1, initial=-np.inf)
        highest = np.where(np.isfinite(highest), highest, 0.0)
        self.chain, self.sequences = chain, sequences
        self.evidence = np.exp(chain.logs - highest[:, None])[sequences.column]
        self.peaks = highest[sequences.column]
        self.waits: Waits = waits_of(chain.dynamics, sequences.days)
        self.jump_rates = chain.jump_rates
        self.is_plain = sequences.is_plain

    def starts(self) -> Floats:
        """The priors (N, K) in the layout's order."""
        shape = (self.sequences.count, self.chain.count)
        if self.chain.prior.ndim == 2 and self.chain.prior.shape != shape:
            raise ValueError(f"{self.chain.prior.shape} priors do not fit {shape}.")
        return np.broadcast_to(self.chain.prior, shape)[self.sequences.sequence]

    def filter(self) -> Filtered:
        """The forward pass."""
        sequences = self.sequences
        chances = np.empty((len(sequences.days), self.chain.count))
        scales = np.empty(len(sequences.days))
        now = self.starts()
        for rows in sequences.slices():
            heard = rows.stop - rows.start
            joint = self.ahead(now[:heard], rows) * self.evidence[rows]
            scale = joint.sum(axis=1)
            if not (scale > 0).all():
                place = int(sequences.given[rows][np.argmin(scale > 0)])
                raise ValueError(f"Observation {place} is impossible in every state.")
            now = joint / scale[:, None]
            chances[rows], scales[rows] = now, scale
        totals = np.zeros(sequences.count)
        np.add.at(totals, sequences.owner, np.log(scales) + self.peaks)
        return Filtered(chances, scales, self.peaks, totals)

    def smooth(self, filtered: Filtered) -> Smoothed:
        """The backward pass."""
        sequences = self.sequences
        after = np.ones_like(filtered.chances)
        first = np.ones((sequences.count, self.chain.count))
        for rows in reversed(sequences.slices()):
            weights = self.evidence[rows] * after[rows] / filtered.scales[rows, None]
            earlier = self.back(weights, rows)
            before = sequences.before[rows]
            if before[0] < 0:
                first[: len(earlier)] = earlier
            else:
                after[before] = earlier
        starts = np.empty_like(first)
        starts[sequences.sequence] = first * self.starts()
        return Smoothed(filtered.chances * after, after, starts)

    def ahead(self, chances: Floats, rows: slice) -> Floats:
        """Return p A_n of each row."""
        moved = self.waits.ahead(chances, rows)
        if self.is_plain:
            return moved
        kind = self.sequences.kind[rows]
        is_exact = (kind == Kind.STAY) | (kind == Kind.JUMP)
        moved = np.where(is_exact[:, None], chances * self.stays(rows), moved)
        is_timed = (kind == Kind.ENTRY) | (kind == Kind.JUMP)
        return np.where(is_timed[:, None], moved @ self.jump_rates, moved)

    def back(self, weights: Floats, rows: slice) -> Floats:
        """Return A_n w of each row."""
        if self.is_plain:
            return self.waits.back(weights, rows)
        ends = self.before_jump(weights, self.sequences.kind[rows])
        kind = self.sequences.kind[rows]
        is_exact = (kind == Kind.STAY) | (kind == Kind.JUMP)
        return np.where(
            is_exact[:, None], ends * self.stays(rows), self.waits.back(ends, rows)
        )

    def before_jump(self, weights: Floats, kind: Integers) -> Floats:
        """Return what follows says of the state just before a timed jump."""
        is_timed = (kind == Kind.ENTRY) | (kind == Kind.JUMP)
        return np.where(is_timed[:, None], weights @ self.jump_rates.T, weights)

    def stays(self, rows: Rows) -> Floats:
        """Return the chances of no jump from each state: exp(q[k, k] days)."""
        leaving = self.chain.dynamics.generator.diagonal()
        return np.asarray(np.exp(self.sequences.days[rows, None] * leaving))
