"""What if somebody stood further on by a day: their chances from then on, the rest held."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from forecasting.engine.decision import Members, members_of
from forecasting.engine.group import Curves, DecisionModel, forecast_curves
from forecasting.engine.passage import GRID_POINTS, HORIZON_DAYS, WEEK_DAYS
from forecasting.engine.rules import GroupRule
from forecasting.engine.seats import Group
from readiness.engine.arrays import Floats, probabilities


@dataclass(frozen=True, slots=True, eq=False)
class Reached:
    """So many days from now somebody stands as `phases` (K,) say, or further on."""

    days: float
    phases: Floats

    def __post_init__(self) -> None:
        """Refuse a day of which nothing is said.

        :raises ValueError: if it is before today or beyond 78 weeks.
        """
        if not 0 <= self.days <= HORIZON_DAYS:
            raise ValueError(f"{self.days:g} days are not within {HORIZON_DAYS}.")


def lifted(phases: Floats, *, to: int) -> Floats:
    """Return the phases with all that is below one moved up to it."""
    moved = np.array(phases, dtype=float)
    moved[to] += moved[:to].sum()
    moved[:to] = 0.0
    return moved


def supposed_curves(
    group: Group,
    *,
    model: DecisionModel,
    rule: GroupRule,
    reached: Mapping[str, Reached],
    file_factor: float = 1.0,
) -> Curves:
    """Return the curves of a group of which some, by key, have got so far by a day.

    Until that day everybody moves as they would; from then on the person starts where
    they are supposed to be, and is never less far than they would have been.

    :raises ValueError: as `forecast_curves`, or if a key has no seat.
    """
    members = members_of(
        group,
        tables=model.tables,
        stance=model.stance,
        correlation=model.stance_correlation,
    )
    keys = [seat.person.key if seat.person else None for seat in group.seats]
    for key, then in reached.items():
        if key not in keys:
            raise ValueError(f"{key!r} has no seat.")
        members = _moved(members, keys.index(key), then, model=model)
    return forecast_curves(
        group, model=model, rule=rule, file_factor=file_factor, members=members
    )


def _moved(
    members: Members, seat: int, then: Reached, *, model: DecisionModel
) -> Members:
    tables = model.tables
    start = probabilities(then.phases, name="The phases", count=tables.count)
    weeks = np.arange(GRID_POINTS) - then.days / WEEK_DAYS
    is_after = weeks >= 0

    def started(table: Floats) -> Floats:
        """From that day on, (weeks after it, nodes), straight between weeks."""
        since = weeks[is_after]
        low = np.minimum(since.astype(int), GRID_POINTS - 2)
        part = (since - low)[:, None]
        flat = np.tensordot(start, table, axes=1)
        return np.asarray(flat[low] + part * (flat[low + 1] - flat[low]))

    last, doubts, early = (
        np.array(table)
        for table in (members.reached_last, members.reached_doubts, members.early)
    )
    for table, known in ((last, tables.reached_last), (doubts, tables.reached_doubts)):
        table[seat, is_after] = np.maximum(table[seat, is_after], started(known))
    early[seat, is_after] = np.minimum(early[seat, is_after], started(tables.early))
    return replace(members, reached_last=last, reached_doubts=doubts, early=early)
