"""How long people really stood in a phase, and where they went from it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from forecasting.engine.curves import RiskCurves, risk_curves
from readiness.engine.arrays import Floats

REACHED = 0.5  # "reached k" means P(>= k) >= .5


class Move(IntEnum):
    """Where somebody went from a phase."""

    FORWARD = 0
    SKIP = 1
    BACK = 2


@dataclass(frozen=True, slots=True)
class Stay:
    """So many days in a phase (from 0); `move` is None where nobody saw it end."""

    phase: int
    days: float
    move: Move | None


def stays_of(
    moments: Sequence[tuple[float, Floats]], *, until: float
) -> tuple[Stay, ...]:
    """Return the stays of one person whose beginning was seen.

    `moments` are (day, chances of the anchors) after each thing heard, in the order of
    time; `until` is the day from which nobody looked. The first stay is left out, since
    nobody saw it begin.
    """
    if not moments:
        return ()
    stays: list[Stay] = []
    phase, since = reached(moments[0][1]), None
    for day, chances in moments[1:]:
        now = reached(chances)
        if now == phase:
            continue
        if since is not None and day > since:
            stays.append(Stay(phase, day - since, _move(phase, now)))
        phase, since = now, day
    if since is not None and until > since:
        stays.append(Stay(phase, until - since, None))
    return tuple(stays)


def reached(chances: Floats) -> int:
    """Return the last phase with P(that phase or later) >= .5."""
    later = np.cumsum(chances[::-1])[::-1]
    return int(np.flatnonzero(later >= REACHED - 1e-12)[-1])


def dwell_curves(stays: Iterable[Stay]) -> RiskCurves | None:
    """Return the Aalen-Johansen curves of moves forward, skips and back-steps.

    None where there is no stay.
    """
    rows = list(stays)
    if not rows:
        return None
    return risk_curves(
        days=[stay.days for stay in rows],
        end=[-1 if stay.move is None else int(stay.move) for stay in rows],
        ends=len(Move),
    )


def _move(before: int, after: int) -> Move:
    if after < before:
        return Move.BACK
    return Move.FORWARD if after == before + 1 else Move.SKIP
