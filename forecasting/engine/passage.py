"""When a person reaches a phase: first-passage tables, averaged over personal speed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecasting.engine.quadrature import NormalNodes, normal_nodes
from readiness.engine.arrays import Floats, frozen, positive
from readiness.engine.dynamics import checked_generator, dynamics_of, transition
from readiness.engine.expert import ANCHORS

WEEK_DAYS = 7
HORIZON_WEEKS = 78
HORIZON_DAYS = WEEK_DAYS * HORIZON_WEEKS
GRID_POINTS = HORIZON_WEEKS + 1

RECOGNITION = ANCHORS.index("recognition")
SETTLING_DOUBTS = ANCHORS.index("settling_doubts")
COMMITMENT = ANCHORS.index("commitment")


@dataclass(frozen=True, slots=True)
class Speed:
    """How people of one model differ in speed: lognormal around the model's own.

    `sigma` is the standard deviation of the log of a person's speed, `shared` the part
    of its variance that the group has in common; the median speed is one.
    """

    sigma: float = 0.45
    shared: float = 0.5
    shared_nodes: int = 5
    personal_nodes: int = 5

    def __post_init__(self) -> None:
        """Refuse what is not a spread.

        :raises ValueError: if sigma is negative or the shared part not in [0, 1].
        """
        if not 0 <= self.sigma < np.inf:
            raise ValueError(f"The spread of speed {self.sigma} is not 0 or more.")
        if not 0 <= self.shared <= 1:
            raise ValueError(f"The shared part {self.shared} is not in [0, 1].")


@dataclass(frozen=True, slots=True, eq=False)
class PassageTables:
    """Chances by start phase, week and shared speed, each (phases, 79, nodes).

    `reached_last[k, j, u]` is the chance that someone who starts in phase k has been in
    the commitment anchor by week j when the group's shared speed is at node u; likewise
    `reached_doubts` for the settling_doubts anchor or beyond. `early` is the chance of
    *being* in the first two anchors at week j. The commitment anchor absorbs in all
    three, so `reached_last <= reached_doubts`. `places` (phases,) numbers the anchors
    from 0; `shared` holds the nodes of the shared speed.
    """

    places: npt.NDArray[np.int64]
    shared: NormalNodes
    reached_last: Floats
    reached_doubts: Floats
    early: Floats

    @property
    def count(self) -> int:
        """The number of phases."""
        return len(self.places)


def first_passage_tables(
    generator: npt.ArrayLike,
    *,
    anchors: Sequence[str],
    pace: float,
    speed: Speed | None = None,
) -> PassageTables:
    """Compute the tables of one phase model, importance and buying class, once.

    `generator` (phases, phases) holds rates per day, `anchors` the anchor of each phase,
    and `pace` multiplies every dwell (`ReadinessModel.pace`). Personal speed is
    integrated out here: given the shared speed people move independently, so whatever
    is asked of one person is linear in these tables. First passage is the transient
    solution with the target made absorbing (Norris 1997, Markov Chains, 3.3).

    :raises ValueError: if the generator is none, the anchors do not ascend from
        status_quo to commitment, or the pace is not above zero.
    """
    speed = speed or Speed()
    rates = checked_generator(generator)
    places = _places(anchors, count=len(rates))
    shared = normal_nodes(speed.shared_nodes)
    personal = normal_nodes(speed.personal_nodes)
    own = np.sqrt(1 - speed.shared) * personal.points
    common = np.sqrt(speed.shared) * shared.points
    paces = np.exp(speed.sigma * (common[:, None] + own)) / positive(
        pace, name="A pace"
    )
    days = np.arange(GRID_POINTS)[:, None, None] * WEEK_DAYS * paces

    def chances(absorbing: int) -> Floats:
        stopped = np.where((places >= absorbing)[:, None], 0.0, rates)
        moved = transition(
            dynamics_of(stopped), days
        )  # week, shared, personal, from, to
        return np.asarray(np.einsum("tuvkm,v->mktu", moved, personal.weights))

    to_last, to_doubts = chances(COMMITMENT), chances(SETTLING_DOUBTS)
    last = _cumulative(to_last[places >= COMMITMENT])
    doubts = _cumulative(to_doubts[places >= SETTLING_DOUBTS])
    early = to_last[places <= RECOGNITION].sum(axis=0)
    return PassageTables(
        places=places,
        shared=shared,
        reached_last=frozen(last),
        reached_doubts=frozen(np.maximum(last, doubts)),
        early=frozen(np.clip(early, 0.0, 1.0)),
    )


def _cumulative(arrived: Floats) -> Floats:
    # Rounding may take the last digit down, or above one; chances of arrival do neither.
    chance = np.clip(arrived.sum(axis=0), 0.0, 1.0)
    return np.asarray(np.maximum.accumulate(chance, axis=1))


def _places(anchors: Sequence[str], *, count: int) -> npt.NDArray[np.int64]:
    unknown = [anchor for anchor in anchors if anchor not in ANCHORS]
    if unknown:
        raise ValueError(f"There is no anchor {unknown[0]!r}.")
    places = np.array([ANCHORS.index(anchor) for anchor in anchors], dtype=np.int64)
    if len(places) != count:
        raise ValueError(f"{len(places)} anchors are given for {count} phases.")
    if places[0] != 0 or places[-1] != COMMITMENT or (np.diff(places) < 0).any():
        raise ValueError(f"The anchors do not ascend from first to last: {anchors}.")
    places.flags.writeable = False
    return places
