"""The chance that a group has decided: a weighted Poisson-binomial over all weeks."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from scipy.special import ndtr, ndtri

from forecasting.engine.passage import PassageTables
from forecasting.engine.quadrature import NormalNodes
from forecasting.engine.rules import Clauses
from forecasting.engine.seats import Group
from readiness.engine.arrays import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Members:
    """What each seat does, by week and node.

    `reached_last`, `reached_doubts` and `early` are (seats, weeks, speed nodes), for a
    given shared speed; `support` is (seats, stance nodes), for a given shared stance.
    """

    reached_last: Floats
    reached_doubts: Floats
    early: Floats
    support: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Decided:
    """Chances of the two decisions by each week, (weeks, speed nodes), stance integrated.

    No seat can contribute to both, so they exclude each other.
    """

    won: Floats
    lost: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Pivot:
    """The group's decision as a linear function of one seat, (weeks, speed nodes) each.

    P(won by week | speed) = gain · P(this seat reached the last phase)
    + without · P(this seat stands in nobody's way). `certain` is its value when the
    seat is in favour for certain. Where nothing is won without its yes `without` is
    zero; `lifted` is the value as it is when no veto of this seat stands.
    """

    gain: Floats
    without: Floats
    certain: Floats
    lifted: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Pivots:
    """`seats` holds a pivot per mapped seat, in the order of the group.

    `quorum_met` and `unmapped_met` are P(won by week | speed) with the counting clause
    taken as met, and with every unmapped seat in favour.
    """

    seats: tuple[Pivot, ...]
    quorum_met: Floats
    unmapped_met: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Vote:
    """One seat's yes, and its not-yes that stands in nobody's way: (weeks, stance, speed)."""

    steps: int
    yes: Floats
    pending: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Band:
    """`rows[r]` belongs to `low + r` steps in favour, counted up to those needed."""

    low: int
    rows: Floats


def members_of(
    group: Group,
    *,
    tables: PassageTables,
    stance: NormalNodes,
    correlation: float,
) -> Members:
    """Start every seat in its phases and let it move.

    Support is held at its present value and is dependent through one factor Z:
    P(i supports | Z) = Phi((Phi^-1(P(for)) - sqrt(rho) Z) / sqrt(1 - rho)).
    """
    weeks = tables.reached_last.shape[1:]

    def start(table: Floats) -> Floats:
        flat = group.phases @ table.reshape(tables.count, -1)
        return np.asarray(np.minimum(flat, 1.0).reshape(-1, *weeks))

    threshold = ndtri(group.support)[:, None] - np.sqrt(correlation) * stance.points
    return Members(
        reached_last=start(tables.reached_last),
        reached_doubts=start(tables.reached_doubts),
        early=start(tables.early),
        support=ndtr(threshold / np.sqrt(1 - correlation)),
    )


def decided_by(members: Members, *, clauses: Clauses, stance: NormalNodes) -> Decided:
    """Return by which week the group has decided for us, or against us.

    For us: every clause of the rule holds. Against us: the deciding person has reached
    the last phase without supporting us, that is the first of those whose approval is
    required; a rule that requires nobody's approval is lost once those committed
    against us are too many for it ever to be met. A veto delays, it decides nothing;
    an active one is lifted by its holder's own yes, as likely as P(for) has it.
    """
    weeks = members.reached_last.shape[1]
    votes, approval = _votes(members, clauses=clauses, weeks=weeks)
    needed = _still_needed(clauses)
    won = _over_stance(approval * _tails(votes, needed=needed)[0].rows[0], stance)
    return Decided(
        won=_rising(won), lost=_rising(_lost(members, clauses=clauses, stance=stance))
    )


def pivots_of(
    members: Members,
    *,
    clauses: Clauses,
    stance: NormalNodes,
    unmapped: int,
    weeks: int,
) -> Pivots:
    """Return the decision by the first `weeks` weeks as a function of each mapped seat.

    One pass backward and one forward: the distribution of the steps gathered before a
    seat meets the chance that those after it bring the rest.
    """
    votes, approval = _votes(members, clauses=clauses, weeks=weeks)
    needed = _still_needed(clauses)
    tails = _tails(votes, needed=needed)
    counted = [i for i, must in enumerate(clauses.required) if not must]
    first = sum(i < unmapped for i in counted)
    found: dict[int, Pivot] = {}
    heads = _Band(0, approval[None])
    for place, (i, vote) in enumerate(zip(counted, votes, strict=True)):
        after = tails[place + 1]
        if place >= first:
            found[i] = _pivot(
                _meet(heads, after, steps=vote.steps, needed=needed),
                _meet(heads, after, steps=0, needed=needed),
                support=members.support[i] * stance.weights,
                stance=stance,
                reached=members.reached_last[i, :weeks],
                is_needed=clauses.blocked[i],
            )
        heads = _forward(heads, vote, needed=needed, low=after.low)
    others = _approvals(members, clauses=clauses, weeks=weeks)
    for i, approved in others.items():
        if i >= unmapped:
            with_it = approved * tails[0].rows[0]
            found[i] = _pivot(
                with_it,
                np.zeros_like(with_it),
                support=members.support[i] * stance.weights,
                stance=stance,
                reached=members.reached_last[i, :weeks],
                is_needed=True,
            )
    free = approval.copy()
    for vote in votes:
        free *= vote.yes + vote.pending
    mapped = _approval_of(
        [i for i, must in enumerate(clauses.required) if must and i >= unmapped],
        members=members,
        clauses=clauses,
        weeks=weeks,
    )
    return Pivots(
        seats=tuple(found[i] for i in range(unmapped, len(clauses.steps))),
        quorum_met=_over_stance(free, stance),
        unmapped_met=_over_stance(mapped * tails[first].rows[-1], stance),
    )


def supported_at(members: Members, *, clauses: Clauses, week: int) -> Floats:
    """Return the chance that enough of the group is in favour by a week, (stance, speed)."""
    votes = []
    for i, steps in enumerate(clauses.steps):
        reached = members.reached_last[i, week : week + 1, None, :]
        yes = np.asarray(reached * members.support[i][:, None])
        votes.append(_Vote(steps, yes, 1.0 - yes))
    return np.asarray(_tails(votes, needed=clauses.needed)[0].rows[0][0])


def _pivot(
    with_it: Floats,
    without: Floats,
    *,
    support: Floats,
    stance: NormalNodes,
    reached: Floats,
    is_needed: bool,
) -> Pivot:
    gain = np.einsum("tzu,z->tu", with_it - without, support)
    freely = _over_stance(without, stance)
    lifted = gain * reached + freely
    if is_needed:
        gain = np.einsum("tzu,z->tu", with_it, support)
        freely = np.zeros_like(freely)
    return Pivot(
        gain=gain,
        without=freely,
        certain=_over_stance(with_it, stance),
        lifted=lifted,
    )


def _over_stance(chances: Floats, stance: NormalNodes) -> Floats:
    return np.asarray(np.einsum("tzu,z->tu", chances, stance.weights))


def _rising(chances: Floats) -> Floats:
    # Chances of having decided rise; their last digit need not.
    return np.asarray(np.maximum.accumulate(np.clip(chances, 0.0, 1.0), axis=0))


def _still_needed(clauses: Clauses) -> int:
    """Return the steps needed beyond those of the required, who all say yes."""
    required = sum(
        steps
        for steps, must in zip(clauses.steps, clauses.required, strict=True)
        if must
    )
    return max(0, clauses.needed - required)


def _yes(members: Members, i: int, *, clauses: Clauses, weeks: int) -> Floats:
    reached = members.reached_last[i, :weeks, None, :]
    return np.asarray(reached * members.support[i][:, None])


def _approval_of(
    seats: Sequence[int], *, members: Members, clauses: Clauses, weeks: int
) -> Floats:
    approval = np.ones((weeks, members.support.shape[1], members.early.shape[2]))
    for i in seats:
        approval *= _yes(members, i, clauses=clauses, weeks=weeks)
    return approval


def _approvals(members: Members, *, clauses: Clauses, weeks: int) -> dict[int, Floats]:
    """Return for each required seat the chance that all the other required approve."""
    required = [i for i, must in enumerate(clauses.required) if must]
    return {
        i: _approval_of(
            [j for j in required if j != i],
            members=members,
            clauses=clauses,
            weeks=weeks,
        )
        for i in required
    }


def _votes(
    members: Members, *, clauses: Clauses, weeks: int
) -> tuple[list[_Vote], Floats]:
    """Return the votes of those not required, and the approval of those required."""
    votes = []
    for i, must in enumerate(clauses.required):
        if must:
            continue
        yes = _yes(members, i, clauses=clauses, weeks=weeks)
        if clauses.blocked[i]:
            pending = np.zeros_like(yes)
        elif clauses.conditional[i]:
            pending = members.reached_doubts[i, :weeks, None, :] - yes
        else:
            pending = 1.0 - yes
        votes.append(_Vote(clauses.steps[i], yes, pending))
    required = [i for i, must in enumerate(clauses.required) if must]
    return votes, _approval_of(required, members=members, clauses=clauses, weeks=weeks)


def _tails(votes: Sequence[_Vote], *, needed: int) -> list[_Band]:
    """Return, before each vote and after all, the chance that the rest brings enough.

    Band i has a row for every number of steps that the votes before i can have brought
    (those beyond the needed count as the needed) and from which the rest can finish.
    """
    reach = list(accumulate((vote.steps for vote in votes), initial=0))
    shape = votes[0].yes.shape if votes else (1, 1, 1)
    bands = [_Band(needed, np.ones((1, *shape)))]
    for i in range(len(votes) - 1, -1, -1):
        low = max(0, needed - (reach[-1] - reach[i]))
        high = min(needed, reach[i])
        bands.append(_back(bands[-1], votes[i], needed=needed, span=(low, high)))
    return bands[::-1]


def _back(after: _Band, vote: _Vote, *, needed: int, span: tuple[int, int]) -> _Band:
    low, high = span
    rows = np.empty((high - low + 1, *vote.yes.shape))
    # From here on this seat's yes is enough.
    enough = min(max(needed - vote.steps, low), high + 1)
    start = low + vote.steps - after.low
    np.multiply(
        after.rows[start : start + enough - low], vote.yes, rows[: enough - low]
    )
    rows[enough - low :] = after.rows[-1] * vote.yes
    first = max(low, after.low)
    if first <= high:
        rows[first - low :] += (
            after.rows[first - after.low : high + 1 - after.low] * vote.pending
        )
    return _Band(low, rows)


def _forward(before: _Band, vote: _Vote, *, needed: int, low: int) -> _Band:
    """Return the distribution of steps after this vote, from `low` up."""
    top = before.low + len(before.rows) - 1
    high = min(needed, top + vote.steps)
    rows = np.zeros((high - low + 1, *before.rows.shape[1:]))
    first = max(low, before.low)
    if first <= top:
        rows[first - low : top + 1 - low] = (
            before.rows[first - before.low :] * vote.pending
        )
    for offset, row in enumerate(before.rows):
        steps = min(before.low + offset + vote.steps, needed)
        if steps >= low:
            rows[steps - low] += row * vote.yes
    return _Band(low, rows)


def _meet(before: _Band, after: _Band, *, steps: int, needed: int) -> Floats:
    """Return P(enough) when `steps` come between what is before and what is after."""
    # Rows of `before` below this leave too much to bring.
    first = max(before.low, after.low - steps)
    top = before.low + len(before.rows) - 1
    last = min(top, needed - steps)
    total = np.zeros(before.rows.shape[1:])
    if first <= last:
        start = first + steps - after.low
        total += np.einsum(
            "stzu,stzu->tzu",
            before.rows[first - before.low : last + 1 - before.low],
            after.rows[start : start + last + 1 - first],
        )
    over = max(last + 1, before.low)
    if over <= top:
        total += before.rows[over - before.low :].sum(axis=0) * after.rows[-1]
    return total


def _lost(members: Members, *, clauses: Clauses, stance: NormalNodes) -> Floats:
    weeks = members.reached_last.shape[1]
    against = [
        members.reached_last[i][:, None, :] * (1.0 - members.support[i])[:, None]
        for i in range(len(clauses.steps))
    ]
    required = [i for i, must in enumerate(clauses.required) if must]
    if required:
        none = np.ones((weeks, members.support.shape[1], members.early.shape[2]))
        for i in required:
            none *= 1.0 - against[i]
        return _over_stance(1.0 - none, stance)
    if not clauses.needed:  # nothing is asked, so nothing can be refused
        return np.zeros((weeks, members.early.shape[2]))
    needed = sum(clauses.steps) - clauses.needed + 1
    votes = [
        _Vote(steps, no, 1.0 - no)
        for steps, no in zip(clauses.steps, against, strict=True)
    ]
    return _over_stance(_tails(votes, needed=needed)[0].rows[0], stance)
