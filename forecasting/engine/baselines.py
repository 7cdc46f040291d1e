"""What anybody could have said: the rivals that a forecast has to beat.

Each is learned, for a forecast of day T, from what had come true by T only.
"""

from collections.abc import Hashable, Sequence

import numpy as np
import numpy.typing as npt

from readiness.engine.arrays import Floats

FEWEST = 30  # rows that came true before a share is worth saying
SHRINKAGE = 10.0  # rows of the base rate that stand behind every class of a table


def base_rate(days: npt.ArrayLike, happened: npt.ArrayLike, *, horizon: int) -> Floats:
    """Return for each row the share that happened of the rows known by its day, (n,).

    `days` (n,) are the days on which forecasts were made; a row is known from `horizon`
    days later. NaN where fewer than `FEWEST` are.
    """
    return share_by_class(days, happened, [0] * np.size(days), horizon=horizon)


def share_by_class(
    days: npt.ArrayLike,
    happened: npt.ArrayLike,
    classes: Sequence[Hashable],
    *,
    horizon: int,
) -> Floats:
    """As `base_rate`, by class: (happened in class + 10 · base) / (in class + 10).

    A class that nobody was in by then has the base rate.

    :raises ValueError: if the three do not have one length.
    """
    when = np.asarray(days, dtype=np.int64)
    y = np.asarray(happened, dtype=np.float64)
    names: dict[Hashable, int] = {}
    of = np.array([names.setdefault(each, len(names)) for each in classes], dtype=int)
    if not when.shape == y.shape == of.shape:
        raise ValueError(f"Shapes {when.shape}, {y.shape} and {of.shape} do not fit.")
    said = np.full(len(when), np.nan)
    for day in np.unique(when):
        known, rows = when <= day - horizon, when == day
        n = int(known.sum())
        if n < FEWEST:
            continue
        base = y[known].mean()
        hits = np.bincount(of[known], weights=y[known], minlength=len(names))
        counts = np.bincount(of[known], minlength=len(names))
        table = (hits + SHRINKAGE * base) / (counts + SHRINKAGE)
        said[rows] = table[of[rows]]
    return said


def busy(interactions: int) -> int:
    """The class of a number of interactions in a month: none, a few, several, many."""
    return int(np.searchsorted([1, 3, 6], interactions, side="right"))
