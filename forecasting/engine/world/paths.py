"""How each person's phase moves: the hidden truth, in continuous time."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecasting.engine.world.groups import Groups, Ints
from forecasting.engine.world.parameters import WorldParameters
from readiness.engine.arrays import Floats
from readiness.engine.dynamics import banded_jumps


@dataclass(frozen=True, slots=True, eq=False)
class PhasePaths:
    """P paths of up to J stays: person i is in `phases[i, j]` from day `entered[i, j]`.

    Days since the deal began; a stay that never comes begins at infinity.
    """

    phases: npt.NDArray[np.int8]
    entered: Floats

    def at(self, person: int | Ints, day: float | Floats) -> Ints:
        """The true phase of each person on each day."""
        stays = (self.entered[person] <= np.asarray(day)[..., None]).sum(axis=-1)
        return np.asarray(self.phases[person, np.maximum(stays - 1, 0)], dtype=np.int64)

    def by_day(self, days: int) -> npt.NDArray[np.int8]:
        """The phases at the end of each of the first so many days, (P, days)."""
        moves = np.zeros((len(self.phases), days), dtype=np.int8)
        moves[:, 0] = self.phases[:, 0]
        person, stay = np.nonzero(self.entered[:, 1:] < days - 1)
        change = self.phases[person, stay + 1] - self.phases[person, stay]
        when = np.ceil(self.entered[person, stay + 1]).astype(np.int64)
        np.add.at(moves, (person, when), change)
        np.cumsum(moves, axis=1, out=moves)
        return moves


def walk(
    world: WorldParameters, groups: Groups, *, rng: np.random.Generator
) -> PhasePaths:
    """Draw the paths of all seats; a successor begins anew where newcomers begin."""
    stretch = groups.pace[groups.deal] / groups.speed
    first = _walk(world, stretch, rng=rng)
    heirs = np.flatnonzero(groups.replaced_on < world.horizon_days)
    if not len(heirs):
        return first
    changed = groups.replaced_on[heirs, None]
    heir = _walk(world, stretch[heirs], rng=rng)
    wide = first.entered.shape[1] + heir.entered.shape[1]
    phases = np.zeros((len(stretch), wide), dtype=np.int8)
    entered = np.full(phases.shape, np.inf)
    stays = first.entered.shape[1]
    phases[:, :stays], entered[:, :stays] = first.phases, first.entered
    was = np.where(first.entered[heirs] < changed, first.entered[heirs], np.inf)
    both = np.concatenate([was, heir.entered + changed], axis=1)
    both[both >= world.horizon_days] = np.inf
    order = np.argsort(both, axis=1, kind="stable")
    stood = np.concatenate([first.phases[heirs], heir.phases], axis=1)
    entered[heirs] = np.take_along_axis(both, order, axis=1)
    phases[heirs] = np.take_along_axis(stood, order, axis=1)
    return PhasePaths(phases, entered)


def _walk(
    world: WorldParameters, stretch: Floats, *, rng: np.random.Generator
) -> PhasePaths:
    """All of them one stay further at a time, until the last is past the horizon."""
    dwell = world.dwell
    jumps = banded_jumps(
        forward_one=dwell.forward_one,
        forward_two=dwell.forward_two,
        back_one=dwell.back_one,
    ).cumsum(axis=1)
    means = np.array(dwell.days)
    count = len(stretch)
    phase = rng.choice(len(means), size=count, p=np.array(world.starts))
    day = np.zeros(count)
    phases, entered = [phase], [day]
    while (day < world.horizon_days).any():
        stay = rng.gamma(dwell.erlang, 1 / dwell.erlang, size=count)
        day = day + stay * means[phase] * stretch
        # The last share of a row may sum to a hair below one.
        phase = (rng.random(count)[:, None] >= jumps[phase, :-1]).sum(axis=1)
        phases.append(phase)
        entered.append(np.where(day < world.horizon_days, day, np.inf))
    return PhasePaths(
        np.stack(phases, axis=1).astype(np.int8), np.stack(entered, axis=1)
    )
