"""A human's readings against the model's: the arithmetic by hand, and its limits."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coaching.engine.judging import (
    FEWEST,
    Judged,
    ToldBy,
    human_log_score,
    model_log_score,
    skill_of,
)
from readiness.engine.disagreement import disagreement
from readiness.engine.told import told_alone

ORDER = ("a", "b", "c", "d", "e", "f", "g")


def judged(human: str, truth: str, *, chance: float = 0.5, deal: int = 0) -> Judged:
    """The model gives the truth `chance`, the rest to another."""
    other = "g" if truth != "g" else "a"
    model = dict.fromkeys(ORDER, 0.0) | {truth: chance, other: 1 - chance}
    return Judged(human, model, truth, ToldBy.CONFIRMATION, f"deal {deal}")


def test_a_phase_that_is_named_is_nine_in_ten_sure():
    right = human_log_score("a", "a", order=ORDER)
    wrong = [human_log_score("a", truth, order=ORDER) for truth in ORDER[1:]]

    assert right == math.log(0.9)
    assert math.exp(right) + sum(map(math.exp, wrong)) == pytest.approx(1)


def test_the_model_is_scored_by_what_it_gave_the_truth():
    assert model_log_score({"a": 0.25, "b": 0.75}, "a") == math.log(0.25)
    assert model_log_score({"a": 1.0}, "b") == math.log(1e-6)


def test_scores_are_means_and_the_gap_their_difference():
    rows = [judged("a", "a", deal=n) for n in range(8)]
    rows += [judged("c", "a", chance=0.2, deal=8), judged("a", "b", chance=0.2, deal=9)]

    score = skill_of(rows, order=ORDER)

    assert score is not None
    human = (8 * math.log(0.9) + 2 * math.log(0.1 / 6)) / 10
    model = (8 * math.log(0.5) + 2 * math.log(0.2)) / 10
    assert score.human == pytest.approx(human)
    assert score.model == pytest.approx(model)
    assert score.gap.value == pytest.approx(human - model)
    assert score.gap.low <= score.gap.value <= score.gap.high
    assert (score.n, score.right, score.model_right) == (10, 8, 8)
    assert (score.ahead, score.behind) == (1, 1)
    assert score.verdict == "same"


@pytest.mark.parametrize(
    ("human", "verdict"), [("a", "closer"), ("d", "further")], ids=["right", "wrong"]
)
def test_a_clear_difference_is_said(human: str, verdict: str):
    rows = [judged(human, "a", chance=0.3 + 0.01 * n, deal=n) for n in range(12)]

    score = skill_of(rows, order=ORDER)

    assert score is not None
    assert score.verdict == verdict


@pytest.mark.parametrize(
    "rows",
    [
        [judged("a", "a", deal=n) for n in range(FEWEST - 1)],
        [judged("a", "a", deal=n % 4) for n in range(3 * FEWEST)],
    ],
    ids=["few readings", "few deals"],
)
def test_little_is_not_enough_evidence(rows: list[Judged]):
    assert skill_of(rows, order=ORDER) is None


@pytest.mark.parametrize(
    ("share", "signals", "told"), [(0.6, 2, "c"), (0.59, 2, ""), (0.9, 1, "")]
)
def test_later_signals_tell_when_they_are_strong(share: float, signals: int, told: str):
    rest = (1 - share) / 6
    chances = {anchor: share if anchor == "c" else rest for anchor in ORDER}

    assert told_alone(chances, signals=signals) == told


@given(st.sampled_from(ORDER), st.lists(st.floats(0.01, 1), min_size=7, max_size=7))
def test_a_human_lies_within_the_phases_of_the_model(human: str, weights: list[float]):
    chances = {a: w / sum(weights) for a, w in zip(ORDER, weights, strict=True)}

    found = disagreement(chances, human, order=ORDER)

    expected = sum(place * chances[anchor] for place, anchor in enumerate(ORDER))
    assert found.apart == pytest.approx(ORDER.index(human) - expected)
    assert found.chance == chances[human] <= found.likeliest_chance


def test_a_human_ahead_is_above_zero():
    found = disagreement({"a": 0.75, "b": 0.25}, "c", order=ORDER)

    assert (found.chance, found.likeliest, found.apart) == (0.0, "a", 1.75)
    assert not found.is_same
    with pytest.raises(ValueError, match="no anchor 'x'"):
        disagreement({"a": 1.0}, "x", order=ORDER)
