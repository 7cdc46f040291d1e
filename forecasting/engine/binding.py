"""The one condition whose being met would raise the forecast most."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from forecasting.engine.decision import Members, Pivots, supported_at
from forecasting.engine.rules import Clauses
from forecasting.engine.seats import Group
from readiness.engine.arrays import Floats


class Condition(StrEnum):
    """A kind of condition a win can wait for."""

    APPROVAL = "approval"
    VETO = "veto"
    QUORUM = "quorum"
    UNMAPPED = "unmapped"
    PURCHASE_FILE = "purchase_file"


@dataclass(frozen=True, slots=True)
class BindingConstraint:
    """`key` names the person of an approval or a veto; `gain` is the rise of P(won).

    `likely` is the chance that the condition is met by the target, where it has one of
    its own: an approval, a veto, the quorum.
    """

    kind: Condition
    key: str | None
    gain: float
    likely: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Candidate:
    """`decided` (weeks, nodes) with the condition met; `likely` is its chance today."""

    kind: Condition
    key: str | None
    decided: Floats
    likely: float = 1.0


def binding_constraint(
    group: Group,
    *,
    clauses: Clauses,
    members: Members,
    pivots: Pivots,
    model_weights: tuple[Floats, Floats],
    chance_of: Callable[[Floats], Floats],
    now: float,
    filed: float,
) -> BindingConstraint:
    """Return the condition whose being certainly met raises P(won by target) most.

    Met means: that clause of the rule holds from today on and nothing else changes, the
    hazards included; an approval that is met counts towards the quorum, and unmapped
    seats that are met are all found in favour. Equal gains go to the condition least
    likely to be met by the target, so that of two active vetoes one is named although
    lifting it alone would not help. `model_weights` are those of the speed nodes and
    the stance nodes; `chance_of` turns P(decided) into the mapped P(won by target);
    `filed` is that chance with a certain purchase file.
    """
    candidates = [
        *_by_person(
            group,
            clauses=clauses,
            members=members,
            pivots=pivots,
            model_weights=model_weights,
        ),
        *_by_clause(group, clauses=clauses, pivots=pivots),
    ]
    met = chance_of(np.array([candidate.decided for candidate in candidates]))
    ranked = [
        (round(float(chance) - now, 12), -candidate.likely, candidate)
        for chance, candidate in zip(met, candidates, strict=True)
    ]
    gain, _, best = max(ranked, key=lambda row: row[:2])
    if filed - now > gain:
        return BindingConstraint(Condition.PURCHASE_FILE, None, filed - now)
    likely: float | None = best.likely
    if best.kind is Condition.QUORUM:
        speeds, stances = model_weights
        week = len(pivots.quorum_met) - 1
        likely = float(
            stances @ supported_at(members, clauses=clauses, week=week) @ speeds
        )
    elif best.kind is Condition.UNMAPPED:
        likely = None
    return BindingConstraint(best.kind, best.key, max(gain, 0.0), likely)


def _by_person(
    group: Group,
    *,
    clauses: Clauses,
    members: Members,
    pivots: Pivots,
    model_weights: tuple[Floats, Floats],
) -> Iterator[_Candidate]:
    speeds, stances = model_weights
    for i, pivot in enumerate(pivots.seats, start=group.unmapped):
        person = group.seats[i].person
        key = person.key if person else None
        last = len(pivot.gain) - 1
        blocked = clauses.blocked[i]
        if clauses.required[i]:
            support = float(members.support[i] @ stances)
            likely = float(members.reached_last[i, last] @ speeds) * support
            # Who is against us is first a veto to be lifted: by the same yes.
            kind = Condition.VETO if blocked else Condition.APPROVAL
            yield _Candidate(kind, key, pivot.certain, likely)
        elif blocked or clauses.conditional[i]:
            reached = float(members.reached_doubts[i, last] @ speeds)
            likely = 0.0 if blocked else reached
            yield _Candidate(Condition.VETO, key, pivot.lifted, likely)


def _by_clause(
    group: Group, *, clauses: Clauses, pivots: Pivots
) -> Iterator[_Candidate]:
    if clauses.needed:
        yield _Candidate(Condition.QUORUM, None, pivots.quorum_met)
    if group.unmapped:
        yield _Candidate(Condition.UNMAPPED, None, pivots.unmapped_met)
