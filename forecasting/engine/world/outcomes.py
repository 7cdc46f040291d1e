"""How each deal ends, by the rules: decided by the group, stalled, or lost to an outsider."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecasting.engine.world.groups import Bools, Groups, Ints
from forecasting.engine.world.parameters import WorldParameters
from forecasting.engine.world.paths import PhasePaths
from readiness.engine.arrays import Floats

OUTCOMES = ("open", "won", "lost", "no_decision", "withdrawn")
OPEN, WON, LOST, NO_DECISION, WITHDRAWN = range(5)
RECOGNITION, CRITERIA, COMPARISON, DOUBTS, COMMITMENT = 1, 3, 4, 5, 6
AT_ONCE = 250  # deals whose days are laid out together: 250 x 6 x 1460 bytes


@dataclass(frozen=True, slots=True, eq=False)
class Endings:
    """Per deal: an index into OUTCOMES, and the day; -1 when it outlasts the horizon.

    `forecast_from` is the first day on which a seller would forecast it (-1: never):
    the decider at criteria and a quorum of influence comparing.
    """

    outcome: Ints
    day: Ints
    forecast_from: Ints

    @property
    def is_forecast(self) -> Bools:
        """Whether a seller would ever have forecast it."""
        return np.asarray(self.forecast_from >= 0)


def end_deals(
    world: WorldParameters,
    groups: Groups,
    paths: PhasePaths,
    *,
    rng: np.random.Generator,
) -> Endings:
    """Let the group's decision, the stall, a rival and our own withdrawal compete."""
    patience = rng.exponential(size=world.deals)
    rival = _days(rng.exponential(size=world.deals), rate=world.hazards.rival)
    withdrawn = _days(rng.exponential(size=world.deals), rate=world.withdrawal)
    decided, stalled, shown = (np.empty(world.deals) for _ in range(3))
    for first in range(0, world.deals, AT_ONCE):
        part = slice(first, min(first + AT_ONCE, world.deals))
        decided[part], stalled[part], shown[part] = _watch(
            world, groups, paths, part=part, patience=patience[part]
        )
    verdict = _verdicts(world, groups, rng=rng)
    times = np.stack([decided, stalled, rival, withdrawn])
    which = times.argmin(axis=0)
    day = times.min(axis=0)
    kinds = np.stack(
        [verdict, *(np.full(world.deals, k) for k in (NO_DECISION, LOST, WITHDRAWN))]
    )
    is_over = day < world.horizon_days
    outcome = np.where(is_over, kinds[which, np.arange(world.deals)], OPEN)
    return Endings(
        outcome=outcome,
        day=np.where(is_over, np.floor(day), -1).astype(np.int64),
        forecast_from=np.where((shown <= day) & np.isfinite(shown), shown, -1).astype(
            np.int64
        ),
    )


def _days(drawn: Floats, *, rate: float) -> Floats:
    return drawn / rate if rate else np.full(len(drawn), np.inf)


def _watch(
    world: WorldParameters,
    groups: Groups,
    paths: PhasePaths,
    *,
    part: slice,
    patience: Floats,
) -> tuple[Floats, Floats, Floats]:
    """Days on which each deal of the part is decided, stalls and becomes forecastable."""
    people = slice(int(groups.starts[part.start]), int(groups.starts[part.stop]))
    starts = groups.starts[part] - people.start
    days = PhasePaths(paths.phases[people], paths.entered[people]).by_day(
        world.horizon_days
    )
    weight = groups.weight[people].astype(np.float32)[:, None]
    decides, can_veto = groups.decides[people], groups.can_veto[people]

    def share(inside: Bools) -> npt.NDArray[np.float32]:
        return np.asarray(np.add.reduceat(weight * inside, starts, axis=0))

    def all_of(who: Bools, phase: int) -> Bools:
        missing = who[:, None] & (days < phase)
        return ~np.logical_or.reduceat(missing, starts, axis=0)

    quorum = np.float32(world.quorum - 1e-6)
    ready = all_of(decides, COMMITMENT) & all_of(can_veto, DOUBTS)
    decided = _first(ready & (share(days >= COMMITMENT) >= quorum))
    shown = _first(all_of(decides, CRITERIA) & (share(days >= COMPARISON) >= quorum))
    early = share(days <= RECOGNITION)
    hazard = np.cumsum(world.hazards.drift + world.hazards.stall * early**2, axis=1)
    return decided, _first(hazard >= patience[:, None]), shown


def _first(holds: Bools) -> Floats:
    """The first day on which it holds, infinity when it never does."""
    return np.where(holds.any(axis=1), holds.argmax(axis=1), np.inf)


def _verdicts(
    world: WorldParameters, groups: Groups, *, rng: np.random.Generator
) -> Ints:
    """What the group decides once it does: the decider and the majority of the others."""
    others = groups.weight * ~groups.decides
    favour = np.add.reduceat(others * groups.supports, groups.starts[:-1])
    decider = groups.supports[groups.decides]
    majority = favour >= 0.5 * np.add.reduceat(others, groups.starts[:-1])
    split = rng.choice([WON, LOST, NO_DECISION], size=world.deals, p=world.split)
    agreed = np.where(decider, WON, LOST)
    return np.asarray(np.where(decider == majority, agreed, split))
