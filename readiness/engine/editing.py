"""Change the phases of a model so that nothing else changes."""

from dataclasses import dataclass

import numpy as np

from readiness.engine.arrays import Floats, frozen, probabilities
from readiness.engine.dynamics import checked_generator


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """A chain with one phase more: `prior` (K + 1,), `generator` (K + 1, K + 1).

    `copies` (K + 1,) names the old phase of each new one: steps, fits and confirmations
    are copied by it.
    """

    prior: Floats
    generator: Floats
    copies: tuple[int, ...]


def split_phase(*, prior: Floats, generator: Floats, phase: int, share: float) -> Split:
    """Return the chain with a phase in two, of which the first takes `share` of the dwell.

    Who enters comes to the first part, which is left for the second at such a rate that
    its mean dwell is `share` of the whole. Both are left for other phases as the whole
    was, so the sum of both is the same chain as before: P(anchor) changes neither now
    nor later, whatever is heard. (Strong lumpability: Kemeny & Snell 1960, 6.3.) The
    prior is divided by the same share.

    :raises ValueError: if there is no such phase, the share is not between 0 and 1, the
        phase is never left, or the parts are no chain.
    """
    rates = checked_generator(generator)
    count = len(rates)
    start = probabilities(prior, name="The prior", count=count)
    if not 0 <= phase < count:
        raise ValueError(f"There is no phase {phase} of {count}.")
    if not 0 < share < 1:
        raise ValueError(f"A share lies between 0 and 1, not {share!r}.")
    leaving = -rates[phase, phase]
    if leaving == 0:
        raise ValueError(f"Phase {phase} is never left, so its dwell has no parts.")
    copies = (*range(phase + 1), *range(phase, count))
    wider = np.array(rates)[np.ix_(copies, copies)]
    wider[:, phase + 1] = 0.0  # whoever comes, comes to the first part
    wider[phase, phase + 1] = leaving * (1 - share) / share
    wider[phase + 1, phase] = 0.0
    np.fill_diagonal(wider, 0.0)
    np.fill_diagonal(wider, -wider.sum(axis=1))
    halves = start[list(copies)].copy()
    halves[phase] *= share
    halves[phase + 1] *= 1 - share
    return Split(frozen(halves), frozen(wider), copies)
