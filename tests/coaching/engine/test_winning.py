"""Reading and winning: the weighed difference by hand, and worlds with a known answer."""

from dataclasses import asdict

import numpy as np
import pytest

from coaching.engine.winning import (
    FEWEST_DEALS,
    FEWEST_REPS,
    Goes,
    Rep,
    halves_of,
    risk_difference,
)


def deals(won: int, n: int, name: str = "new") -> tuple[tuple[str, bool], ...]:
    return tuple((name, place < won) for place in range(n))


def test_the_difference_by_hand():
    closer = [Rep(1.0, deals(6, 10, "new") + deals(8, 10, "rebuy"))]
    other = [Rep(0.0, deals(8, 20, "new") + deals(4, 5, "rebuy"))]

    # New: (6·20 - 8·10) / 30 of 10·20 / 30. Rebuy: (8·5 - 4·10) / 15 of 10·5 / 15.
    expected = (40 / 30 + 0 / 15) / (200 / 30 + 50 / 15)
    assert risk_difference(closer, other) == pytest.approx(expected)


def test_a_class_that_one_half_never_has_says_nothing():
    closer = [Rep(1.0, deals(9, 10, "rebuy") + deals(1, 2, "new"))]
    other = [Rep(0.0, deals(1, 4, "new"))]

    assert risk_difference(closer, other) == pytest.approx(0.25)
    assert risk_difference([Rep(1.0, deals(1, 2, "a"))], other) is None


def world(*, effect: float, by_class: bool = False, seed: int = 3) -> list[Rep]:
    """Twenty reps of forty deals; `effect` is what reading adds to P(won), in points.

    With `by_class` the better readers have more rebuys, which are won more often
    whoever has them.
    """
    rng = np.random.default_rng(seed)
    reps = []
    for closer_by in np.linspace(-0.5, 0.5, 20):
        told = []
        for _deal in range(40):
            share = 0.75 if by_class and closer_by > 0 else 0.25
            name = "rebuy" if rng.random() < share else "new"
            chance = (0.6 if name == "rebuy" else 0.2) + effect * (closer_by > 0)
            told.append((name, bool(rng.random() < chance)))
        reps.append(Rep(float(closer_by), tuple(told)))
    return reps


@pytest.mark.claim(38)
def test_where_reading_adds_to_winning_they_go_together():
    found = halves_of(world(effect=0.2))

    assert found is not None
    assert (found.reps, found.deals, found.classes) == (20, 800, 2)
    assert found.verdict == Goes.TOGETHER
    assert found.difference.low < 0.2 < found.difference.high


@pytest.mark.claim(38)
def test_where_better_readers_only_have_easier_deals_the_class_takes_it_away():
    found = halves_of(world(effect=0.0, by_class=True))

    assert found is not None
    raw = found.closer_won / found.closer_deals - found.other_won / found.other_deals
    assert raw > 0.1
    assert found.verdict == Goes.UNDECIDED
    assert found.difference.low < 0 < found.difference.high


def test_where_it_goes_the_other_way_it_says_so():
    found = halves_of(world(effect=-0.2))

    assert found is not None
    assert found.verdict == Goes.APART


@pytest.mark.parametrize(
    "reps",
    [
        [Rep(n, deals(5, 20)) for n in range(FEWEST_REPS - 1)],
        [Rep(n, deals(1, FEWEST_DEALS // FEWEST_REPS)) for n in range(FEWEST_REPS)],
        [Rep(n, ()) for n in range(40)] + [Rep(9, deals(9, 90))],
        [Rep(0.0, deals(5, 20)) for _n in range(FEWEST_REPS)],
    ],
    ids=["reps", "deals", "without a deal", "all alike"],
)
def test_too_few_or_alike_say_nothing(reps):
    assert halves_of(reps) is None


def test_nothing_of_any_single_rep_is_kept():
    found = halves_of(world(effect=0.1))

    assert found is not None
    assert set(asdict(found)) == {
        *("reps", "deals", "compared", "classes", "difference"),
        *("closer_won", "closer_deals", "other_won", "other_deals"),
    }
