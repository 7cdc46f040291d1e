"""Whose time it is: of each day of a deal, on whom it waited.

A rule of thumb of ours, an expert default: a step of ours that is late keeps the buyer
waiting; one that lies ahead was agreed, and nobody waits; else whoever did not speak last
is waited for. A talk of both sides with no step after it leaves the turn open.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby


class Turn(StrEnum):
    """On whom a deal waits on a day."""

    US = "us"
    THEM = "them"
    AGREED = "agreed"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Talk:
    """A day, counted from any, on which there was contact; by whom, "" for both."""

    day: int
    by: Turn | None


@dataclass(frozen=True, slots=True)
class Step:
    """A step of ours: the day it is due, and the day it was done, None while it is not."""

    due: int
    done: int | None = None


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days in a row, the last one not included, that waited on the same."""

    first: int
    until: int
    turn: Turn

    @property
    def days(self) -> int:
        return self.until - self.first


def stretches(
    *, opened: int, until: int, talks: Sequence[Talk], steps: Sequence[Step]
) -> list[Stretch]:
    """Cut the days from `opened` to before `until` into stretches; none when there are none."""
    talks = sorted(talks, key=lambda talk: talk.day)
    days = [talk.day for talk in talks]
    spans = [_span(step, days, opened=opened, until=until) for step in steps]
    turns = [
        (day, _turn(day, _last(talks, bisect_right(days, day)), spans))
        for day in range(opened, until)
    ]
    return list(_together(turns))


def days_by_turn(found: Sequence[Stretch]) -> dict[Turn, int]:
    """How many days waited on each; what never was is 0."""
    counted = Counter[Turn]()
    for stretch in found:
        counted[stretch.turn] += stretch.days
    return {turn: counted[turn] for turn in Turn}


def _span(
    step: Step, talks: Sequence[int], *, opened: int, until: int
) -> tuple[int, int, int]:
    """Agreed from the last talk before it was due, late after it, over once it is done."""
    end = until if step.done is None else step.done
    place = bisect_right(talks, min(step.due, end))
    return (talks[place - 1] if place else opened), step.due + 1, end


def _last(talks: Sequence[Talk], place: int) -> Turn | None:
    return talks[place - 1].by if place else None


def _turn(day: int, spoke: Turn | None, spans: Sequence[tuple[int, int, int]]) -> Turn:
    if any(late <= day < end for _first, late, end in spans):
        return Turn.US
    if any(first <= day < min(late, end) for first, late, end in spans):
        return Turn.AGREED
    if spoke is None:
        return Turn.OPEN
    return Turn.US if spoke is Turn.THEM else Turn.THEM


def _together(turns: Sequence[tuple[int, Turn]]) -> Iterator[Stretch]:
    for turn, some in groupby(turns, lambda each: each[1]):
        days = [day for day, _turn in some]
        yield Stretch(days[0], days[-1] + 1, turn)
