"""The forward algorithm over any sequence of transitions and observations."""

from dataclasses import dataclass

import numpy as np

from readiness.engine.arrays import Floats, probabilities


@dataclass(frozen=True, slots=True, eq=False)
class Forward:
    """`filtered` (n x K) is P(phase | observations so far); the likelihood is of all."""

    filtered: Floats
    log_likelihood: float


def filter_forward(
    *, prior: Floats, transitions: Floats, log_likelihoods: Floats
) -> Forward:
    """Return the filtered probabilities and the log likelihood of the observations.

    `prior` (K,) is the distribution before the first transition; `transitions`
    (n x K x K) lead from one observation to the next, the first from the prior; for an
    exactly timed entry it may be a density, P(t) times a rate, so rows need not sum to
    one. `log_likelihoods` (n x K) may be -inf where a phase is impossible.
    (Rabiner 1989, rescaled at each step; Jackson et al. 2003 for continuous time.)

    :raises ValueError: if the shapes differ, the prior does not sum to one, or an
        observation is impossible in every phase that can be reached.
    """
    count = log_likelihoods.shape[-1]
    chances = probabilities(prior, name="The prior", count=count)
    if transitions.shape != (len(log_likelihoods), count, count):
        raise ValueError(
            f"{transitions.shape} transitions do not fit {log_likelihoods.shape} "
            "observations."
        )
    filtered = np.empty(log_likelihoods.shape)
    total = 0.0
    for n, (step, logs) in enumerate(zip(transitions, log_likelihoods, strict=True)):
        highest = logs.max()
        # The largest is taken out first, so that no exp() can underflow for all.
        joint = (chances @ step) * np.exp(logs - (highest if highest > -np.inf else 0))
        scale = joint.sum()
        if not scale > 0:
            raise ValueError(f"Observation {n} is impossible in every phase.")
        chances = joint / scale
        filtered[n] = chances
        total += float(np.log(scale) + highest)
    return Forward(filtered=filtered, log_likelihood=total)
