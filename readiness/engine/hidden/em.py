"""Expectation-maximisation, made faster, in steps that can be interrupted."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from readiness.engine.arrays import Floats

# A better vector, and the objective at the vector given.
Update: TypeAlias = Callable[[Floats], tuple[Floats, float]]


class NotConverged(ArithmeticError):
    """A fit still moves after all the steps it was allowed."""


@dataclass(frozen=True, slots=True, eq=False)
class Climb:
    """Where a fit stands: the parameters as a vector, and the objective there.

    `updates` counts the passes over the data, `stride` bounds the next extrapolation,
    `gain` is the last rise of the objective.
    """

    vector: Floats
    objective: float = -np.inf
    updates: int = 0
    stride: float = 1.0
    gain: float = np.inf
    is_done: bool = False


def climb(
    start: Climb, update: Update, *, updates: int, tolerance: float, slack: float = 0.0
) -> Climb:
    """Return the fit after about so many more passes over the data, or done.

    Squared extrapolation: with r = F(x) - x and v = F(F(x)) - F(x) - r, try
    x + 2 a r + a^2 v with a = |r| / |v| (at least one, bounded), then one plain step
    from there; where that gives a lower objective, take F(F(x)), which never does.
    (Varadhan & Roland 2008, SQUAREM, scheme S3.) It is done when two rounds running
    raised the objective by less than `tolerance`. A plain step that lowers the objective by
    more than `slack` is a fault in the update, not bad luck.

    :raises ArithmeticError: if a plain step lowers the objective or leaves the numbers.
    """
    now = start
    allowed = start.updates + updates
    while not now.is_done and now.updates < allowed:
        now = _round(now, update, tolerance=tolerance, slack=slack)
    return now


def converged(
    start: Floats, update: Update, *, tolerance: float, limit: int = 2_000
) -> Climb:
    """Return the fit at its end.

    :raises NotConverged: if it still moves after `limit` passes over the data.
    """
    end = climb(Climb(start), update, updates=limit, tolerance=tolerance)
    if not end.is_done:
        raise NotConverged(
            f"Not converged after {end.updates} passes: the last round still gained "
            f"{end.gain:.3g}."
        )
    return end


def _round(now: Climb, update: Update, *, tolerance: float, slack: float) -> Climb:
    first, objective = _checked(update, now.vector)
    second, middle = _checked(update, first)
    if middle < objective - slack - 1e-9 * abs(objective):
        raise ArithmeticError(f"The objective fell from {objective} to {middle}.")
    step = first - now.vector
    bend = second - first - step
    length, bending = float(np.linalg.norm(step)), float(np.linalg.norm(bend))
    if length == 0:
        return replace(now, objective=middle, updates=now.updates + 2, is_done=True)
    wanted = length / bending if bending > 0 else np.inf
    factor = min(max(wanted, 1.0), now.stride)
    stride = now.stride * 4 if factor == now.stride else now.stride
    tried = now.vector + 2 * factor * step + factor**2 * bend
    vector, reached, updates = second, middle, now.updates + 2
    if factor > 1:
        updates += 1
        try:
            jumped, at_trial = _checked(update, tried)
        except ArithmeticError:
            at_trial = -np.inf
        if at_trial >= middle:
            vector, reached = jumped, at_trial
        else:
            stride = max(stride / 4, 1.0)
    gain = reached - now.objective
    # One small gain may be that of a shortened stride.
    is_done = max(gain, now.gain) < tolerance
    return Climb(vector, reached, updates, stride, gain, is_done)


def _checked(update: Update, vector: Floats) -> tuple[Floats, float]:
    with np.errstate(over="ignore", invalid="ignore"):
        better, objective = update(vector)
    if not (np.isfinite(better).all() and np.isfinite(objective)):
        raise ArithmeticError("The fit left the numbers.")
    return better, objective
