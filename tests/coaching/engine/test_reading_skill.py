"""Proper scores of readings: a textbook case, the edges, and that honesty pays."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coaching.engine.reading_skill import (
    KEPT,
    Read,
    brier,
    log_loss,
    probabilities_of,
    runs_of,
    skill_of,
)

EVEN = (1 / 7,) * 7
weights = st.lists(st.integers(0, 100), min_size=7, max_size=7).filter(any)


def read(key: int, *, likeliest: int, model: tuple[float, ...] = EVEN) -> Read:
    said = probabilities_of([60.0 if place == likeliest else 5.0 for place in range(7)])
    return Read(said=said, model=model, key=key)


def test_an_even_spread_costs_what_saying_nothing_costs():
    assert log_loss(EVEN, 3) == pytest.approx(math.log(7))
    assert brier(EVEN, 3) == pytest.approx(6 / 7)


def test_only_the_proportion_of_the_numbers_counts():
    few, many = probabilities_of([1, 2, 1, 0, 0, 0, 0]), [25, 50, 25, 0, 0, 0, 0]

    assert few == pytest.approx(probabilities_of(many))
    assert sum(few) == pytest.approx(1)
    assert few[6] == KEPT


@pytest.mark.parametrize(
    "given", [[0.0] * 7, [-1.0, *[2.0] * 6], [math.inf, *EVEN[1:]]]
)
def test_what_are_no_weights_is_refused(given):
    with pytest.raises(ValueError, match="no weights"):
        probabilities_of(given)


@given(weights, weights)
def test_on_average_nobody_beats_what_they_believe(believed, said):
    """Both scores are proper: by the belief itself, the belief costs least."""
    truth, other = probabilities_of(believed), probabilities_of(said)

    for score in (log_loss, brier):
        honest, bent = (
            sum(chance * score(each, key) for key, chance in enumerate(truth))
            for each in (truth, other)
        )
        assert honest <= bent + 1e-12


def test_below_five_cases_there_is_no_skill():
    assert skill_of([read(2, likeliest=2)] * 4) is None


def test_skill_counts_what_was_read_for_what():
    reads = [read(2, likeliest=2)] * 3 + [read(2, likeliest=3), read(5, likeliest=5)]

    skill = skill_of(reads)

    assert skill is not None
    assert (skill.n, skill.right.value) == (5, 0.8)
    assert skill.confusion[2] == (0, 0, 3, 1, 0, 0, 0)
    assert skill.confusion[5] == (0, 0, 0, 0, 0, 1, 0)
    assert skill.log_loss.low <= skill.log_loss.value <= skill.log_loss.high


def test_who_says_what_the_model_says_has_no_gap():
    reads = [Read(said=EVEN, model=EVEN, key=key % 7) for key in range(9)]

    skill = skill_of(reads)

    assert skill is not None
    assert (skill.gap.value, skill.gap.low, skill.gap.high) == (0, 0, 0)


def test_runs_take_five_cases_each():
    runs = runs_of([read(1, likeliest=1)] * 5 + [read(1, likeliest=6)] * 2)

    assert [(run.first, run.last) for run in runs] == [(1, 5), (6, 7)]
    assert runs[0].log_loss < runs[1].log_loss
    assert runs[0].model_log_loss == pytest.approx(math.log(7))
