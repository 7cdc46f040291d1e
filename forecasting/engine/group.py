"""The forecast of one opportunity: curves, what binds it, whom it hangs on."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecasting.engine.binding import BindingConstraint, binding_constraint
from forecasting.engine.calibration import (
    Calibration,
    CalibrationMap,
    file_by_week,
    mapped_by_week,
    mapped_curves,
    with_file,
)
from forecasting.engine.decision import (
    Decided,
    Members,
    Pivots,
    decided_by,
    members_of,
    pivots_of,
)
from forecasting.engine.ends import (
    DecisionTime,
    EndCurves,
    Hazards,
    competing_ends,
    decision_time,
    ends_by,
    place_of,
    survival,
    won_over_time,
)
from forecasting.engine.passage import PassageTables, Speed, first_passage_tables
from forecasting.engine.quadrature import NormalNodes, normal_nodes
from forecasting.engine.rules import Clauses, GroupRule, clauses_of
from forecasting.engine.seats import Group
from readiness.engine.arrays import Floats


@dataclass(frozen=True, slots=True, eq=False)
class DecisionModel:
    """All that forecasts of one phase model, importance and buying class share."""

    tables: PassageTables
    stance: NormalNodes
    stance_correlation: float
    hazards: Hazards
    calibration: Calibration


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """`final` is what we say: `model`, then `mapped` by calibration, then the file."""

    final: EndCurves
    mapped: EndCurves
    model: EndCurves


@dataclass(frozen=True, slots=True)
class PersonOutlook:
    """What hangs on one active person; differences of the mapped P(won by target).

    `shadow_price` is the rise with the person one phase further on, `value_of_knowing`
    the expected absolute change if the person's phase were known. `weight` is the share
    of influence.
    """

    key: str
    weight: float
    shadow_price: float
    value_of_knowing: float


@dataclass(frozen=True, slots=True, eq=False)
class GroupForecast:
    """All outputs for one opportunity.

    `won_by_target` is P(won by target). `phase_spread` is in anchors, None with fewer
    than two influential people heard. `coverage` is a share of all influence. `people`
    are in the order of their keys.
    """

    curves: Curves
    won_by_target: float
    decision_time: DecisionTime
    binding: BindingConstraint
    people: tuple[PersonOutlook, ...]
    phase_spread: float | None
    coverage: float
    heard: int


@dataclass(frozen=True, slots=True, eq=False)
class _Setting:
    """A group within a model under a rule, started.

    `share` is the expected influence share in the first two phases and `scatter` its
    variance, (79, speed nodes) each.
    """

    group: Group
    model: DecisionModel
    clauses: Clauses
    members: Members
    share: Floats
    scatter: Floats


def decision_model(
    generator: npt.ArrayLike,
    *,
    anchors: Sequence[str],
    pace: float,
    speed: Speed | None = None,
    stance_correlation: float = 0.5,
    stance_nodes: int = 7,
    hazards: Hazards | None = None,
    calibration: Calibration | None = None,
) -> DecisionModel:
    """Build the model of one importance and buying class; keep it for all its deals.

    `generator` (phases, phases) is in rates per day, `pace` multiplies its dwells. The
    hazards are per day of the calendar, whatever the pace.

    :raises ValueError: as `first_passage_tables`, or if the correlation is not in
        [0, 1).
    """
    if not 0 <= stance_correlation < 1:
        raise ValueError(f"A correlation is in [0, 1), not {stance_correlation}.")
    return DecisionModel(
        tables=first_passage_tables(generator, anchors=anchors, pace=pace, speed=speed),
        stance=normal_nodes(stance_nodes),
        stance_correlation=stance_correlation,
        hazards=hazards or Hazards(),
        calibration=calibration or CalibrationMap(),
    )


def forecast_curves(
    group: Group,
    *,
    model: DecisionModel,
    rule: GroupRule,
    file_factor: float = 1.0,
    members: Members | None = None,
) -> Curves:
    """Return the four curves of a group; cheap enough for every what-if.

    `file_factor` is `PurchaseFile.factor`. `members` are what the seats do when that is
    supposed; else they start in their phases.

    :raises ValueError: if the group's phases are not the model's, or the factor is not
        in [0, 1].
    """
    setting = _setting(group, model=model, rule=rule, members=members)
    return _curves(setting, file_factor=file_factor)


def forecast_group(
    group: Group,
    *,
    model: DecisionModel,
    rule: GroupRule,
    target_days: float,
    file_factor: float = 1.0,
) -> GroupForecast:
    """Return the curves and everything that is derived from them.

    `target_days` from now is the date the differences are about. Each person's shadow
    price and value of knowing are recomputed exactly, hazard of no decision included,
    from one leave-one-out pass: for fixed nodes the group is linear in each person.

    :raises BeyondHorizon: if the target is before today or beyond 78 weeks.
    :raises ValueError: as `forecast_curves`.
    """
    week, _ = place_of(target_days)
    setting = _setting(group, model=model, rule=rule)
    curves = _curves(setting, file_factor=file_factor)
    pivots = pivots_of(
        setting.members,
        clauses=setting.clauses,
        stance=model.stance,
        unmapped=group.unmapped,
        weeks=week + 2,
    )
    target = _Target(setting, days=target_days, file_factor=file_factor)
    now = ends_by(curves.final, days=target_days).won
    return GroupForecast(
        curves=curves,
        won_by_target=now,
        decision_time=decision_time(curves.final),
        binding=binding_constraint(
            group,
            clauses=setting.clauses,
            members=setting.members,
            pivots=pivots,
            model_weights=(model.tables.shared.weights, model.stance.weights),
            chance_of=target.chance_of,
            now=now,
            filed=ends_by(curves.mapped, days=target_days).won,
        ),
        people=_people(setting, pivots=pivots, target=target, now=now),
        phase_spread=phase_spread(group, tables=model.tables),
        coverage=coverage(group),
        heard=heard(group),
    )


def phase_spread(group: Group, *, tables: PassageTables) -> float | None:
    """Return max - min of expected phase among influential people, in anchors.

    Influential is who was heard and weighs, before normalising, at least as much as an
    unmapped seat. None with fewer than two of them.
    """
    expected = [
        float(seat.phases @ tables.places)
        for seat in group.seats
        if seat.person is not None
        and seat.person.silent_days is not None
        and seat.raw_weight >= group.settings.influential_weight
    ]
    return max(expected) - min(expected) if len(expected) > 1 else None


def coverage(group: Group) -> float:
    """Return the share of all influence held by people heard within 45 days."""
    covered = sum(
        float(weight)
        for weight, seat in zip(group.weights, group.seats, strict=True)
        if seat.person is not None
        and seat.person.silent_days is not None
        and seat.person.silent_days <= group.settings.covered_days
    )
    return min(covered, 1.0)  # twelfths need not sum to one


def heard(group: Group) -> int:
    """Return how many active people were ever heard."""
    return sum(
        seat.person is not None and seat.person.silent_days is not None
        for seat in group.seats
    )


def _setting(
    group: Group,
    *,
    model: DecisionModel,
    rule: GroupRule,
    members: Members | None = None,
) -> _Setting:
    if group.phases.shape[1] != model.tables.count:
        raise ValueError(
            f"The group has {group.phases.shape[1]} phases, the model "
            f"{model.tables.count}."
        )
    members = members or members_of(
        group,
        tables=model.tables,
        stance=model.stance,
        correlation=model.stance_correlation,
    )
    return _Setting(
        group=group,
        model=model,
        clauses=clauses_of(rule, group=group),
        members=members,
        share=np.tensordot(group.weights, members.early, axes=1),
        scatter=np.tensordot(
            group.weights**2, members.early * (1.0 - members.early), axes=1
        ),
    )


def _curves(setting: _Setting, *, file_factor: float) -> Curves:
    model = setting.model
    decided: Decided = decided_by(
        setting.members, clauses=setting.clauses, stance=model.stance
    )
    plain = competing_ends(
        decided,
        squared_share=setting.share**2 + setting.scatter,
        hazards=model.hazards,
        weights=model.tables.shared.weights,
    )
    mapped = mapped_curves(plain, calibration=model.calibration)
    factors = file_by_week(
        file_factor, calibration=model.calibration, weeks=len(mapped.won)
    )
    return Curves(final=with_file(mapped, factors=factors), mapped=mapped, model=plain)


class _Target:
    """P(won by target) of a changed group, mapped."""

    def __init__(self, setting: _Setting, *, days: float, file_factor: float) -> None:
        week, self.part = place_of(days)
        self.weeks = week + 2
        self.model = setting.model
        self.share = setting.share[: self.weeks]
        self.scatter = setting.scatter[: self.weeks]
        self.survived, _ = survival(
            self.share**2 + self.scatter, hazards=self.model.hazards
        )
        self.factors = file_by_week(
            file_factor, calibration=self.model.calibration, weeks=self.weeks
        )

    def chance_of(self, decided: Floats, *, survived: Floats | None = None) -> Floats:
        """Return P(won by target), (...), from P(decided by week), (..., weeks, nodes)."""
        won = won_over_time(
            decided,
            self.survived if survived is None else survived,
            weights=self.model.tables.shared.weights,
        )
        if isinstance(self.model.calibration, CalibrationMap):
            won = won[..., -2:]  # one map for all weeks needs no earlier one
        mapped = mapped_by_week(won, calibration=self.model.calibration)
        filed = mapped * self.factors[-mapped.shape[-1] :]
        said = np.maximum.accumulate(filed, axis=-1)
        return np.asarray(said[..., -2] + self.part * (said[..., -1] - said[..., -2]))


def _people(
    setting: _Setting, *, pivots: Pivots, target: _Target, now: float
) -> tuple[PersonOutlook, ...]:
    """Put every person into every phase, and one phase further on."""
    first = setting.group.unmapped
    phases = setting.group.phases[first:]
    if not len(phases):
        return ()
    count, weeks = phases.shape[1], target.weeks
    tables = setting.model.tables
    further = np.roll(phases, 1, axis=1)
    further[:, -1] += further[:, 0]
    further[:, 0] = 0.0

    def scenarios(table: Floats) -> Floats:
        known = table[:, :weeks]
        moved = np.tensordot(further, known, axes=1)
        every = np.empty((len(phases), count + 1, *known.shape[1:]))
        every[:, :count], every[:, count] = known, moved
        return every

    seats = [
        (pivot, setting.clauses.conditional[i])
        for i, pivot in enumerate(pivots.seats, start=first)
    ]
    gain = np.array([pivot.gain for pivot, _ in seats])
    without = np.array([pivot.without for pivot, _ in seats])
    decided = scenarios(tables.reached_last) * gain[:, None]
    is_conditional = np.array([conditional for _, conditional in seats])
    decided[~is_conditional] += without[~is_conditional][:, None]
    if is_conditional.any():
        doubts = scenarios(tables.reached_doubts)[is_conditional]
        decided[is_conditional] += doubts * without[is_conditional][:, None]
    weights = setting.group.weights[first:]
    survived, _ = survival(
        _squared_share(
            scenarios(tables.early),
            early=setting.members.early[first:, None, :weeks],
            weights=weights[:, None, None, None],
            target=target,
        ),
        hazards=setting.model.hazards,
    )
    change = target.chance_of(decided, survived=survived) - now
    return tuple(
        PersonOutlook(
            key=seat.person.key,
            weight=float(weights[i]),
            shadow_price=float(change[i, count]),
            value_of_knowing=float(phases[i] @ np.abs(change[i, :count])),
        )
        for i, seat in enumerate(setting.group.seats[first:])
        if seat.person is not None
    )


def _squared_share(
    changed: Floats, *, early: Floats, weights: Floats, target: _Target
) -> Floats:
    """Return E[share²] with one person's chance of an early phase changed from `early`.

    Given the speed people are independent: the mean moves by w (e' - e), the variance
    by w² (e' (1 - e') - e (1 - e)).
    """
    mean = target.share + weights * (changed - early)
    spread = changed * (1.0 - changed) - early * (1.0 - early)
    return np.asarray(mean**2 + np.maximum(target.scatter + weights**2 * spread, 0.0))
