"""Whose time it is, by hand-counted days."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stakeholders.engine.waiting import (
    Step,
    Talk,
    Turn,
    days_by_turn,
    stretches,
)


def told(
    *, until: int = 30, talks: tuple[Talk, ...] = (), steps: tuple[Step, ...] = ()
):
    found = stretches(opened=0, until=until, talks=talks, steps=steps)
    return [(each.first, each.until, each.turn.value) for each in found]


def test_nobody_spoke_and_nothing_is_agreed():
    assert told() == [(0, 30, "open")]
    assert told(until=0) == []


def test_who_did_not_speak_last_is_waited_for():
    talks = (Talk(5, Turn.US), Talk(12, Turn.THEM))

    assert told(talks=talks) == [(0, 5, "open"), (5, 12, "them"), (12, 30, "us")]


def test_a_talk_of_both_leaves_the_turn_open():
    talks = (Talk(5, Turn.US), Talk(12, None))

    assert told(talks=talks) == [(0, 5, "open"), (5, 12, "them"), (12, 30, "open")]


def test_a_step_ahead_is_agreed_time_from_the_talk_before_it_to_its_day():
    talks = (Talk(5, None),)

    assert told(talks=talks, steps=(Step(due=14),)) == [
        (0, 5, "open"),
        (5, 15, "agreed"),
        (15, 30, "us"),
    ]
    assert told(talks=talks, steps=(Step(due=14, done=10),)) == [
        (0, 5, "open"),
        (5, 10, "agreed"),
        (10, 30, "open"),
    ]


def test_a_late_step_of_ours_is_waited_for_whoever_spoke_last():
    talks = (Talk(5, None), Talk(20, Turn.US))

    assert told(talks=talks, steps=(Step(due=10, done=25),)) == [
        (0, 5, "open"),
        (5, 11, "agreed"),
        (11, 25, "us"),
        (25, 30, "them"),
    ]


def test_a_late_step_weighs_more_than_one_ahead():
    steps = (Step(due=10), Step(due=25))

    assert told(talks=(Talk(0, None),), steps=steps)[-1] == (11, 30, "us")


DAYS = st.integers(min_value=-40, max_value=80)
TALKS = st.lists(st.builds(Talk, DAYS, st.sampled_from([Turn.US, Turn.THEM, None])))
STEPS = st.lists(st.builds(Step, DAYS, st.none() | DAYS), max_size=6)


@given(until=st.integers(min_value=0, max_value=60), talks=TALKS, steps=STEPS)
def test_every_day_is_somebodys_once(until: int, talks: list[Talk], steps: list[Step]):
    found = stretches(opened=0, until=until, talks=talks, steps=steps)

    assert sum(days_by_turn(found).values()) == until
    assert [each.first for each in found[1:]] == [each.until for each in found[:-1]]
    assert all(a.turn != b.turn for a, b in pairwise(found))


@pytest.mark.parametrize("turn", Turn)
def test_what_never_was_is_none(turn: Turn):
    assert days_by_turn([])[turn] == 0
