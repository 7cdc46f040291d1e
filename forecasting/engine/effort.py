"""What is spent on which phase: minutes of ours by where the people they were for stood."""

from collections.abc import Sequence
from dataclasses import dataclass

from readiness.engine.arrays import Vector

EARLY = 2  # phases: nothing moves yet, or little


@dataclass(frozen=True, slots=True)
class Contact:
    """One conversation: its minutes, and P of each of the K phases of whom it was with.

    `minutes` is None where nobody entered them, `phases` None where nobody in it had
    been heard by then. `has_file` says whether its deal has a purchase file; None:
    unknown.
    """

    minutes: int | None
    phases: Vector | None
    has_file: bool | None


@dataclass(frozen=True, slots=True)
class Effort:
    """Sums over n conversations, `timed` of them with minutes; the rest is unknown.

    `by_phase` (K,) shares the minutes of each over the phases its people may have been
    in; with `unplaced` it sums to `minutes`. `placed`, `without_file` and `file_unknown`
    count timed conversations, `without_file_minutes` and `file_unknown_minutes` theirs.
    """

    n: int
    timed: int
    minutes: int
    by_phase: tuple[float, ...]
    placed: int
    unplaced: int
    without_file: int
    without_file_minutes: int
    file_unknown: int
    file_unknown_minutes: int

    @property
    def early(self) -> float:
        """Minutes spent on people in the first two phases."""
        return sum(self.by_phase[:EARLY])


def effort_of(contacts: Sequence[Contact], *, phases: int) -> Effort:
    """Return the sums; what has no minutes is counted and adds nothing.

    :raises ValueError: if the phases of a conversation are not `phases` in number, or
        its minutes are negative.
    """
    timed = [(each, each.minutes) for each in contacts if each.minutes is not None]
    if any(minutes < 0 for _each, minutes in timed):
        raise ValueError("Minutes are 0 or more.")
    by_phase = [0.0] * phases
    for each, minutes in timed:
        for place, chance in zip(range(phases), each.phases or (), strict=False):
            by_phase[place] += minutes * chance
        if each.phases is not None and len(each.phases) != phases:
            raise ValueError(f"{len(each.phases)} phases are not {phases}.")
    without = [minutes for each, minutes in timed if each.has_file is False]
    unknown = [minutes for each, minutes in timed if each.has_file is None]
    return Effort(
        n=len(contacts),
        timed=len(timed),
        minutes=sum(minutes for _each, minutes in timed),
        by_phase=tuple(by_phase),
        placed=sum(each.phases is not None for each, _minutes in timed),
        unplaced=sum(minutes for each, minutes in timed if each.phases is None),
        without_file=len(without),
        without_file_minutes=sum(without),
        file_unknown=len(unknown),
        file_unknown_minutes=sum(unknown),
    )


def cost_per_won(
    *, minutes: int, cost_per_hour: float | None, won: float
) -> float | None:
    """Return what a unit of money won cost in hours of ours; None where it is unknown.

    Without a cost, or with nothing won, there is no such figure.
    """
    if cost_per_hour is None or won <= 0:
        return None
    return minutes / 60 * cost_per_hour / won
