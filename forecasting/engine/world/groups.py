"""Who is in each deal: roles, weights, hidden stances and speeds."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from forecasting.engine.world.parameters import (
    DECIDER,
    OTHERS,
    VETO_HOLDERS,
    WorldParameters,
    WorldRole,
)
from readiness.engine.arrays import Floats

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
INFLUENCE_SHARES = (0.25, 0.5, 0.25)
INFLUENCE_FACTORS = np.array([0.5, 1.0, 2.0])


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """N deals with P people in all; those of deal n stand in `starts[n]:starts[n + 1]`.

    Per deal: `importance` (its name), `pace`. Per person: `deal`, `role`, `influence`
    (0 low, 1 medium, 2 high), `weight` (sums to one in each deal), `decides`,
    `can_veto`, `supports` (the hidden stance), `speed`, `is_found`, and `replaced_on`, the
    day on which somebody else takes the seat (infinity: never), who starts anew with the
    stance in `supports`; `supported` is that of whoever sat there first.
    """

    importance: tuple[str, ...]
    pace: Floats
    starts: Ints
    deal: Ints
    roles: tuple[WorldRole, ...]
    influence: Ints
    weight: Floats
    decides: Bools
    can_veto: Bools
    supports: Bools
    supported: Bools
    replaced_on: Floats
    speed: Floats
    is_found: Bools

    @property
    def sizes(self) -> Ints:
        """How many people each deal has."""
        return np.diff(self.starts)


def cast_groups(world: WorldParameters, *, rng: np.random.Generator) -> Groups:
    """Draw the groups of a world.

    A person supports us iff sqrt(r) Z + sqrt(1 - r) e < the normal quantile of `support`;
    the log of the speed is spread * (sqrt(s) U + sqrt(1 - s) f); Z and U are shared by the
    group, e and f a person's own, r and s the shared parts. Source: science.md 2.
    """
    names = list(world.importance)
    picked = rng.choice(
        len(names), size=world.deals, p=np.array(list(world.importance.values()))
    )
    bounds = np.array([world.sizes[name] for name in names])[picked]
    sizes = rng.integers(bounds[:, 0], bounds[:, 1] + 1)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    deal = np.repeat(np.arange(world.deals), sizes)
    roles = tuple(
        role for size in sizes for role in _cast(int(size), world=world, rng=rng)
    )
    influence = rng.choice(3, size=len(deal), p=INFLUENCE_SHARES)
    decides = np.array([role is DECIDER for role in roles])
    influence[decides] = np.maximum(influence[decides], 1)
    raw = np.array([role.weight for role in roles]) * INFLUENCE_FACTORS[influence]
    supported = _stances(deal, world=world, rng=rng)
    is_replaced = rng.random(len(deal)) < world.replaced
    pace = np.array([world.paces[name] for name in names])[picked]
    return Groups(
        importance=tuple(names[i] for i in picked),
        pace=pace,
        starts=starts,
        deal=deal,
        roles=roles,
        influence=influence,
        weight=raw / np.add.reduceat(raw, starts[:-1])[deal],
        decides=decides,
        can_veto=np.array([role.can_veto for role in roles]),
        supports=np.where(is_replaced, _stances(deal, world=world, rng=rng), supported),
        supported=supported,
        replaced_on=np.where(
            is_replaced, rng.uniform(40, 240, size=len(deal)) * pace[deal], np.inf
        ),
        speed=_speeds(deal, world=world, rng=rng),
        is_found=_found(starts, world=world, rng=rng),
    )


def _cast(
    size: int, *, world: WorldParameters, rng: np.random.Generator
) -> list[WorldRole]:
    veto = []
    if size > 1 and rng.random() < world.veto_holder:
        veto = [VETO_HOLDERS[rng.integers(len(VETO_HOLDERS))]]
    rest = size - 1 - len(veto)
    # The first few of the list are in every group that has room; the rest come by lot.
    likely = np.array([5.0, 5.0, 3.0, 2.0, 2.0, 1.0, 0.7, 0.7])
    order = np.argsort(rng.exponential(size=len(OTHERS)) / likely)
    drawn = [OTHERS[order[i % len(OTHERS)]] for i in range(rest)]
    # Somebody is met first, and that is seldom the decider.
    return [*drawn, DECIDER, *veto] if drawn else [DECIDER, *veto]


def _shared(deal: Ints, *, share: float, rng: np.random.Generator) -> Floats:
    """Standard normal numbers, correlated by `share` within a deal."""
    common = rng.standard_normal(int(deal[-1]) + 1)[deal]
    own = rng.standard_normal(len(deal))
    return np.asarray(np.sqrt(share) * common + np.sqrt(1 - share) * own)


def _stances(deal: Ints, *, world: WorldParameters, rng: np.random.Generator) -> Bools:
    drawn = _shared(deal, share=world.support_correlation, rng=rng)
    return np.asarray(drawn < ndtri(world.support))


def _speeds(deal: Ints, *, world: WorldParameters, rng: np.random.Generator) -> Floats:
    drawn = _shared(deal, share=world.dwell.speed_shared, rng=rng)
    return np.asarray(np.exp(world.dwell.speed_spread * drawn))


def _found(starts: Ints, *, world: WorldParameters, rng: np.random.Generator) -> Bools:
    found = rng.random(int(starts[-1])) >= world.talk.never_found
    # A deal nobody of which was ever met is no deal of ours.
    found[starts[:-1]] = True
    return np.asarray(found)
