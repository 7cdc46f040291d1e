"""What the expert defaults are worth: as much as fifty closed deals."""

from dataclasses import dataclass

import numpy as np

from readiness.engine.arrays import Floats, Integers
from readiness.engine.learning.counting import Listening
from readiness.engine.learning.parameters import Parameters, cells_of

PRIOR_DEALS = 50.0  # domain-evidence.md 2.6
# Which part of what happens, moves and starts, is told by what is heard: the median over
# phases in synthetic worlds (docs/measurements.md). Signals are counted in full: half of
# them would be as much as is told, but then rare ones stray.
TOLD_OF_MOVES = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class Beforehand:
    """The defaults as counts: priors whose modes are the defaults.

    `centre` holds the defaults; `jumps` (K, K) and `stays` (K,) in paced days are what
    the rates rest on, `signals` (K,) the chances of signals, `starts` and `role_starts`
    (people) the shares of starts, `paces` (C,) and `tempos` (1 + R,) (jumps) the rest.
    """

    centre: Parameters
    jumps: Floats
    stays: Floats
    signals: Floats
    starts: float
    role_starts: float
    paces: Floats
    tempos: Floats


def weight_of(deals: float) -> float:
    """Return how much of a number is data when it rests on so many deals: n/(n + 50)."""
    return deals / (deals + PRIOR_DEALS)


def beforehand(listening: Listening, centre: Parameters) -> Beforehand:
    """Return what fifty deals like these would tell under the defaults.

    How much happens in a deal differs between workspaces, so it is taken from this
    one's; what stays hidden of it is not held against the deals. A number then lies
    n/(n + 50) of the way from its default to what n deals say.
    """
    heard = listening.heard
    counts = listening.count(centre)
    scale = PRIOR_DEALS / heard.deals
    moves = TOLD_OF_MOVES * scale
    rates = np.where(centre.jumps.any(axis=1), 1 / centre.dwell_days, 0.0)
    stays = counts.stays.sum(axis=0) * moves
    events = counts.events.sum(axis=1)
    cell, roles = cells_of(heard, centre), len(centre.tempos)
    size, role = np.divmod(np.arange(len(events)), roles)
    own_size, own_role = np.divmod(cell, roles)
    return Beforehand(
        centre=centre,
        jumps=centre.jumps * (rates * stays)[:, None],
        stays=stays,
        signals=counts.signals.sum(axis=0) * scale,
        starts=heard.people * moves,
        role_starts=PRIOR_DEALS,
        paces=_worth(
            _summed(events, size, count=len(centre.paces) + 1)[1:],
            _deals(heard.deal, own_size, count=len(centre.paces) + 1)[1:],
        ),
        tempos=_worth(
            _summed(events, role, count=roles),
            _deals(heard.deal, own_role, count=roles),
        ),
    )


def _summed(events: Floats, kind: Integers, *, count: int) -> Floats:
    totals = np.zeros(count)
    np.add.at(totals, kind, events)
    return totals


def _deals(deal: Integers, kind: Integers, *, count: int) -> Integers:
    """Return in how many deals each of `count` kinds occurs."""
    pairs = np.unique(deal * count + kind)
    return np.bincount(pairs % count, minlength=count)


def _worth(events: Floats, deals: Integers) -> Floats:
    """Return what is told in fifty deals of each kind; of a kind without any, the mean."""
    mean = float(events.sum()) / max(int(deals.sum()), 1)
    own = np.where(deals > 0, events / np.maximum(deals, 1), mean)
    return np.asarray(PRIOR_DEALS * TOLD_OF_MOVES * np.maximum(own, 1e-9))
