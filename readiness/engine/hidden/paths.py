"""The most likely states, all of a sequence together."""

import numpy as np

from readiness.engine.arrays import Floats, Integers
from readiness.engine.dynamics import transition
from readiness.engine.hidden.chain import Chain, Steps
from readiness.engine.hidden.sequences import Kind, Sequences


def most_likely_paths(chain: Chain, sequences: Sequences) -> Integers:
    """Return the most likely state at each observation (M,), in the caller's order.

    The states at the times of observation that are most likely together, whatever
    happened in between; of equals the earlier state. (Viterbi 1967; Jackson 2011, 2.16.)

    :raises ValueError: if no path explains a sequence.
    """
    steps = Steps(chain, sequences)
    with np.errstate(divide="ignore"):
        now = np.log(steps.starts())
        back = np.empty((len(sequences.days), chain.count), dtype=np.int64)
        ends = np.empty((sequences.count, chain.count))
        for rows in sequences.slices():
            heard = rows.stop - rows.start
            ends[: len(now)] = now
            ways = now[:heard, :, None] + np.log(_matrices(steps, rows))
            back[rows] = ways.argmax(axis=1)
            now = ways.max(axis=1) + chain.logs[sequences.column[rows]]
        ends[: len(now)] = now
    if not np.isfinite(ends.max(axis=1)).all():
        raise ValueError("No path of states explains a sequence.")
    return _traced(sequences, back, ends.argmax(axis=1))


def _traced(sequences: Sequences, back: Integers, last: Integers) -> Integers:
    path = np.empty(len(sequences.days), dtype=np.int64)
    state = last.copy()
    for rows in reversed(sequences.slices()):
        heard = rows.stop - rows.start
        path[rows] = state[:heard]
        state[:heard] = back[rows][np.arange(heard), state[:heard]]
    answer = np.empty_like(path)
    answer[sequences.given] = path
    return answer


def _matrices(steps: Steps, rows: slice) -> Floats:
    """Return A_n (n, K, K) of each row, as `filter_all` has it."""
    sequences, chain = steps.sequences, steps.chain
    matrices = transition(chain.dynamics, sequences.days[rows])
    kind = sequences.kind[rows]
    is_exact = (kind == Kind.STAY) | (kind == Kind.JUMP)
    diagonal = steps.stays(rows)[:, :, None] * np.eye(chain.count)
    matrices = np.where(is_exact[:, None, None], diagonal, matrices)
    is_timed = (kind == Kind.ENTRY) | (kind == Kind.JUMP)
    return np.where(is_timed[:, None, None], matrices @ steps.jump_rates, matrices)
