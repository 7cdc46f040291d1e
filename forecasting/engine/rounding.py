"""Whole numbers that add up: the largest remainder."""

from collections.abc import Sequence
from math import isfinite

import numpy as np


def apportion(total: int, shares: Sequence[float]) -> tuple[int, ...]:
    """Return whole parts of `total` in proportion to `shares`; they sum to `total`.

    Hamilton's method: everyone gets the floor of their quota, the units left go to the
    largest remainders, equal ones to the earlier share, so give shares in a stable
    order. For a roll-up: `total` is the parent's amount in the currency's smallest unit
    and `shares` are the children's exact amounts. Shares that are all zero count as
    equal ones.

    :raises ValueError: if `total` or a share is negative or not finite, or if there is
        a total to share out and nobody to take it.
    """
    if total < 0:
        raise ValueError(f"The total {total} is negative.")
    if any(share < 0 or not isfinite(share) for share in shares):
        raise ValueError(f"A share is negative or not finite: {list(shares)}.")
    if not len(shares):
        if total:
            raise ValueError(f"Nobody is there to share the total {total}.")
        return ()
    exact = np.asarray(shares, dtype=float)
    if not exact.any():
        exact = np.ones(len(exact))
    # Divided by the largest first: a sum of tiny or huge shares keeps its digits.
    exact = exact / exact.max()
    quotas = total * (exact / exact.sum())
    parts = np.floor(quotas)
    left = total - int(parts.sum())
    # Rounded, so that one and the same remainder reached by two sums stays a tie.
    order = np.argsort(-np.round(quotas - parts, 9), kind="stable")
    parts[order[:left]] += 1
    return tuple(int(part) for part in parts)


def spread(total: int, exact: Sequence[float]) -> tuple[int, ...]:
    """Return whole numbers beside `exact` ones of either sign that sum to `total`.

    The largest remainder again: everyone gets their floor, what is left goes to the
    largest remainders, in turn when there is more of it than there are numbers. With a
    total that is the rounded sum each number moves by less than one.

    :raises ValueError: if a number is not finite, or a total has nobody to take it.
    """
    if not all(isfinite(value) for value in exact):
        raise ValueError(f"A number is not finite: {list(exact)}.")
    if not len(exact):
        if total:
            raise ValueError(f"Nobody is there to take the total {total}.")
        return ()
    values = np.asarray(exact, dtype=float)
    floors = np.floor(values)
    each, rest = divmod(total - int(floors.sum()), len(values))
    parts = floors + each
    order = np.argsort(-np.round(values - floors, 9), kind="stable")
    parts[order[:rest]] += 1
    return tuple(int(part) for part in parts)
