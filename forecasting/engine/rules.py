"""When a group has decided: a rule is a conjunction of clauses, as data."""

from dataclasses import dataclass
from enum import StrEnum
from math import ceil

from forecasting.engine.rounding import apportion
from forecasting.engine.seats import Group

# Weights are counted in fortieths, so that a quorum is a sum of whole numbers.
WEIGHT_STEPS = 40


class Approvals(StrEnum):
    """Whose approval a rule requires."""

    NONE = "none"
    DECIDER = "decider"  # who may approve and veto; if nobody does, as ALL
    ALL = "all"


@dataclass(frozen=True, slots=True)
class GroupRule:
    """All clauses that are set must hold at once.

    `approvals` says whose approval is required; `has_vetoes` whether a veto counts;
    `quorum` the share of influence in favour; `endorsements` the number of seats with
    weight in favour, of a smaller group all of them. The models are those of Choffray &
    Lilien (1980) as listed in domain-evidence.md 2.4.
    """

    name: str
    approvals: Approvals
    has_vetoes: bool
    quorum: float | None = None
    endorsements: int | None = None

    def __post_init__(self) -> None:
        """Refuse a rule that nobody could state.

        :raises ValueError: if the quorum is not in (0, 1], the endorsements are below
            one, both are given, or no clause is set.
        """
        if self.quorum is not None and not 0 < self.quorum <= 1:
            raise ValueError(f"A quorum is above 0 and at most 1, not {self.quorum}.")
        if self.endorsements is not None and self.endorsements < 1:
            raise ValueError(f"{self.endorsements} endorsements are too few.")
        if self.quorum is not None and self.endorsements is not None:
            raise ValueError(f"The rule {self.name!r} counts weights and heads.")
        if not self._counts and self.approvals is Approvals.NONE:
            raise ValueError(f"The rule {self.name!r} asks nobody.")

    @property
    def _counts(self) -> bool:
        return self.quorum is not None or self.endorsements is not None


def default_rule(*, quorum: float = 0.6) -> GroupRule:
    """Return: every approver approves, no veto is active, and the quorum is reached."""
    return GroupRule("default", Approvals.ALL, has_vetoes=True, quorum=quorum)


def economic_buyer_alone() -> GroupRule:
    """Return: who may approve and veto approves, whatever the others think."""
    return GroupRule("economic_buyer", Approvals.DECIDER, has_vetoes=False)


def quorum_rule(*, quorum: float = 0.6) -> GroupRule:
    """Return: a share of influence is in favour."""
    return GroupRule("quorum", Approvals.NONE, has_vetoes=False, quorum=quorum)


def m_of_n(*, endorsements: int) -> GroupRule:
    """Return: so many of the seats with weight are in favour."""
    return GroupRule(
        "m_of_n", Approvals.NONE, has_vetoes=False, endorsements=endorsements
    )


def unanimity_of_approvers() -> GroupRule:
    """Return: every approver approves."""
    return GroupRule("unanimity", Approvals.ALL, has_vetoes=False)


@dataclass(frozen=True, slots=True)
class Clauses:
    """A rule applied to one group.

    Per seat: `required` (its approval), `conditional` (it must reach doubts for no veto
    to stand), `blocked` (an active veto), `steps` (what its yes adds); `needed` steps.
    """

    required: tuple[bool, ...]
    conditional: tuple[bool, ...]
    blocked: tuple[bool, ...]
    steps: tuple[int, ...]
    needed: int


def clauses_of(rule: GroupRule, *, group: Group) -> Clauses:
    """Apply the rule: who is required, who may block, how many steps are needed."""
    required = _required(rule, group=group)
    vetoes = [rule.has_vetoes and seat.vetoes for seat in group.seats]
    steps, needed = _steps(rule, group=group)
    return Clauses(
        required=required,
        conditional=tuple(
            veto and not must for veto, must in zip(vetoes, required, strict=True)
        ),
        blocked=tuple(
            veto and seat.is_blocked
            for veto, seat in zip(vetoes, group.seats, strict=True)
        ),
        steps=steps,
        needed=needed,
    )


def _required(rule: GroupRule, *, group: Group) -> tuple[bool, ...]:
    if rule.approvals is Approvals.NONE:
        return (False,) * len(group.seats)
    deciders = tuple(seat.approves and seat.vetoes for seat in group.seats)
    if rule.approvals is Approvals.DECIDER and any(deciders):
        return deciders
    return tuple(seat.approves for seat in group.seats)


def _steps(rule: GroupRule, *, group: Group) -> tuple[tuple[int, ...], int]:
    if rule.quorum is not None:
        # Taken down a hair: 0.6 · 40 may come out as 24.000000000000004.
        needed = ceil(rule.quorum * WEIGHT_STEPS - 1e-9)
        return apportion(WEIGHT_STEPS, group.weights.tolist()), needed
    if rule.endorsements is not None:
        heads = tuple(int(weight > 0) for weight in group.weights)
        return heads, min(rule.endorsements, sum(heads))
    return (0,) * len(group.seats), 0
