"""Arrays and the checks every door of the engine makes once."""

import math
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Integers: TypeAlias = npt.NDArray[np.int64]
Vector: TypeAlias = tuple[float, ...]

SECONDS_PER_DAY = 86_400.0
SUM_TOLERANCE = 1e-9


def frozen(values: npt.ArrayLike) -> Floats:
    """Return a copy of the values that cannot be written to."""
    array = np.array(values, dtype=np.float64)
    array.flags.writeable = False
    return array


def finite(value: float, *, name: str) -> float:
    """Return the number.

    :raises ValueError: if it is infinite or not a number.
    """
    if not math.isfinite(value):
        raise ValueError(f"{name} must be a finite number, not {value!r}.")
    return float(value)


def positive(value: float, *, name: str) -> float:
    """Return the number.

    :raises ValueError: if it is not finite and above zero.
    """
    if finite(value, name=name) <= 0:
        raise ValueError(f"{name} must be above zero, not {value!r}.")
    return float(value)


def probabilities(values: npt.ArrayLike, *, name: str, count: int) -> Floats:
    """Return a read-only vector of `count` probabilities, or rows of them.

    :raises ValueError: if the length differs, one is negative or not a number, or the
        sum is not one.
    """
    array = frozen(values)
    if array.ndim not in {1, 2} or array.shape[-1] != count:
        raise ValueError(f"{name} must hold {count} numbers a row, not {array.shape}.")
    if not np.isfinite(array).all() or (array < 0).any():
        raise ValueError(f"{name} must not be negative or unknown: {array.tolist()}.")
    sums = np.atleast_1d(array.sum(axis=-1))
    wrong = np.abs(sums - 1) > SUM_TOLERANCE
    if wrong.any():
        raise ValueError(f"{name} must sum to 1, not {float(sums[wrong][0])!r}.")
    return array


def entropy(chances: Floats) -> Floats:
    """Return -sum p log p of each row, in nats; zero counts as zero.

    `chances` has shape (..., K), the result (...). (Shannon 1948.)
    """
    logs = np.log(chances, where=chances > 0, out=np.zeros_like(chances))
    # Adding zero turns -0.0 into 0.0.
    return np.asarray(-(chances * logs).sum(axis=-1) + 0.0)


def as_vector(values: Floats | Sequence[float]) -> Vector:
    """Return the values as plain floats, which compare, hash and serialise."""
    return tuple(np.asarray(values, dtype=np.float64).tolist())
