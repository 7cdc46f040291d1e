"""What changed between two snapshots, deal by deal, in parts that add up."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import fsum, isfinite

from forecasting.engine.rounding import spread


class Part(StrEnum):
    """A reason for a change of the mean, in the order in which reasons are heard."""

    WON = "won"
    LOST = "lost"
    NO_DECISION = "no_decision"
    WITHDRAWN = "withdrawn"
    NEW = "new"
    REOPENED = "reopened"
    PULLED_IN = "pulled_in"
    PUSHED_OUT = "pushed_out"
    READINESS_UP = "readiness_up"
    READINESS_DOWN = "readiness_down"
    AMOUNT = "amount"
    RATE = "exchange_rate"
    MODEL = "model"
    TIME = "time"


class Outcome(StrEnum):
    """How a deal stands."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"
    NO_DECISION = "no_decision"
    WITHDRAWN = "withdrawn"


CLOSING = {
    Outcome.WON: Part.WON,
    Outcome.LOST: Part.LOST,
    Outcome.NO_DECISION: Part.NO_DECISION,
    Outcome.WITHDRAWN: Part.WITHDRAWN,
}


@dataclass(frozen=True, slots=True)
class Chance:
    """P(won by the end of the horizon), and which share of it falls in the period."""

    final: float
    share: float

    @property
    def in_period(self) -> float:
        return self.final * self.share

    @classmethod
    def of(cls, *, in_period: float, final: float) -> "Chance":
        """:raises ValueError: if not 0 <= in_period <= final <= 1."""
        if not 0 <= in_period <= final <= 1:
            raise ValueError(f"{in_period} in the period, {final} in all: cannot be.")
        return cls(final, in_period / final if final > 0 else 0.0)


@dataclass(frozen=True, slots=True)
class DealState:
    """A deal in one snapshot.

    A closed deal counts with its whole amount when it was `won` in the period, else with
    nothing; `counts` says which. `amount` is in the deal's currency, None when unknown;
    `rate` takes it to the portfolio's.
    """

    outcome: Outcome
    chance: Chance = Chance(0.0, 0.0)
    amount: float | None = None
    rate: float = 1.0
    counts: bool = False

    @property
    def probability(self) -> float:
        if self.outcome is Outcome.OPEN:
            return self.chance.in_period
        return float(self.outcome is Outcome.WON and self.counts)

    @property
    def mean(self) -> float:
        return self.probability * (self.amount or 0.0) * self.rate


@dataclass(frozen=True, slots=True)
class Between:
    """What the earlier snapshot alone would say of an open deal now.

    `later` is what the earlier facts say at the later moment: what is different from the
    start by then was brought by time alone. Where nothing new was heard it is the later
    chance itself. `other_model` are the earlier facts read with the later model and map,
    None when those are the same.
    """

    later: Chance
    other_model: Chance | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One deal's change, in parts that sum to it; a part of nothing is left out."""

    key: str
    before: float
    after: float
    parts: Mapping[Part, float]


@dataclass(frozen=True, slots=True)
class WholeChange:
    """One deal's change in whole units of money; a part of nothing is left out."""

    key: str
    parts: Mapping[Part, int]

    @property
    def total(self) -> int:
        return sum(self.parts.values())


def what_changed(
    before: Mapping[str, DealState],
    after: Mapping[str, DealState],
    *,
    between: Mapping[str, Between] | None = None,
) -> list[Change]:
    """Return each deal's change of the mean in a period, in parts, by key.

    The parts are heard in the order of `Part`; each is the difference that it makes with
    those before it held at their new value, so that they sum to the deal's change, and
    the deals' changes to the total's, up to rounding of floating point. A change of an
    open deal's chance is first freed from what time and another model did; what is left
    moves the share in the period (pulled in, pushed out), then the chance by the end of
    the horizon (readiness up, down). A deal made and closed since is heard as closed.
    Source: science.md 3.

    :raises ValueError: if a deal is gone from the later snapshot, or an amount or a rate
        is not finite and at least zero.
    """
    gone = sorted(set(before) - set(after))
    if gone:
        raise ValueError(f"Gone from the later snapshot: {gone[:3]}.")
    known = between or {}
    return [
        _change(key, before.get(key), after[key], between=known.get(key))
        for key in sorted(after)
    ]


def totals(changes: Sequence[Change]) -> dict[Part, float]:
    """Return the sum of each part over the deals, in the order of `Part`."""
    summed = {part: fsum(c.parts.get(part, 0.0) for c in changes) for part in Part}
    return {part: value for part, value in summed.items() if value}


def in_whole_units(
    changes: Sequence[Change],
    *,
    units: int,
    group_of: Mapping[str, Hashable],
    totals: Mapping[Hashable, int],
) -> list[WholeChange]:
    """Return the changes in smallest units, so many to one, of the deals that have one.

    `totals` are the changes of each group of deals in whole units, as they are shown:
    the difference of two rounded sums. Largest remainder, twice: over the deals of a
    group, then over the parts of each. So the parts of a deal sum to its change and the
    changes to their group's, to the unit. A unit that moves by rounding alone, where
    nothing else did, is time's. What nowhere comes to a unit is left out.
    """
    groups: dict[Hashable, list[Change]] = {}
    for change in changes:
        groups.setdefault(group_of[change.key], []).append(change)
    whole = []
    for group, deals in groups.items():
        total = totals.get(group, 0)
        moved = [change for change in deals if change.parts]
        if total and not moved:
            whole.append(WholeChange(deals[0].key, {Part.TIME: total}))
            continue
        exact = [units * fsum(change.parts.values()) for change in moved]
        for change, count in zip(
            moved, spread(total if moved else 0, exact), strict=True
        ):
            counts = spread(count, [units * value for value in change.parts.values()])
            parts = {part: n for part, n in zip(change.parts, counts, strict=True) if n}
            if parts:
                whole.append(WholeChange(change.key, parts))
    return whole


def _change(
    key: str, before: DealState | None, after: DealState, *, between: Between | None
) -> Change:
    for state in filter(None, (before, after)):
        _check(key, state)
    parts: dict[Part, float] = {}
    # Of a deal that was not there, nothing counted; the rest is as it came.
    start = before or replace(after, outcome=Outcome.LOST)
    at = start
    for part, state in _steps(start, after, between, is_new=before is None):
        difference = state.mean - at.mean
        if difference:
            parts[_signed(part, difference)] = difference
        at = state
    return Change(key, start.mean, after.mean, parts)


def _steps(
    start: DealState, after: DealState, between: Between | None, *, is_new: bool
) -> Iterator[tuple[Part, DealState]]:
    """The states on the way from the one to the other, each with what leads there."""
    at = start
    if after.outcome is not Outcome.OPEN:
        at = replace(at, outcome=after.outcome, counts=after.counts)
        yield CLOSING[after.outcome], at
    elif start.outcome is not Outcome.OPEN:
        at = replace(at, outcome=Outcome.OPEN, chance=after.chance)
        yield Part.NEW if is_new else Part.REOPENED, at
    else:
        between = between or Between(later=start.chance)
        timeless = _less(after.chance, between.later, start.chance)
        freed = _less(timeless, between.other_model or start.chance, start.chance)
        at = replace(at, chance=replace(start.chance, share=freed.share))
        yield Part.PULLED_IN, at
        at = replace(at, chance=freed)
        yield Part.READINESS_UP, at
    amounts = replace(at, amount=after.amount)
    yield Part.AMOUNT, amounts
    at = replace(amounts, rate=after.rate)
    yield Part.RATE, at
    if after.outcome is Outcome.OPEN is start.outcome:
        yield Part.MODEL, replace(at, chance=timeless)
        yield Part.TIME, after


def _less(chance: Chance, moved: Chance, start: Chance) -> Chance:
    """The chance without what took `start` to `moved`; it may leave [0, 1]."""
    return Chance(
        chance.final - (moved.final - start.final),
        chance.share - (moved.share - start.share),
    )


def _signed(part: Part, difference: float) -> Part:
    """The name that a part has when it takes the mean down."""
    falling = {
        Part.PULLED_IN: Part.PUSHED_OUT,
        Part.READINESS_UP: Part.READINESS_DOWN,
    }
    return falling.get(part, part) if difference < 0 else part


def _check(key: str, state: DealState) -> None:
    for name, value in (("amount", state.amount or 0.0), ("rate", state.rate)):
        if not (isfinite(value) and value >= 0):
            raise ValueError(f"The {name} of {key} is {value}.")
