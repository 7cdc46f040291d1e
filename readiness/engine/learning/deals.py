"""Closed deals as arrays: what was heard from whom, until when."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from readiness.engine.arrays import SECONDS_PER_DAY, Floats, Integers
from readiness.engine.batch import Facts, loudness_of
from readiness.engine.model import ReadinessModel


class NotEnough(ValueError):
    """There are too few closed deals to learn from and to judge by."""


@dataclass(frozen=True, slots=True, eq=False)
class ClosedDeals:
    """D closed deals with N people and M facts about them (`batch.Facts`).

    Per person: `deal` 0..D-1, `joined_at` (seconds), `role` (an index into `roles`, -1:
    none). Per deal: `importance` and `buying_class` (None: unset) and `closed_at`
    (seconds). What a seller did or believed has no place here.
    """

    facts: Facts
    deal: Integers
    joined_at: Floats
    role: Integers
    roles: tuple[str, ...]
    importance: tuple[str | None, ...]
    buying_class: tuple[str | None, ...]
    closed_at: Floats

    @property
    def count(self) -> int:
        """The number of deals."""
        return len(self.closed_at)

    def fingerprint(self) -> str:
        """Return a digest by which an interrupted calculation knows its data again."""
        digest = hashlib.sha256()
        facts = self.facts
        for array in (
            *(facts.person, facts.at, facts.row, facts.evidence_class),
            *(self.deal, self.joined_at, self.role, self.closed_at),
        ):
            digest.update(np.ascontiguousarray(array).tobytes())
        digest.update(repr((self.roles, self.importance, self.buying_class)).encode())
        return digest.hexdigest()


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """The facts of some of the deals in the order of each person, ready to be counted.

    M facts: `person` 0..N-1, `days` since the fact before (not yet paced), `row` as in
    `Facts`, `temper` and repeat `weight` (both 1 for a confirmation). N people:
    `deal` 0..D-1, `size` (an index into the model's importances, -1: unset), `role`,
    `variant` (an index into `variants`, -1: the common prior) and `factor`, the dwell
    factor of the buying class.
    """

    person: Integers
    days: Floats
    row: Integers
    temper: Floats
    weight: Floats
    deal: Integers
    size: Integers
    role: Integers
    variant: Integers
    factor: Floats
    variants: Floats
    deals: int

    @property
    def people(self) -> int:
        """The number of people."""
        return len(self.deal)


def split_by_time(deals: ClosedDeals, *, share: float) -> tuple[Integers, Integers]:
    """Return which deals to learn from and which to judge by: the latest closed ones.

    A deal closed later tells nothing of an earlier one, as in use.

    :raises NotEnough: if either part would be empty.
    """
    order = np.lexsort((np.arange(deals.count), deals.closed_at))
    held = round(deals.count * share)
    if held < 1 or held >= deals.count:
        raise NotEnough(f"{deals.count} closed deals are too few to learn from.")
    return np.sort(order[:-held]), np.sort(order[-held:])


def heard_in(deals: ClosedDeals, which: Integers, model: ReadinessModel) -> Heard:
    """Return what was heard in some of the deals.

    :raises ValueError: if shapes differ, a fact lies after its deal was closed, or a
        row, role, importance or buying class does not exist.
    """
    _check(deals, model)
    facts, number = deals.facts, np.full(deals.count, -1)
    number[which] = np.arange(len(which))
    is_met = number[deals.deal] >= 0
    place = np.cumsum(is_met) - 1
    rows = np.flatnonzero(is_met[facts.person])
    order = rows[np.lexsort((facts.row[rows], facts.at[rows], facts.person[rows]))]
    person, at = facts.person[order], facts.at[order]
    is_first = np.concatenate([[True], person[1:] != person[:-1]])[: len(person)]
    start = np.minimum(deals.joined_at[person], at)
    before = np.where(is_first, start, np.roll(at, 1))
    own = deals.deal[is_met]
    names = {name: n for n, name in enumerate(model.importance)}
    temper, weight = loudness_of(facts, model)
    variants, codes, factors = _buying(model)
    classes = [deals.buying_class[n] for n in own.tolist()]
    sizes = [names.get(deals.importance[n] or "", -1) for n in own.tolist()]
    return Heard(
        person=place[person],
        days=(at - before) / SECONDS_PER_DAY,
        row=facts.row[order],
        temper=temper[order],
        weight=weight[order],
        deal=number[own],
        size=np.array(sizes, dtype=np.int64),
        role=deals.role[is_met],
        variant=np.array([codes[c] for c in classes], dtype=np.int64),
        factor=np.array([factors[c] for c in classes]),
        variants=variants,
        deals=len(which),
    )


def _buying(
    model: ReadinessModel,
) -> tuple[Floats, Mapping[str | None, int], Mapping[str | None, float]]:
    """Return priors of buying classes of their own, and what each class name means."""
    rows: list[Sequence[float]] = []
    codes: dict[str | None, int] = {None: -1}
    factors: dict[str | None, float] = {None: 1.0}
    for name, buying in model.buying_classes.items():
        factors[name], codes[name] = buying.dwell_factor, -1
        if buying.prior is not None:
            codes[name] = len(rows)
            rows.append(buying.prior)
    return np.array(rows).reshape(-1, model.count), codes, factors


def _check(deals: ClosedDeals, model: ReadinessModel) -> None:
    people = len(deals.deal)
    if deals.joined_at.shape != (people,) or deals.role.shape != (people,):
        raise ValueError(f"{people} people need as many times of joining and roles.")
    if not (len(deals.importance) == len(deals.buying_class) == deals.count):
        raise ValueError(f"{deals.count} deals need as many importances and classes.")
    if people and not 0 <= deals.deal.min() <= deals.deal.max() < deals.count:
        raise ValueError("A person belongs to a deal that does not exist.")
    if people and not -1 <= deals.role.min() <= deals.role.max() < len(deals.roles):
        raise ValueError("A person holds a role that does not exist.")
    for name in set(deals.importance) - {None, *model.importance}:
        raise ValueError(f"There is no importance {name!r}.")
    for name in set(deals.buying_class) - {None, *model.buying_classes}:
        raise ValueError(f"There is no buying class {name!r}.")
    facts = deals.facts
    if (facts.at > deals.closed_at[deals.deal[facts.person]]).any():
        raise ValueError("A fact lies after its deal was closed.")
