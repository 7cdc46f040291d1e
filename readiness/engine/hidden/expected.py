"""How often a hidden chain is expected to have jumped, and how long it stayed where."""

from dataclasses import dataclass

import numpy as np

from readiness.engine.arrays import Floats, Integers
from readiness.engine.hidden.chain import (
    Chain,
    Steps,
)
from readiness.engine.hidden.sequences import Kind, Sequences


@dataclass(frozen=True, slots=True, eq=False)
class Expected:
    """What is expected given all observations, G groups of sequences apart.

    `jumps` (G, K, K) between states, `stays` (G, K) in the chain's unit of time,
    `starts` (N, K) in the caller's order, `columns` (U, K) how often each column was
    observed in each state, `log_likelihood` (N,).
    """

    jumps: Floats
    stays: Floats
    starts: Floats
    columns: Floats
    log_likelihood: Floats


def expect(
    chain: Chain, sequences: Sequences, *, group: Integers | None = None
) -> Expected:
    """Return the expected counts and times between first and last observation.

    `group` (N,) puts each sequence into one of G groups; None: all into one. The jumps
    j to k are q[j, k] times the integral over time of P(j just before) P(what follows |
    k just after); the time in j is the same without the rate (end-state-conditioned
    statistics: Hobolth & Jensen 2011; Liu et al. 2015).

    :raises ValueError: as `filter_all`, or if the groups do not fit.
    """
    groups = np.zeros(sequences.count, dtype=np.int64) if group is None else group
    if groups.shape != (sequences.count,) or (groups < 0).any():
        raise ValueError(f"{groups.shape} groups do not fit {sequences.count}.")
    steps = Steps(chain, sequences)
    filtered = steps.filter()
    smoothed = steps.smooth(filtered)
    weights = steps.evidence * smoothed.after / filtered.scales[:, None]
    starts = np.empty((sequences.count, chain.count))
    starts[sequences.sequence] = steps.starts()
    before = np.where(
        (sequences.before < 0)[:, None],
        starts[sequences.owner],
        filtered.chances[sequences.before],
    )
    size = int(groups.max(initial=0)) + 1
    jumps = np.zeros((size, chain.count, chain.count))
    stays = np.zeros((size, chain.count))
    of_row = groups[sequences.owner]
    order = np.argsort(of_row, kind="stable")
    bounds = np.searchsorted(of_row[order], np.arange(size + 1))
    for g in range(size):
        rows = order[bounds[g] : bounds[g + 1]]
        if len(rows):
            jumps[g], stays[g] = _count(steps, before[rows], weights[rows], rows=rows)
    columns = np.zeros(chain.logs.shape)
    for state in range(chain.count):
        columns[:, state] = np.bincount(
            sequences.column, smoothed.chances[:, state], minlength=len(columns)
        )
    return Expected(jumps, stays, smoothed.starts, columns, filtered.log_likelihood)


def _count(
    steps: Steps, before: Floats, weights: Floats, *, rows: Integers
) -> tuple[Floats, Floats]:
    """Return the jumps (K, K) and stays (K,) that lead to these observations."""
    rates = steps.jump_rates
    if steps.is_plain:
        meanwhile = steps.waits.meanwhile(before, weights, rows)
        return rates * meanwhile, meanwhile.diagonal()
    kind = steps.sequences.kind[rows]
    ends = steps.before_jump(weights, kind)
    is_exact = (kind == Kind.STAY) | (kind == Kind.JUMP)
    loose = ~is_exact
    meanwhile = steps.waits.meanwhile(before[loose], ends[loose], rows[loose])
    stayed = before * steps.stays(rows)
    days = steps.sequences.days[rows][is_exact, None]
    stays = meanwhile.diagonal() + (days * (stayed * ends)[is_exact]).sum(axis=0)
    jumps = rates * meanwhile
    # The timed jump itself: from wherever it was to wherever it is.
    for which, left in (
        (kind == Kind.JUMP, stayed),
        (kind == Kind.ENTRY, steps.waits.ahead(before, rows)),
    ):
        jumps = jumps + rates * (left[which].T @ weights[which])
    return jumps, stays
