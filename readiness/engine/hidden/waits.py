"""exp(Qt) for many durations at once, and integrals over what happens meanwhile."""

from typing import Protocol, TypeAlias

import numpy as np

from readiness.engine.arrays import Floats, Integers
from readiness.engine.dynamics import SERIES_TERMS, Dynamics, Modes, transition

Rows: TypeAlias = slice | Integers

# Below this part of the fastest rate two eigenvalues count as one: their difference
# quotient would lose its digits.
CLOSE = 1e-3
AT_ONCE = 512  # block exponentials in memory together


class Waits(Protocol):
    """What passes before each of M observations."""

    def ahead(self, chances: Floats, rows: Rows) -> Floats:
        """Return each row times exp(Q days) of its observation."""

    def back(self, weights: Floats, rows: Rows) -> Floats:
        """Return exp(Q days) times each row, taken as a column."""

    def meanwhile(self, before: Floats, after: Floats, rows: Integers) -> Floats:
        """Return the sum over the rows of an integral, K x K.

        Entry j, k is the sum over n of the integral from 0 to days[n] of
        (before[n] exp(Q x))[j] * (exp(Q (days[n] - x)) after[n])[k] dx.
        """


def waits_of(dynamics: Dynamics, days: Floats) -> Waits:
    """Return the waits of M durations; by eigenvectors where those can be trusted."""
    if dynamics.modes is None:
        return _Series(dynamics, days)
    return _Spectral(dynamics.modes, days)


class _Spectral:
    """By the eigenvectors: everything is a matrix product (Metzner et al. 2007)."""

    def __init__(self, modes: Modes, days: Floats) -> None:
        self.right, self.left = modes.right, modes.left
        self.eigenvalues = modes.eigenvalues
        self.days = days
        self.grown = np.exp(days[:, None] * modes.eigenvalues)

    def ahead(self, chances: Floats, rows: Rows) -> Floats:
        moved = ((chances @ self.right) * self.grown[rows]) @ self.left
        return np.asarray(np.maximum(moved.real, 0.0))

    def back(self, weights: Floats, rows: Rows) -> Floats:
        moved = ((weights @ self.left.T) * self.grown[rows]) @ self.right.T
        return np.asarray(np.maximum(moved.real, 0.0))

    def meanwhile(self, before: Floats, after: Floats, rows: Integers) -> Floats:
        a, b, grown = before @ self.right, after @ self.left.T, self.grown[rows]
        gaps = self.eigenvalues[:, None] - self.eigenvalues[None, :]
        is_close = np.abs(gaps) <= CLOSE * np.abs(self.eigenvalues).max()
        # The integral of e^(lx) e^(m(t-x)) is (e^(lt) - e^(mt)) / (l - m): the sum over
        # n of a products of a, b and this is a difference of two matrix products.
        apart = (a * grown).T @ b - a.T @ (b * grown)
        modal = apart / np.where(is_close, 1.0, gaps)
        days = self.days[rows]
        for p, q in zip(*np.nonzero(is_close), strict=True):
            small = gaps[p, q] * days
            # e^(mt) (e^(gt) - 1) / g = t e^(mt) (1 + gt/2 + (gt)^2/6 + ...) when g t is
            # small; the exponential difference when it is not.
            ratio = np.where(
                np.abs(small) < 1e-5,
                1 + small / 2 + small**2 / 6,
                np.expm1(small) / np.where(small == 0, 1.0, small),
            )
            modal[p, q] = (a[:, p] * b[:, q] * days * grown[:, q] * ratio).sum()
        return np.asarray(np.maximum((self.left.T @ modal @ self.right.T).real, 0.0))


class _Series:
    """By sums of positive terms, one matrix per distinct duration."""

    def __init__(self, dynamics: Dynamics, days: Floats) -> None:
        self.generator = dynamics.generator
        self.distinct, self.which = np.unique(days, return_inverse=True)
        self.steps = transition(dynamics, self.distinct)

    def ahead(self, chances: Floats, rows: Rows) -> Floats:
        return np.asarray(
            np.matmul(chances[:, None, :], self.steps[self.which[rows]])[:, 0]
        )

    def back(self, weights: Floats, rows: Rows) -> Floats:
        return np.asarray(
            np.matmul(self.steps[self.which[rows]], weights[:, :, None])[:, :, 0]
        )

    def meanwhile(self, before: Floats, after: Floats, rows: Integers) -> Floats:
        which = self.which[rows]
        order = np.argsort(which, kind="stable")
        present, starts = np.unique(which[order], return_index=True)
        ends = [*starts[1:].tolist(), len(order)]
        total = np.zeros(self.generator.shape)
        for low in range(0, len(present), AT_ONCE):
            part = range(low, min(low + AT_ONCE, len(present)))
            seeds = np.stack(
                [
                    before[order[starts[d] : ends[d]]].T
                    @ after[order[starts[d] : ends[d]]]
                    for d in part
                ]
            )
            days = self.distinct[present[low : part.stop]]
            total += van_loan(self.generator.T, seeds, days).sum(axis=0)
        return total


def van_loan(generator: Floats, seeds: Floats, days: Floats) -> Floats:
    """Return the integral from 0 to t of exp(A x) C exp(A (t - x)) dx for each C and t.

    `generator` A is K x K with no negative entry off its diagonal, `seeds` (D, K, K) not
    negative, `days` (D,). It is the upper right block of exp([[A, C], [0, A]] t) (Van
    Loan 1978, theorem 1), summed after uniformising, so that nothing cancels.
    """
    count = len(generator)
    fastest = max(float(-generator.diagonal().min()), np.finfo(float).tiny)
    squarings = int(np.ceil(np.log2(max(fastest * float(days.max(initial=0)), 1.0))))
    part = days / 2**squarings
    events = (fastest * part)[:, None, None]
    block = np.zeros((len(days), 2 * count, 2 * count))
    block[:, :count, :count] = block[:, count:, count:] = (
        np.eye(count) + generator / fastest
    )
    block[:, :count, count:] = seeds / fastest
    power = np.broadcast_to(np.eye(2 * count), block.shape)
    weight = np.exp(-events)
    total = weight * power
    for n in range(1, SERIES_TERMS):
        weight = weight * events / n
        power = power @ block
        total = total + weight * power
    for _ in range(squarings):
        total = total @ total
    return np.asarray(total[:, :count, count:])
