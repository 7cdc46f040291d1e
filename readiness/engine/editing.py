"""Change the phases of a model so that nothing else changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from readiness.engine.arrays import Floats, frozen, probabilities
from readiness.engine.dynamics import checked_generator


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """A chain with one phase more: `prior` (K + 1,), `generator` (K + 1, K + 1).

    `copies` (K + 1,) names the old phase of each new one: steps, fits and confirmations
    are copied by it.
    """

    prior: Floats
    generator: Floats
    copies: tuple[int, ...]


def split_phase(*, prior: Floats, generator: Floats, phase: int, share: float) -> Split:
    """Return the chain with a phase in two, of which the first takes `share` of the dwell.

    Who enters comes to the first part, which is left for the second at such a rate that
    its mean dwell is `share` of the whole. Both are left for other phases as the whole
    was, so the sum of both is the same chain as before: P(anchor) changes neither now
    nor later, whatever is heard. (Strong lumpability: Kemeny & Snell 1960, 6.3.) The
    prior is divided by the same share.

    :raises ValueError: if there is no such phase, the share is not between 0 and 1, the
        phase is never left, or the parts are no chain.
    """
    rates = checked_generator(generator)
    count = len(rates)
    start = probabilities(prior, name="The prior", count=count)
    if not 0 <= phase < count:
        raise ValueError(f"There is no phase {phase} of {count}.")
    if not 0 < share < 1:
        raise ValueError(f"A share lies between 0 and 1, not {share!r}.")
    leaving = -rates[phase, phase]
    if leaving == 0:
        raise ValueError(f"Phase {phase} is never left, so its dwell has no parts.")
    copies = (*range(phase + 1), *range(phase, count))
    wider = np.array(rates)[np.ix_(copies, copies)]
    wider[:, phase + 1] = 0.0  # whoever comes, comes to the first part
    wider[phase, phase + 1] = leaving * (1 - share) / share
    wider[phase + 1, phase] = 0.0
    np.fill_diagonal(wider, 0.0)
    np.fill_diagonal(wider, -wider.sum(axis=1))
    halves = start[list(copies)].copy()
    halves[phase] *= share
    halves[phase + 1] *= 1 - share
    return Split(frozen(halves), frozen(wider), copies)


@dataclass(frozen=True, slots=True)
class Stay:
    """The mean days in a phase, and the shares of where people go next, by its place."""

    dwell_days: float
    jumps: Mapping[int, float]


def split_stay(stays: Sequence[Stay], *, phase: int, share: float) -> list[Stay]:
    """Return the stays of the chain that `split_phase` makes, in days and shares.

    The second part is left as the whole was; the first takes `share` of the days, and
    who leaves it goes on to the second with what is missing to one. The others only
    learn new places: their numbers stay to the last bit.

    :raises ValueError: if there is no such phase, it is never left, or the share is not
        between 0 and 1.
    """
    _check_place(stays, phase)
    if not 0 < share < 1:
        raise ValueError(f"A share lies between 0 and 1, not {share!r}.")
    whole = stays[phase]
    if not whole.jumps:
        raise ValueError(f"Phase {phase} is never left, so its dwell has no parts.")
    moved = [
        Stay(each.dwell_days, {to + (to > phase): s for to, s in each.jumps.items()})
        for each in stays
    ]
    second = moved[phase]
    first = {to: each * share for to, each in second.jumps.items()}
    moved[phase] = Stay(whole.dwell_days * share, {phase + 1: 1 - share, **first})
    return [*moved[: phase + 1], second, *moved[phase + 1 :]]


def merge_stays(stays: Sequence[Stay], *, phase: int) -> list[Stay]:
    """Return the stays with a phase and the next in one, as long as both were together.

    With N = (-Q)^-1 the days spent in each of the two, from where people come in, the
    dwell is their sum and the shares are those of where they end up. (Neuts 1981, 2.2.)
    So two in a row add their days, and what `split_stay` parted is as it was. All who
    come in from elsewhere weigh alike; when nobody does, they come to the first.

    :raises ValueError: if there is no such pair, or it is never left.
    """
    _check_place(stays, phase)
    _check_place(stays, phase + 1)
    pair = (phase, phase + 1)
    rates = np.zeros((2, len(stays)))
    for row, place in enumerate(pair):
        for to, share in stays[place].jumps.items():
            rates[row, to] = share / stays[place].dwell_days
    inside = rates[:, pair] - np.diag(rates.sum(axis=1))
    outside = np.delete(rates, pair, axis=1)
    if abs(np.linalg.det(inside)) < 1e-12 * max(abs(inside).max() ** 2, 1e-300):
        raise ValueError(f"Phases {phase} and {phase + 1} are never left.")
    days = _entries(stays, pair) @ np.linalg.inv(-inside)
    ends = days @ outside
    elsewhere = [place for place in range(len(stays)) if place not in pair]
    jumps = {
        to - (to > phase): float(share)
        for to, share in zip(elsewhere, ends / ends.sum(), strict=True)
        if share
    }
    merged = [_seen_from_outside(each, phase) for each in stays]
    merged[phase] = Stay(float(days.sum()), jumps)
    return [*merged[: phase + 1], *merged[phase + 2 :]]


def merged_step(first: int, second: int, *, neutral: int) -> int:
    """Return the mean of two steps; a half is rounded away from the neutral one."""
    doubled = first + second - 2 * neutral
    away = (abs(doubled) + 1) // 2
    return neutral + (away if doubled > 0 else -away)


def _entries(stays: Sequence[Stay], pair: tuple[int, int]) -> Floats:
    """To which of the two people come from the other phases, as shares (2,)."""
    coming = np.zeros(2)
    for place, stay in enumerate(stays):
        if place not in pair:
            coming += [stay.jumps.get(to, 0.0) / stay.dwell_days for to in pair]
    return coming / coming.sum() if coming.any() else np.array([1.0, 0.0])


def _seen_from_outside(stay: Stay, phase: int) -> Stay:
    jumps: dict[int, float] = {}
    for to, share in stay.jumps.items():
        place = to - (to > phase)
        jumps[place] = jumps.get(place, 0.0) + share
    return Stay(stay.dwell_days, jumps)


def _check_place(stays: Sequence[Stay], phase: int) -> None:
    if not 0 <= phase < len(stays):
        raise ValueError(f"There is no phase {phase} of {len(stays)}.")
