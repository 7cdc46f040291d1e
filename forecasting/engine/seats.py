"""Who decides: seats with rights and weights, the unmapped ones included."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from readiness.engine.arrays import Floats, frozen, probabilities

RIGHTS = frozenset({"approve", "veto", "influence", "none"})


class Influence(StrEnum):
    """How much a person counts in this opportunity."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


INFLUENCE_FACTORS: Mapping[Influence, float] = {
    Influence.LOW: 0.5,
    Influence.MEDIUM: 1.0,
    Influence.HIGH: 2.0,
}


@dataclass(frozen=True, slots=True)
class Role:
    """What a role allows and weighs; a row of the catalogue of roles.

    `rights` is made of approve, veto, influence; none of them is the catalogue's `none`.
    `weight_alone` is the weight of a person whose every role counts as none: 0 for who
    only opens or shows the door, .08 for who is a person without a role.
    """

    rights: frozenset[str]
    weight: float
    weight_alone: float = 0.0


def role(counts_as: str, *, weight: float, weight_alone: float = 0.0) -> Role:
    """Read a role from `counts_as`, rights joined by `+` as in roles.csv.

    :raises ValueError: if a right is unknown or a weight is negative.
    """
    rights = frozenset(counts_as.split("+"))
    if not rights <= RIGHTS:
        raise ValueError(f"There is no such right in {counts_as!r}.")
    if not (0 <= weight < np.inf and 0 <= weight_alone < np.inf):
        raise ValueError(f"A role weighs 0 or more, not {weight} or {weight_alone}.")
    return Role(rights - {"none"}, weight, weight_alone)


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """A person in the deal, as the readings say.

    `phases` (K,) is π now; of someone never heard the drifting prior. `stance` is
    P(for), None when nothing bearing on it was heard. `opposing_signals` counts those
    with a negative effect. `silent_days` since the last buyer-side signal is None for
    someone never heard. Someone with `has_left` and no successor leaves an unmapped
    seat; someone with a successor is not given at all.
    """

    key: str
    phases: Floats
    roles: tuple[str, ...] = ()
    influence: Influence = Influence.MEDIUM
    stance: float | None = None
    opposing_signals: int = 0
    silent_days: float | None = None
    has_left: bool = False


@dataclass(frozen=True, slots=True)
class SeatSettings:
    """Expert defaults about people nobody has met and about what makes a veto."""

    unmapped_weight: float = 0.10
    unheard_decider_weight: float = 0.30
    no_role_weight: float = 0.08
    unknown_support: float = 0.62
    blocking_opposition: float = 0.5
    blocking_signals: int = 2
    influential_weight: float = 0.10
    covered_days: float = 45.0


@dataclass(frozen=True, slots=True, eq=False)
class Seat:
    """One seat of the group. `person` is None for an unmapped seat.

    `is_blocked` says that the holder of a veto is against us on enough signals.
    """

    person: Person | None
    phases: Floats
    support: float
    raw_weight: float
    approves: bool
    vetoes: bool
    is_blocked: bool = False

    @property
    def is_mapped(self) -> bool:
        """Whether an active person sits here."""
        return self.person is not None


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """The seats: unmapped ones first, then the people by key; `weights` sum to one.

    `phases` is (seats, K), `weights` and `support` are (seats,).
    """

    seats: tuple[Seat, ...]
    phases: Floats
    weights: Floats
    support: Floats
    settings: SeatSettings

    @property
    def unmapped(self) -> int:
        """The number of unmapped seats; they stand first."""
        return sum(not seat.is_mapped for seat in self.seats)


def group_of(
    people: Sequence[Person],
    *,
    roles: Mapping[str, Role],
    prior: Floats,
    expected_size: int,
    settings: SeatSettings | None = None,
) -> Group:
    """Seat the people and fill the group up to its expected size.

    `prior` (K,) is the drifting prior of somebody never met. Rights are the union over
    the roles held; the raw weight is the largest of them times 0.5, 1 or 2. A seat that
    somebody left keeps roles and influence, at the prior and the support of a stranger,
    and takes one of the unmapped places. When neither an active person nor a seat that
    was left approves, one unmapped seat (one is added if none is free) is an unheard
    economic buyer. All weights are then normalised. Source: science.md 2. The order of
    `people` changes nothing, to the last bit.

    :raises ValueError: if a key stands twice, a role is unknown, the phases are no
        probabilities, a stance is not in [0, 1], a count is negative, or the expected
        size is below one.
    """
    settings = settings or SeatSettings()
    if expected_size < 1:
        raise ValueError(f"The expected group size {expected_size} is below one.")
    stranger = probabilities(prior, name="The prior", count=len(prior))
    ordered = sorted(people, key=lambda person: person.key)
    for i, person in enumerate(ordered):
        _check(person, roles=roles, phases=len(stranger))
        if i and person.key == ordered[i - 1].key:
            raise ValueError(f"{person.key!r} has two seats.")
    active = [
        _seat(p, roles=roles, settings=settings) for p in ordered if not p.has_left
    ]
    left = [
        _left_seat(p, roles=roles, prior=stranger, settings=settings)
        for p in ordered
        if p.has_left
    ]
    free = max(0, expected_size - len(active) - len(left))
    ghosts = [_ghost(stranger, settings=settings)] * free
    if not any(seat.approves for seat in (*active, *left)):
        ghosts = [_unheard_decider(stranger, settings=settings), *ghosts[1:]]
    return _normalised((*left, *ghosts, *active), settings=settings)


def _seat(person: Person, *, roles: Mapping[str, Role], settings: SeatSettings) -> Seat:
    held = [roles[code] for code in person.roles]
    rights = frozenset[str]().union(*(each.rights for each in held))
    support = settings.unknown_support if person.stance is None else person.stance
    is_against = (
        person.stance is not None
        and 1 - person.stance >= settings.blocking_opposition
        and person.opposing_signals >= settings.blocking_signals
    )
    return Seat(
        person=person,
        phases=person.phases,
        support=support,
        raw_weight=_raw_weight(held, settings=settings)
        * INFLUENCE_FACTORS[person.influence],
        approves="approve" in rights,
        vetoes="veto" in rights,
        is_blocked="veto" in rights and is_against,
    )


def _raw_weight(held: Sequence[Role], *, settings: SeatSettings) -> float:
    if not held:
        return settings.no_role_weight
    if any(each.rights for each in held):
        return max(each.weight for each in held)
    return max(each.weight_alone for each in held)


def _left_seat(
    person: Person,
    *,
    roles: Mapping[str, Role],
    prior: Floats,
    settings: SeatSettings,
) -> Seat:
    was = _seat(person, roles=roles, settings=settings)
    return Seat(
        person=None,
        phases=prior,
        support=settings.unknown_support,
        raw_weight=was.raw_weight,
        approves=was.approves,
        vetoes=was.vetoes,
    )


def _ghost(prior: Floats, *, settings: SeatSettings) -> Seat:
    return Seat(
        person=None,
        phases=prior,
        support=settings.unknown_support,
        raw_weight=settings.unmapped_weight,
        approves=False,
        vetoes=False,
    )


def _unheard_decider(prior: Floats, *, settings: SeatSettings) -> Seat:
    return Seat(
        person=None,
        phases=prior,
        support=settings.unknown_support,
        raw_weight=settings.unheard_decider_weight,
        approves=True,
        vetoes=True,
    )


def _normalised(seats: tuple[Seat, ...], *, settings: SeatSettings) -> Group:
    raw = np.array([seat.raw_weight for seat in seats])
    # Only a catalogue of weightless roles gives no weight at all; then all count alike.
    raw = raw if raw.any() else np.ones(len(seats))
    return Group(
        seats=seats,
        phases=frozen([seat.phases for seat in seats]),
        weights=frozen(raw / raw.sum()),
        support=frozen([seat.support for seat in seats]),
        settings=settings,
    )


def _check(person: Person, *, roles: Mapping[str, Role], phases: int) -> None:
    probabilities(person.phases, name=f"The phases of {person.key!r}", count=phases)
    for code in person.roles:
        if code not in roles:
            raise ValueError(f"There is no role {code!r}.")
    if person.stance is not None and not 0 <= person.stance <= 1:
        raise ValueError(f"A stance is in [0, 1], not {person.stance}.")
    if person.opposing_signals < 0:
        raise ValueError(f"{person.opposing_signals} signals cannot be.")
    if person.silent_days is not None and not person.silent_days >= 0:
        raise ValueError(f"Silent for {person.silent_days} days cannot be.")
