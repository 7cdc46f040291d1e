"""The catalogue, its normalisation, and what confirms or surprises."""

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.engine.evidence import (
    SignalKind,
    catalogue_of,
    confirmation_log_likelihoods,
    surprise_threshold,
    temper,
)
from tests.readiness.engine.strategies import chances

UP = SignalKind("UP", (1, 5), "A", 2)
DOWN = SignalKind("DOWN", (3, 3), "T", -1)


def test_likelihoods_are_normalised_within_each_phase():
    catalogue = catalogue_of([UP, DOWN])

    low, high = 2.2**-2, 2.2**2
    assert catalogue.likelihoods[0] == pytest.approx(
        [low / (low + 1), high / (high + 1)]
    )
    assert catalogue.likelihoods[1] == pytest.approx([1 / (low + 1), 1 / (high + 1)])
    assert catalogue.reference.sum(axis=0) == pytest.approx([1, 1])


def test_a_custom_signal_leaves_the_others_as_they_were():
    custom = SignalKind("OURS", (5, 1), "O", 0)

    alone = catalogue_of([UP, DOWN])
    more = catalogue_of([UP, DOWN, custom], normalised_over=[UP, DOWN])

    assert more.likelihoods[:2].tolist() == alone.likelihoods.tolist()
    assert more.reference.tolist() == alone.reference.tolist()
    low, high = 2.2**-2, 2.2**2
    assert more.likelihoods[2].tolist() == pytest.approx(
        [high / (low + 1), low / (high + 1)]
    )


def test_default_catalogue_has_52_signals_that_sum_to_one(model):
    assert model.catalogue.likelihoods.shape == (52, 7)
    assert model.catalogue.likelihoods.sum(axis=0) == pytest.approx([1] * 7)


@pytest.mark.claim(15)
def test_temper_falls_from_artefact_to_impression():
    assert [temper(name) for name in "AOTI"] == [1.0, 0.8, 0.6, 0.3]


def test_confirmation_is_nine_tenths_on_its_anchor():
    logs = confirmation_log_likelihoods(["a", "b", "c"], "b")

    assert np.exp(logs).tolist() == pytest.approx([0.05, 0.9, 0.05])


def test_confirmation_is_the_same_for_the_halves_of_a_split_phase():
    logs = confirmation_log_likelihoods(["a", "b", "b", "c"], "c")

    assert np.exp(logs).tolist() == pytest.approx([0.05, 0.05, 0.05, 0.9])


@given(st.integers(2, 60).flatmap(chances), st.floats(0.5, 0.99))
def test_surprise_threshold_is_the_quantile(predictive, quantile):
    threshold = surprise_threshold(predictive, quantile)

    surprises = -np.log(predictive)
    assert predictive[surprises <= threshold + 1e-9].sum() >= quantile - 1e-9
    assert predictive[surprises < threshold - 1e-9].sum() <= quantile + 1e-9


def test_surprise_threshold_by_hand():
    assert surprise_threshold(np.array([0.03, 0.9, 0.07]), 0.95) == -math.log(0.07)
    assert surprise_threshold(np.array([0.04, 0.96]), 0.95) == -math.log(0.96)


@pytest.mark.parametrize(
    ("kinds", "sentence"),
    [
        ([], "A catalogue needs at least one signal."),
        ([UP, UP], "The catalogue has 'UP' twice."),
        ([UP, SignalKind("X", (1,), "A")], "'X' needs 2 steps, not (1,)."),
        ([SignalKind("X", (0, 6), "A")], "The steps of 'X' are 1..5, not (0, 6)."),
        ([SignalKind("X", (1, 2), "B")], "There is no class of evidence 'B'."),
        ([SignalKind("X", (1, 2), "A", 3)], "The effect of 'X': 3."),
    ],
)
def test_catalogue_of_refuses(kinds, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        catalogue_of(kinds)
